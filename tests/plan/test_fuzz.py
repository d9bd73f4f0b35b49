import random

from hypothesis import given, settings
from hypothesis import strategies as some
from tests.plan.test_load import SOUND

from bosco.plan.load import Loaded, load_texts
from bosco.plan.reader import _decoded, _Unusable

WORDS = [
    "plan",
    "services",
    "probes",
    "http",
    "sla",
    "needs",
    "P1",
    "every",
    "0755",
    "1e3",
    "> 5",
    "{",
    "}",
    "[",
    "]",
    ":",
    "-",
    "*a",
    "&a",
    "<<",
    "|",
    "'",
    '"',
    "\n",
    "  ",
    "#",
    "~",
    "on",
    "99.9%",
    "5m",
    "\t",
    "é",
    "🜁",
]


def sane(loaded: Loaded) -> None:
    """Hold what every answer has: a plan or mistakes, each sayable and in its file."""
    assert (loaded.plan is None) == bool(loaded.mistakes)
    for one in (*loaded.mistakes, *loaded.warnings):
        assert one.line >= 1
        assert one.column >= 1
        assert one.say("fr")
        assert one.say("en")
    if loaded.plan:
        assert loaded.plan.digest


@settings(deadline=None, max_examples=150)
@given(some.text(max_size=200))
def test_any_text_is_a_plan_or_has_mistakes(text: str) -> None:
    sane(load_texts({"plan.yml": text}))


@settings(deadline=None, max_examples=150)
@given(some.lists(some.sampled_from(WORDS), max_size=60))
def test_any_words_of_the_language_are_a_plan_or_have_mistakes(words: list[str]) -> None:
    sane(load_texts({"plan.yml": " ".join(words)}))


@settings(deadline=None, max_examples=150)
@given(some.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text = _decoded(data)
    except _Unusable:
        return
    sane(load_texts({"plan.yml": text}))


values = some.recursive(
    some.one_of(
        some.sampled_from(["", "~", "5m", "99.9%", "P1", "api", "> 5", "0755", "x" * 300, "on", "${X}"]),
        some.text(max_size=8),
    ),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(WORDS[:9]), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=120)
@given(some.integers(0, 10**9), some.lists(values, min_size=1, max_size=4))
def test_a_sound_plan_with_anything_put_anywhere_never_breaks_the_loader(seed: int, strange: list[object]) -> None:
    import json

    chance = random.Random(seed)
    lines = SOUND.splitlines()
    for value in strange:
        at = chance.randrange(len(lines))
        head, colon, _ = lines[at].rpartition(": ")
        lines[at] = f"{head}{colon}{json.dumps(value)}" + "}" * head.count("{")
    sane(load_texts({"plan.yml": "\n".join(lines)}))


@settings(deadline=None, max_examples=120)
@given(some.integers(0, len(SOUND) - 1), some.integers(0, 6), some.sampled_from([*WORDS, ""]))
def test_a_sound_plan_cut_anywhere_never_breaks_the_loader(at: int, cut: int, put: str) -> None:
    sane(load_texts({"plan.yml": SOUND[:at] + put + SOUND[at + cut :]}))
