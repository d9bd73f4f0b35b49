import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bosco.kit.numbers import Unreadable
from bosco.plan.condition import Normal, Seen, as_target, parse, sustained
from bosco.plan.ledger import UnknownName

WEEK, MONTHS = timedelta(weeks=1), timedelta(days=60)
UP = {"good": "up"}


def seen(value: float | None = None, unit: str = "", **more: Any) -> Seen:
    return Seen("m", value, unit, **more)


# condition, what is seen, whether it holds (None: nobody can say)
JUDGED: list[tuple[str, Seen, bool | None]] = [
    # Comparisons know units.
    ("> 50/min", seen(51, "/min"), True),
    ("> 50/min", seen(50, "/min"), False),
    ("> 50/min", seen(1, "/s"), True),
    ("> 50/min", seen(60, "req/min"), True),
    ("> 10/hour", seen(1, "/min"), True),
    ("< 30 days", seen(29, "days"), True),
    ("< 30 days", seen(4, "weeks"), True),
    ("< 30 jours", seen(5, "sem"), False),
    ("< 30 days", seen(30 * 86_400, "s"), False),
    (">= 85%", seen(85, "%"), True),
    ("<= 85%", seen(85.1, "%"), False),
    ("> 1s", seen(1001, "ms"), True),
    (">= 1s", seen(1000, "ms"), True),
    ("> 1s", seen(1000, "ms"), False),
    ("== 200", seen(200), True),
    ("== 200", seen(500), False),
    ("!= 200", seen(500), True),
    ("< 1MB", seen(800, "KB"), True),
    ("< 1 Go", seen(1024, "MiB"), False),
    ("< 2 min", seen(90, "s"), True),
    ("> 0.1s", seen(100, "ms"), False),
    # A bare number takes the unit that the plan writes.
    ("> 50/min", seen(80), True),
    ("== 200", seen(200, "ms"), True),
    # What cannot be compared is unknown, not fine.
    ("> 50/min", seen(80, "%"), None),
    ("> 5%", seen(None), None),
    ("> 5%", seen(math.nan, "%"), None),
    ("> 5%", seen(word="high"), None),
    ("> 5%", seen(math.inf, "%"), True),
    # Ranges hold their two ends.
    ("10-50/min", seen(10, "/min"), True),
    ("10-50/min", seen(50, "/min"), True),
    ("10-50/min", seen(9.9, "/min"), False),
    ("10-50", seen(51), False),
    ("1-2s", seen(1500, "ms"), True),
    ("500ms-2s", seen(0.4, "s"), False),
    ("95-99%", seen(97, "%"), True),
    ("95–99 %", seen(97, "%"), True),
    # Bare values: at or past, in the bad direction.
    ("70%", seen(70, "%"), True),
    ("70%", seen(69.9, "%"), False),
    ("1000ms", seen(1.2, "s"), True),
    ("70%", seen(75, "%", **UP), False),
    ("70%", seen(70, "%", **UP), True),
    ("0", seen(0), True),
    # Compared with its own normal.
    ("> 200% normal", seen(300, normal=Normal(100)), True),
    ("> 200% normal", seen(200, normal=Normal(100)), False),
    ("< 50% normal", seen(40, normal=Normal(100)), True),
    ("> 200% normal", seen(300), None),
    ("> 200% normal", seen(None, normal=Normal(100)), None),
    ("> 200% normal", seen(3, normal=Normal(0)), None),
    ("drop > 20% vs baseline", seen(79, normal=Normal(100)), True),
    ("drop > 20% vs baseline", seen(80, normal=Normal(100)), False),
    ("drop > 20% vs baseline", seen(200, normal=Normal(100)), False),
    ("drop > 20% vs baseline", seen(0, normal=Normal(100)), True),
    ("drop > 15%", seen(80, normal=Normal(100)), True),
    ("drop > 20% vs baseline", seen(79), None),
    ("> 100% baseline", seen(201, "ms", normal=Normal(100)), True),
    ("> 100% baseline", seen(150, "ms", normal=Normal(100)), False),
    ("hausse > 10% par rapport à la référence", seen(112, normal=Normal(100)), True),
    # Anything in the window.
    ("any", seen(count=1), True),
    ("any", seen(count=0), False),
    ("any", seen(None), None),
    ("detected", seen(1), True),
    ("détecté", seen(0), False),
    # Words in their order.
    ("medium+", seen(word="medium"), True),
    ("medium+", seen(word="Critique"), True),
    ("medium+", seen(word="moderate"), True),
    ("medium+", seen(word="low"), False),
    ("low+", seen(word="info"), False),
    ("medium+", seen(word="fine"), None),
    ("medium+", seen(3), None),
    ("medium+", seen(None), None),
    (">= high", seen(word="critical"), True),
    ("== healthy", seen(word="Healthy"), True),
    ("== healthy", seen(word="degraded"), False),
    ("!= healthy", seen(word="degraded"), True),
    ("== healthy", seen(None), None),
    # Grades: A is better than B.
    ("< B", seen(word="C"), True),
    ("< B", seen(word="B"), False),
    ("< B", seen(word="a+"), False),
    ("B", seen(word="B-"), True),
    ("B", seen(word="A"), False),
    ("A+", seen(word="A"), True),
    ("< B", seen(word="medium"), None),
    # Over some time.
    ("stagnation 2 months", seen(100, before=100), True),
    ("stagnation 2 months", seen(99, before=100), True),
    ("Stagnation 2 mois", seen(101, before=100), False),
    ("stagnation 2 months", seen(100), None),
    ("stagnation 2 months", seen(100, before=100, watched=WEEK), None),
    ("0 during 1 week", seen(count=0, watched=WEEK), True),
    ("0 pendant 1 semaine", seen(count=0), True),
    ("0 during 1 week", seen(count=1, watched=timedelta(hours=1)), False),
    ("0 during 1 week", seen(count=0, watched=timedelta(days=6)), None),
    ("0 during 1 week", seen(None), None),
    ("> 1% for 5m", seen(2, "%", held=timedelta(minutes=5)), True),
    ("> 1% for 5m", seen(2, "%", held=timedelta(minutes=4)), False),
    ("> 1% for 5m", seen(0.5, "%", held=timedelta(minutes=9)), False),
    ("> 1% for 5m", seen(2, "%"), None),
    ("> 1% for 5m", seen(None), None),
]


