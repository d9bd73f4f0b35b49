"""Expectations: read as people write them, judged without surprises, shown with what was seen."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.kit.numbers import Unreadable
from bosco.kit.units import Quantity
from bosco.plan.condition import parse
from bosco.plan.strict import Quoted
from bosco.probes.bounds import Levels, hold, hold_levels
from bosco.probes.conclude import conclude
from bosco.probes.kind import Expectation
from bosco.probes.pattern import captured, found_in, readable
from bosco.probes.statuses import read_statuses
from bosco.probes.wanted import NOTHING, hold_value, quoted, read_path, read_wanted


@pytest.mark.parametrize(
    ("written", "inside", "outside", "shown"),
    [
        ("200", [200], [201, 199], "== 200"),
        ("200-204", [200, 204], [205], "∈ 200-204"),
        ("2xx", [200, 299], [300], "∈ 2xx"),
        (["200", "404"], [200, 404], [403], "∈ 200, 404"),
        ("200, 3XX", [200, 301], [404], "∈ 200, 3XX"),
    ],
)
def test_statuses_are_read(written: Any, inside: list[int], outside: list[int], shown: str) -> None:
    read = read_statuses(written)
    assert all(status in read for status in inside)
    assert not any(status in read for status in outside)
    assert str(read) == shown


@pytest.mark.parametrize("written", ["", "abc", "600", "99", "2x", "200-", "300-200", "2xx-3xx", []])
def test_what_is_no_status_is_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        read_statuses(written)


DATA = {"a": {"b": [1, {"c": None}], "x.y": True}, "0": "zero"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b[0]", 1),
        ("$.a.b[-2]", 1),
        ("a.b[1].c", None),
        ('a["x.y"]', True),
        ("a['x.y']", True),
        ("0", "zero"),
        ("a.b[7]", NOTHING),
        ("a.b.c", NOTHING),
        ("z", NOTHING),
        ("", DATA),
    ],
)
def test_places_in_json_are_found(path: str, found: Any) -> None:
    assert read_path(path).find(DATA) is found or read_path(path).find(DATA) == found


@pytest.mark.parametrize("path", ["a[", "a]b", "a[x]", 'a["', "a..b", "[]"])
def test_what_is_no_place_is_refused(path: str) -> None:
    with pytest.raises(Unreadable):
        read_path(path)


@pytest.mark.parametrize(
    ("wanted", "seen", "held", "shown"),
    [
        ("healthy", "healthy", True, '== "healthy"'),
        ("healthy", "Healthy", False, '== "healthy"'),
        ("true", True, True, "== true"),
        ("true", "true", False, "== true"),
        (Quoted("true"), "true", True, '== "true"'),
        ("1", 1, True, "== 1"),
        ("1", 1.0, True, "== 1"),
        ("1", True, False, "== 1"),
        ("null", None, True, "== null"),
        ("> 5", 6, True, "> 5"),
        ("> 5", "6", True, "> 5"),
        ("> 5s", "6000ms", True, "> 5s"),
        ("> 5", "six", False, "> 5"),
        ("> 5", None, False, "> 5"),
        ("> 5", [6], False, "> 5"),
        ("> 5", 10**400, False, "> 5"),
        ("!= down", "up", True, "!= down"),
        (["a", "1"], 1, True, '∈ ["a", 1]'),
        ("a", NOTHING, False, '== "a"'),
    ],
)
def test_values_are_held_against_what_is_wanted(wanted: Any, seen: Any, held: bool, shown: str) -> None:
    judged = hold_value("x", seen, read_wanted(wanted))
    assert judged.held is held
    assert judged.seen.endswith(shown)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=30), st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20))
def test_no_value_breaks_the_judgement(wanted: str, seen: Any) -> None:
    with contextlib.suppress(Unreadable):
        hold_value("x", seen, read_wanted(wanted))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
def test_what_is_shown_is_short_and_harmless(text: str) -> None:
    shown = quoted(text)
    assert len(shown) <= 60
    assert shown.isprintable()


def test_bounds_show_what_was_seen() -> None:
    assert hold("time", Quantity(812, "ms"), parse("< 500ms"), "degraded") == Expectation(
        "time (812 ms) < 500 ms", False, "degraded"
    )
    assert hold("x", Quantity(15), parse("10-20"), "down").held
    assert hold("x", Quantity(5), parse("10-20"), "down").seen == "x (5) ∈ 10-20"
    assert not hold("x", Quantity(5, "s"), parse("< 10%"), "down").held


def test_levels_tell_the_worst_that_is_reached() -> None:
    levels = Levels(warning=parse("70%"), critical=parse("> 85%"))
    told = {value: hold_levels("cpu", Quantity(value, "%"), levels) for value in (50, 70, 90)}
    assert [conclude(one).outcome for one in told.values()] == ["up", "degraded", "down"]
    assert told[70][-1].seen == "cpu (70%) < 70%"
    assert told[90][0].seen == "cpu (90%) <= 85%"


def test_the_worst_failure_decides_and_is_why() -> None:
    slow, wrong = Expectation("slow", False, "degraded"), Expectation("wrong", False, "down")
    blind = Expectation("blind", False, "unknown")
    assert conclude([Expectation("fine", True)]).outcome == "up"
    assert (conclude([slow, wrong]).outcome, conclude([slow, wrong]).because) == ("down", "wrong")
    assert (conclude([slow, blind]).outcome, conclude([slow, blind]).because) == ("unknown", "blind")
    assert conclude([wrong, blind]).outcome == "down"


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+b", r"(.*)*x", r"^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_explodes_elsewhere_does_not_here(pattern: str) -> None:
    found_in("a" * 200_000 + "!", pattern)
    captured("a" * 200_000 + "!", pattern)


def test_patterns_capture_their_first_group_or_all() -> None:
    assert captured('<input name="csrf" value="t0k"> value="x"', 'value="([^"]+)"') == "t0k"
    assert captured("version 1.2.3", r"\d+\.\d+") == "1.2"
    assert captured("f(x) = 1", r"f\([x(]\) = \d") == "f(x) = 1"
    assert captured("id: 7", r"id: (?P<id>\d)") == "7"
    assert captured("nothing", r"\d+") is None


@pytest.mark.parametrize("pattern", ["(", "a{1000}{1000}{1000}", "(?=x)", r"(a)\1"])
def test_a_pattern_that_cannot_be_searched_for_is_refused(pattern: str) -> None:
    with pytest.raises(Unreadable):
        readable(pattern)


def test_what_is_nested_beyond_reason_is_shown_as_far_as_it_can_be() -> None:
    deep: Any = 1
    for _ in range(50_000):
        deep = [deep]
    assert quoted(deep) == '[[["…"]]]'
    assert len(quoted({"x" * 1000: list(range(100_000))})) <= 60


def test_what_is_shown_is_json() -> None:
    assert json.loads(quoted("é\n")) == "é\n"
    assert quoted(NOTHING) == "∅"
