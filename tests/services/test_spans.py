from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosco.plan.hours import ALWAYS, working_time
from bosco.plan.read_hours import read_hours
from bosco.services.spans import Span, common, joined, month, month_of, open_spans, total, without

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def spans(pairs: list[tuple[int, int]]) -> list[Span]:
    return [Span(START + timedelta(hours=first), START + timedelta(hours=last)) for first, last in pairs]


def hours_in(found: list[Span]) -> set[int]:
    """Return the whole hours that lie in the spans: a set that everybody can count."""
    return {hour for hour in range(41) for span in found if span.start <= START + timedelta(hours=hour) < span.end}


@given(HOURS, HOURS)
def test_spans_behave_as_sets_of_hours(first_pairs, second_pairs) -> None:
    first, second = joined(spans(first_pairs)), joined(spans(second_pairs))
    in_first, in_second = hours_in(spans(first_pairs)), hours_in(spans(second_pairs))
    assert hours_in(first) == in_first
    assert hours_in(common(first, second)) == in_first & in_second
    assert hours_in(without(first, second)) == in_first - in_second
    assert total(first) == timedelta(hours=len(in_first))
    for found in (first, common(first, second), without(first, second)):
        assert found == joined(found)


@given(HOURS)
def test_the_order_in_which_spans_come_changes_nothing(pairs) -> None:
    assert joined(spans(pairs)) == joined(spans(pairs[::-1]))


@pytest.mark.parametrize(
    ("year", "number", "length"),
    [
        (2026, 1, timedelta(days=31)),
        (2026, 2, timedelta(days=28)),
        (2028, 2, timedelta(days=29)),
        (2026, 3, timedelta(days=31) - timedelta(hours=1)),
        (2026, 4, timedelta(days=30)),
        (2026, 10, timedelta(days=31) + timedelta(hours=1)),
        (2026, 12, timedelta(days=31)),
    ],
)
def test_a_month_is_as_long_as_the_clocks_of_the_place_say(year: int, number: int, length: timedelta) -> None:
    assert month(year, number, PARIS).length == length


def test_months_follow_one_another_without_a_hole() -> None:
    span = month(2026, 1, PARIS)
    for _ in range(36):
        following = month_of(span.end, PARIS)
        assert following.start == span.end
        assert month_of(span.end - timedelta(microseconds=1), PARIS) == span
        span = following


def test_the_month_of_an_instant_is_that_of_the_place() -> None:
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert month_of(new_year, PARIS) == month(2027, 1, PARIS)
    assert month_of(new_year, ZoneInfo("UTC")) == month(2026, 12, ZoneInfo("UTC"))


def test_open_hours_are_found_to_the_second() -> None:
    # Monday to Friday of the week in which Easter Monday is the 6th, and one night shift over the clock change.
    office = read_hours({"days": "mon-fri", "from": "09:00", "to": "18:00", "holidays": "FR"})
    week = Span(datetime(2026, 4, 5, 22, tzinfo=UTC), datetime(2026, 4, 12, 22, tzinfo=UTC))
    found = open_spans(office, PARIS, week)
    assert found == [
        Span(datetime(2026, 4, day, 7, tzinfo=UTC), datetime(2026, 4, day, 16, tzinfo=UTC)) for day in range(7, 11)
    ]


@pytest.mark.parametrize("number", [3, 4, 10])
def test_open_hours_add_up_to_the_working_time(number: int) -> None:
    office = read_hours({"days": "mon-fri", "from": "09:00", "to": "18:00", "holidays": "FR"})
    span = month(2026, number, PARIS)
    assert total(open_spans(office, PARIS, span)) == working_time(office, PARIS, span.start, span.end)
    assert open_spans(ALWAYS, PARIS, span) == [span]