@pytest.mark.parametrize(("written", "what", "holds"), JUDGED)
def test_a_condition_is_judged_by_what_was_seen(written: str, what: Seen, holds: bool | None) -> None:
    verdict = parse(written).judge(what)
    assert verdict.holds is holds
    # Whoever reads it sees which measure is meant.
    assert verdict.because.say("en").startswith("m ")
    assert verdict.because.say("fr").startswith(("m ", "m\N{NO-BREAK SPACE}"))


BECAUSE = [
    ("> 5%", Seen("error_rate", 6.2, "%"), "error_rate (6.2%) > 5%", "error_rate (6,2 %) > 5 %"),
    ("> 5%", Seen("error_rate", 3, "%"), "error_rate (3%) is not > 5%", "error_rate (3 %) n’est pas > 5 %"),
    (
        "drop > 20% vs baseline",
        Seen("revenue", 72, "€", normal=Normal(100)),
        "revenue (72 €, 28% below its normal 100 €): drop > 20%",
        "revenue (72 €, 28 % en dessous de sa normale 100 €) : baisse > 20 %",
    ),
    (
        "> 200% normal",
        Seen("traffic", 50, "/min", normal=Normal(20)),
        "traffic (50/min, 250% of its normal 20/min) > 200%",
        "traffic (50/min, 250 % de sa normale 20/min) > 200 %",
    ),
    (
        "> 200% normal",
        Seen("traffic", 50, "/min"),
        "traffic has no normal yet: there is not enough history",
        "traffic n’a pas encore de normale : l’historique est trop court",
    ),
    ("any", Seen("logins", count=3), "logins happened 3 times", "logins : survenu 3 fois"),
    ("any", Seen("logins", count=1), "logins happened once", "logins : survenu une fois"),
    (
        "> 1% for 5m",
        Seen("errors", 2, "%", held=timedelta(minutes=3)),
        "errors (2%) > 1%, only for 3 min of 5 min",
        "errors (2 %) > 1 %, depuis 3 min seulement sur 5 min",
    ),
]


@pytest.mark.parametrize(("written", "what", "english", "french"), BECAUSE)
def test_the_reason_shows_what_was_seen(written: str, what: Seen, english: str, french: str) -> None:
    because = parse(written).judge(what).because

    def spaced(text: str) -> str:
        return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")

    assert spaced(because.say("en")) == english
    assert spaced(because.say("fr")) == french


