from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.kit.numbers import Unreadable
from bosco.kit.refusal import Refusal
from bosco.plan.hours import ALWAYS, Hours, add_working_time, is_open, next_open, public_holidays, working_time
from bosco.plan.ledger import Misplaced, UnknownName
from bosco.plan.read_hours import read_hours

PARIS, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe"))
OFFICE = read_hours({"days": "mon-fri", "from": "09:00", "to": "18:00", "holidays": "FR"})
SHOP = read_hours({"days": "tue-sat", "open": ["09:00-12:30", "14:00-19:00"]})
NIGHT = read_hours({"days": "fri, sat", "from": "22:00", "to": "06:00"})
MIXED = read_hours(
    [
        {"days": "mon-thu", "from": "08:00", "to": "18:00", "holidays": "FR"},
        {"days": "fri", "from": "08:00", "to": "16:00", "closed": ["2026-05-15", "2026-12-24..2027-01-03"]},
        {"days": "wed-sat", "from": "17:00", "to": "02:30"},
    ]
)
AROUND_THE_CLOCK = read_hours({"days": "mon-sun", "from": "00:00", "to": "24:00"})


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# calendar, from, to -> hours worked, all in Paris
WORKED = [
    (OFFICE, "2026-11-16 08:00", "2026-11-16 20:00", 9),  # a Monday
    (OFFICE, "2026-11-16 10:00", "2026-11-16 11:30", 1.5),
    (OFFICE, "2026-11-13 17:00", "2026-11-16 10:00", 2),  # over a weekend
    (OFFICE, "2026-11-10 17:00", "2026-11-12 10:00", 2),  # 11 November is a holiday in France
    (OFFICE, "2026-12-31 17:00", "2027-01-04 10:00", 2),  # New Year and a weekend
    (OFFICE, "2026-11-14 00:00", "2026-11-15 23:59", 0),
    (OFFICE, "2026-03-23 00:00", "2026-04-06 00:00", 90),  # two weeks with a clock change between them
    (SHOP, "2026-11-17 12:00", "2026-11-17 15:00", 1.5),  # the lunch break is not work
    (NIGHT, "2026-11-20 00:00", "2026-11-22 12:00", 16),
    (NIGHT, "2026-03-28 22:00", "2026-03-29 06:00", 7),  # the night that is an hour short
    (NIGHT, "2026-10-24 22:00", "2026-10-25 06:00", 9),  # and the one that is an hour long
    (MIXED, "2026-11-18 16:00", "2026-11-19 03:00", 10.5),  # two shifts share an hour, which counts once
    (MIXED, "2026-05-15 00:00", "2026-05-16 00:00", 7 + 2.5),  # that Friday is closed, but not its evening
    (AROUND_THE_CLOCK, "2026-03-29 00:00", "2026-03-30 00:00", 23),
    (AROUND_THE_CLOCK, "2026-10-25 00:00", "2026-10-26 00:00", 25),
    (ALWAYS, "2026-10-25 00:00", "2026-10-26 00:00", 25),
]


@pytest.mark.parametrize(("hours", "start", "end", "worked"), WORKED)
def test_only_open_time_counts(hours: Hours, start: str, end: str, worked: float) -> None:
    assert working_time(hours, PARIS, at(start), at(end)) == timedelta(hours=worked)


# calendar, from, hours to work -> due, all in Paris
DUE = [
    (OFFICE, "2026-11-16 09:00", 4, "2026-11-16 13:00"),
    (OFFICE, "2026-11-16 09:00", 9, "2026-11-16 18:00"),  # at closing time, not at the next opening
    (OFFICE, "2026-11-16 09:00", 24, "2026-11-18 15:00"),
    (OFFICE, "2026-11-13 16:00", 4, "2026-11-16 11:00"),
    (OFFICE, "2026-11-14 12:00", 1, "2026-11-16 10:00"),
    (OFFICE, "2026-11-10 17:00", 2, "2026-11-12 10:00"),
    (OFFICE, "2026-12-31 17:59", 1, "2027-01-04 09:59"),
    (OFFICE, "2028-02-28 09:00", 10, "2028-02-29 10:00"),  # a leap day is a working day
    (SHOP, "2026-11-17 12:00", 1, "2026-11-17 14:30"),
    (NIGHT, "2026-03-28 22:00", 5, "2026-03-29 04:00"),
    (NIGHT, "2026-10-24 22:00", 5, "2026-10-25 02:00"),
    (ALWAYS, "2026-03-28 22:00", 8, "2026-03-29 07:00"),
    (OFFICE, "2026-11-14 12:00", 0, "2026-11-14 12:00"),
]


@pytest.mark.parametrize(("hours", "start", "span", "due"), DUE)
def test_a_deadline_falls_when_that_much_was_worked(hours: Hours, start: str, span: float, due: str) -> None:
    found = add_working_time(hours, PARIS, at(start), timedelta(hours=span))
    # The second 02:00 of the long night: four hours have passed by its first.
    expected = at(due).replace(fold=1) if due == "2026-10-25 02:00" else at(due)
    assert found == expected.astimezone(UTC)


