"""Labels of a series: one canonical form, and what is too much of them."""

from collections.abc import Iterable
from sys import intern

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, msg
from bosco.promql.source import NAME

# Name, value, name, value…, sorted by name, without empty values: equal labels have equal keys.
Key = tuple[str, ...]
MOST_LABELS = 100
LONGEST_NAME = 500
LONGEST_VALUE = 4000
LONGEST = 16_000


def key_of(pairs: Iterable[tuple[str, str]]) -> Key:
    """Return the key of labels, or refuse labels that no series can have."""
    found = sorted(pair for pair in pairs if pair[1])
    before = None
    for name, _ in found:
        if not name:
            raise unfit(msg("a label has no name"))
        if name == before:
            raise unfit(msg("the label {name} stands twice", name=shown(name)))
        before = name
    if len(found) > MOST_LABELS:
        raise unfit(msg("it has {n} labels, {most} are allowed", n=len(found), most=MOST_LABELS))
    size = 0
    for name, value in found:
        size += len(name) + len(value)
        if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE or size > LONGEST:
            raise unfit(msg("the label {name} is too long", name=shown(name)))
    if NAME not in {name for name, _ in found}:
        raise unfit(msg("it has no name"))
    return tuple(intern(part) for pair in found for part in pair)


def labels_of(key: Key) -> dict[str, str]:
    """Return the labels of a key."""
    return dict(zip(key[::2], key[1::2], strict=True))


def name_of(key: Key) -> str:
    """Return the metric's name."""
    return key[key.index(NAME) + 1] if NAME in key[::2] else ""


def shown(text: str) -> str:
    """Return a text that a stranger chose, short enough to be quoted."""
    return text if len(text) <= 60 else text[:57] + "…"


def say_key(key: Key) -> str:
    """Return a series as PromQL writes it, short enough to be quoted."""
    labels = labels_of(key)
    name = labels.pop(NAME, "")
    inside = ", ".join(f'{label}="{shown(value)}"' for label, value in list(labels.items())[:6])
    return f"{shown(name)}{{{inside}{', …' if len(labels) > 6 else ''}}}"


def unfit(why: Message) -> Refusal:
    """Refuse one series; the others of its request are not harmed."""
    return Refusal(Code.INVALID, msg("This series cannot be taken: {why}", why=why))