# as printed in the documents that plans come from -> as a plan writes it shortest
SPELLINGS = [
    ("> 50/min", "> 50/min"),
    (">50 / min", "> 50/min"),
    ("≥ 85 %", ">= 85%"),
    ("=> 5", ">= 5"),
    ("= 200", "== 200"),
    ("<> 3", "!= 3"),
    ("10 à 50/min", "10-50/min"),
    ("10 to 50/min", "10-50/min"),
    ("0,1-1%", "0.1-1%"),
    ("10,000", "10000"),
    ("200% of normal", ">= 200% normal"),
    ("> 200% de la normale", "> 200% normal"),
    ("> 100% baseline", "rise > 100% vs baseline"),
    ("drop > 20% vs baseline", "drop > 20% vs baseline"),
    ("baisse > 20 %", "drop > 20% vs baseline"),
    ("Detected", "detected"),
    ("Moyen +", "moyen+"),
    (">= medium", "medium+"),
    ("medium", "medium+"),
    ("Stagnation 2 mois", "stagnation 60d"),
    ("0 pendant 1 semaine", "0 during 7d"),
    ("rien depuis 2 jours", "0 during 48h"),
    ("> 1% sustained 5+ minutes", "> 1% for 5m"),
    ("< B pendant 1 h", "< B for 1h"),
    (5, "5"),
    (0.5, "0.5"),
]


@pytest.mark.parametrize(("written", "canonical"), SPELLINGS)
def test_a_condition_has_one_shortest_spelling(written: Any, canonical: str) -> None:
    assert str(parse(written)) == canonical
    assert parse(canonical) == parse(written)


REFUSED: list[tuple[Any, str]] = [
    ("", "not a condition"),
    (None, "not a condition"),
    (True, "not a condition"),
    ([5], "not a condition"),
    ("sometimes", "not a condition"),
    (">", "what to compare with"),
    ("> ", "what to compare with"),
    ("> many", "not a condition"),
    ("50-10/min", "from more to less"),
    ("1s-2%", "cannot be compared"),
    ("> 1e3", "exponent"),
    ("> 0755", "octal"),
    ("> 50/mim", "not a unit of time"),
    ("> 5 minuts", "not a unit"),
    ("< 50% baseline", "share of the baseline or a change"),
    ("stagnation", "over what time"),
    ("rien", "over what time"),
    ("0 during 0s", "no time at all"),
    ("> 5% for 5m for 3m", "says twice how long"),
    ("0 during 1w for 5m", "says twice how long"),
    ("> 99999999999999999999", "too large"),
    ("x" * 100_000, "not a condition"),
]


@pytest.mark.parametrize(("written", "why"), REFUSED)
def test_what_is_no_condition_is_refused(written: Any, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(written)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("medum+", "medium"), ("detectd", "detected"), ("> 5 minuts", "minutes"), ("> 5/mn2", "mn")],
)
def test_the_nearest_word_is_named(written: str, nearest: str) -> None:
    with pytest.raises(UnknownName) as unknown:
        parse(written)
    assert unknown.value.nearest == nearest


numbers = st.integers(-100_000, 100_000).map(lambda thousandths: thousandths / 1000) | st.integers(0, 10**9)
positive = st.integers(0, 10**6).map(lambda hundredths: hundredths / 100)
units = st.sampled_from(["", "%", "ms", "s", "min", "days", "/min", "/s", "KB", "MiB", "users", "€"])
signs = st.sampled_from([">", ">=", "<", "<=", "==", "!="])
spans = st.integers(1, 10**6).map(lambda seconds: f"{seconds}s")
texts = st.one_of(
    st.builds(lambda sign, number, unit: f"{sign} {number}{unit}", signs, numbers, units),
    st.builds(lambda low, more, unit: f"{low}-{low + more}{unit}", st.integers(0, 10**6), st.integers(0, 10**6), units),
    st.builds(lambda number, unit: f"{number} {unit}", numbers, units),
    st.builds(lambda sign, number: f"{sign} {number}% normal", signs, positive),
    st.builds(lambda way, number: f"{way} > {number}% vs baseline", st.sampled_from(["drop", "rise"]), positive),
    st.sampled_from(["any", "detected", "low+", "medium", "critical", "A+", "B-", "F", "< B", ">= C", "!= down"]),
    st.builds(lambda span: f"stagnation {span}", spans),
    st.builds(lambda span: f"0 during {span}", spans),
)
some = settings(max_examples=300, deadline=None)