calendars = st.sampled_from([OFFICE, SHOP, NIGHT, MIXED, AROUND_THE_CLOCK, ALWAYS])
zones = st.sampled_from([PARIS, NEW_YORK, LORD_HOWE])
instants = st.integers(0, 86_400 * 365 * 12).map(
    lambda seconds: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
spans = st.integers(0, 86_400 * 40).map(lambda seconds: timedelta(seconds=seconds))
some = settings(max_examples=200, deadline=None)


@some
@given(calendars, zones, instants, spans)
def test_adding_working_time_is_the_inverse_of_counting_it(
    hours: Hours, zone: ZoneInfo, start: datetime, span: timedelta
) -> None:
    due = add_working_time(hours, zone, start, span)
    assert due >= start
    assert working_time(hours, zone, start, due) == span
    # And no instant before was late enough.
    if span:
        assert working_time(hours, zone, start, due - timedelta(microseconds=1)) < span


@some
@given(calendars, zones, instants, spans, spans)
def test_working_time_adds_up_and_never_shrinks(
    hours: Hours, zone: ZoneInfo, start: datetime, some_time: timedelta, more: timedelta
) -> None:
    middle, end = start + some_time, start + some_time + more
    first, second = working_time(hours, zone, start, middle), working_time(hours, zone, middle, end)
    assert first + second == working_time(hours, zone, start, end)
    assert timedelta(0) <= second <= more


@some
@given(calendars, zones, instants)
def test_open_is_when_time_counts(hours: Hours, zone: ZoneInfo, instant: datetime) -> None:
    tick = timedelta(microseconds=1)
    assert is_open(hours, zone, instant) == bool(working_time(hours, zone, instant, instant + tick))
    opening = next_open(hours, zone, instant)
    assert is_open(hours, zone, opening)
    assert working_time(hours, zone, instant, opening) == timedelta(0)


@settings(max_examples=60, deadline=None)
@given(calendars, zones, instants)
def test_a_day_counts_as_its_minutes_one_by_one(hours: Hours, zone: ZoneInfo, instant: datetime) -> None:
    minute = timedelta(minutes=1)
    start = instant.replace(second=0)
    end = start + timedelta(hours=26)
    one_by_one = sum((is_open(hours, zone, start + step * minute) for step in range((end - start) // minute)), 0)
    assert working_time(hours, zone, start, end) == one_by_one * minute


def test_it_closes_at_the_instant_it_closes() -> None:
    assert is_open(OFFICE, PARIS, at("2026-11-16 09:00"))
    assert is_open(OFFICE, PARIS, at("2026-11-16 17:59"))
    assert not is_open(OFFICE, PARIS, at("2026-11-16 18:00"))


def test_time_that_runs_backwards_is_no_working_time() -> None:
    assert working_time(OFFICE, PARIS, at("2026-11-17 12:00"), at("2026-11-16 12:00")) == timedelta(0)


def test_regions_have_holidays_of_their_own() -> None:
    assert len(public_holidays("FR", 2026)) == 11
    assert public_holidays("FR-57", 2026) - public_holidays("FR", 2026) == {date(2026, 4, 3), date(2026, 12, 26)}
    assert date(2026, 7, 4) in public_holidays("US", 2026)
    assert date(2026, 8, 31) in public_holidays("GB-ENG", 2026)


# what is written -> a part of what is said about it
REFUSED: list[tuple[Any, str]] = [
    ([], "never open"),
    ({"days": "mon-fri", "open": []}, "never open"),
    ({"days": ""}, "not a day of the week"),
    ({"from": "09:00", "to": "09:00"}, "nothing or a whole day"),
    ({"from": "25:00"}, "not a time of day"),
    ({"from": "9"}, "not a time of day"),
    ({"from": "09:00", "open": ["10:00-12:00"]}, "not both"),
    ({"open": ["10:00"]}, "not a period of the day"),
    ({"holidays": "ZZ"}, "the public holidays of “ZZ” are not known"),
    ({"holidays": "FR-99"}, "“99” is no region of FR"),
    ({"closed": "2026-02-30"}, "not a day of any calendar"),
    ({"closed": "2026-03-02..2026-03-01"}, "not a stretch of days"),
    ({"closed": "1026-03-02"}, "not a date"),
    ("often", "not a business calendar"),
    (7, "not a business calendar"),
    ({"days": "x" * 100_000}, "too long"),
]


@pytest.mark.parametrize(("written", "why"), REFUSED)
def test_a_calendar_that_means_nothing_is_refused(written: Any, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_hours(written)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 300


def test_the_nearest_word_is_named() -> None:
    with pytest.raises(Misplaced) as unknown_key:
        read_hours({"day": "mon-fri"})
    assert unknown_key.value.nearest == "days"
    with pytest.raises(UnknownName) as unknown_day:
        read_hours({"days": "mon-friday, satruday"})
    assert unknown_day.value.nearest == "saturday"


def test_a_deadline_beyond_fifty_years_is_refused_not_searched_for() -> None:
    for span in (timedelta(days=366 * 50 + 1), timedelta(days=365 * 20)):
        with pytest.raises(Refusal, match="50 years"):
            add_working_time(OFFICE, PARIS, at("2026-11-16 09:00"), span)
    with pytest.raises(Refusal, match="50 years"):
        working_time(OFFICE, PARIS, at("1970-01-01 09:00"), at("2100-01-01 09:00"))
    with pytest.raises(Refusal, match="less than nothing"):
        add_working_time(OFFICE, PARIS, at("2026-11-16 09:00"), timedelta(seconds=-1))


def test_a_calendar_says_itself_in_both_languages() -> None:
    assert OFFICE.say("en") == "Monday to Friday, 09:00–18:00, except public holidays (FR)"
    assert OFFICE.say("fr") == "du lundi au vendredi, 09:00–18:00, sauf jours fériés (FR)"
    assert SHOP.say("en") == "Tuesday to Saturday, 09:00–12:30 and 14:00–19:00"
    assert read_hours("toujours").say("fr") == "à toute heure"
    assert read_hours("24/7") == ALWAYS