@some
@given(texts, st.none() | spans)
def test_a_condition_written_back_is_the_same(text: str, span: str | None) -> None:
    over_time = text.startswith(("stagnation", "0 during"))
    condition = parse(text if span is None or over_time else f"{text} for {span}")
    assert parse(str(condition)) == condition
    assert condition.say("fr")
    assert condition.say("en")


@some
@given(
    texts,
    numbers | st.none(),
    units,
    st.sampled_from(["up", "down"]),
    st.none() | positive,
    st.none() | st.integers(0, 9),
)
def test_a_verdict_always_has_its_reason(
    text: str, value: float | None, unit: str, good: Any, normal: float | None, count: int | None
) -> None:
    what = Seen("m", value, unit, good=good, normal=None if normal is None else Normal(normal), count=count)
    verdict = parse(text).judge(what)
    assert verdict.because.say("fr")
    if value is None and count is None:
        assert verdict.holds is None


@some
@given(signs, numbers, numbers, st.sampled_from(["ms", "s", "min"]), st.sampled_from(["ms", "s", "min"]))
def test_units_never_change_the_answer(sign: str, bound: float, value: float, unit: str, other: str) -> None:
    """What is written in one unit and seen in another is judged as if both were seconds."""
    seconds = {"ms": 0.001, "s": 1.0, "min": 60.0}
    ours, theirs = value * seconds[other], bound * seconds[unit]
    # Exactness at the border itself is shown by the table above.
    assume(ours == theirs or abs(ours - theirs) > 1e-9 * max(abs(ours), abs(theirs)))
    expected = {
        ">": ours > theirs,
        ">=": ours >= theirs,
        "<": ours < theirs,
        "<=": ours <= theirs,
        "==": ours == theirs,
        "!=": ours != theirs,
    }[sign]
    assert parse(f"{sign} {bound}{unit}").judge(seen(value, other)).holds is expected


@some
@given(numbers, numbers, st.sampled_from(["up", "down"]))
def test_a_level_is_met_from_exactly_one_side_or_both_at_the_border(bound: float, value: float, good: Any) -> None:
    level = parse(f"{bound}")
    bad, target = level.judge(seen(value, good=good)).holds, as_target(level).judge(seen(value, good=good)).holds
    assert bad or target
    assert (bad and target) == (value == bound)


@settings(max_examples=500, deadline=None)
@given(
    st.text(max_size=40)
    | st.from_regex(r"[<>=!]{0,2} ?[0-9.,]{0,6} ?[%a-zé/+]{0,8}( [a-z]{2,8} [0-9a-z]{1,5})?", fullmatch=True)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        condition = parse(text)
    except Unreadable:
        return
    assert parse(str(condition)) == condition


def test_what_must_hold_for_some_time_is_told_apart() -> None:
    inner, span = sustained(parse("> 1% for 5m"))
    assert (str(inner), span) == ("> 1%", timedelta(minutes=5))
    assert sustained(parse("> 1%")) == (parse("> 1%"), timedelta(0))


def test_a_condition_says_what_it_needs() -> None:
    assert parse("> 200% normal").needs_normal
    assert not parse("> 200%").needs_normal
    assert parse("0 during 1 week").window == WEEK
    assert parse("stagnation 2 months").window == MONTHS
    assert parse("> 50/min").window is None
    assert parse("10-50/min for 5m").unit == "/min"


SAID = [
    ("> 50/min", "above 50/min", "au-dessus de 50/min"),
    ("< 30 days", "below 30 days", "en dessous de 30 days"),
    ("70%", "70% or worse", "70 % ou pire"),
    ("medium+", "at least medium", "au moins moyen"),
    ("> 200% normal", "above 200% of normal", "au-dessus de 200 % de la normale"),
    ("drop > 20%", "a drop of more than 20% against its normal", "une baisse de plus de 20 % par rapport à la normale"),
    ("any", "any occurrence", "toute occurrence"),
    ("0 during 1 week", "nothing at all in 7 d", "rien du tout en 7 j"),
    ("> 5% for 5m", "above 5%, for 5 min without a break", "au-dessus de 5 %, pendant 5 min sans interruption"),
]


@pytest.mark.parametrize(("written", "english", "french"), SAID)
def test_a_condition_says_itself_in_both_languages(written: str, english: str, french: str) -> None:
    condition = parse(written)
    assert condition.say("en").replace("\N{NO-BREAK SPACE}", " ") == english
    assert condition.say("fr").replace("\N{NO-BREAK SPACE}", " ") == french
