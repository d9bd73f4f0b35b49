"""The calendar of the days ahead: every day once, holes to the minute, on the days when clocks change too."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people.rota import instant, plan_of

from bosco.people.days import days_of, joined, months_of, span_ahead
from bosco.people.on_call import holes, shifts

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)


def test_ninety_days_are_ninety_cells_of_whole_weeks() -> None:
    plan = plan_of("  rota: {rotate: weekly, at: 'mon 09:00', from: 2026-01-05, people: [devops, backend]}\n")
    start, end = span_ahead(instant("2026-11-28T03:00"), PARIS)
    found = joined(shifts(plan, "rota", start, end))
    days = days_of(found, list(holes(found, start, end)), start, end, PARIS)
    assert (len(days), days[0].on, days[-1].on) == (90, date(2026, 11, 28), date(2027, 2, 25))
    assert days[2].people == ("devops", "backend")
    months = months_of(days)
    assert [month.first.month for month in months] == [11, 12, 1, 2]
    assert all(len(week) == 7 for month in months for week in month.weeks)
    assert sum(day is not None for month in months for week in month.weeks for day in week) == 90


def test_a_hole_counts_on_each_day_it_touches() -> None:
    plan = plan_of("  rota: {people: devops, hours: office, rotate: daily}\n")
    start, end = instant("2026-03-27T23:00"), instant("2026-03-30T22:00")
    found = shifts(plan, "rota", start, end)
    days = days_of(found, list(holes(found, start, end)), start, end, PARIS)
    # Saturday is whole, Sunday has twenty-three hours, Monday has nine of them held.
    assert [(day.on.day, day.people, day.hole) for day in days] == [
        (28, (), 24 * HOUR),
        (29, (), 23 * HOUR),
        (30, ("devops",), 15 * HOUR),
    ]


def test_turns_of_the_same_person_that_follow_each_other_are_one() -> None:
    plan = plan_of("  rota: {rotate: hourly, from: 2026-01-05, people: [devops, devops, backend]}\n", "UTC")
    found = joined(shifts(plan, "rota", instant("2026-01-05T00:00"), instant("2026-01-05T06:00")))
    assert [(one.person, (one.end - one.start) // HOUR) for one in found] == [
        ("devops", 2),
        ("backend", 1),
        ("devops", 2),
        ("backend", 1),
    ]


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]),
    since=st.integers(0, 365 * 48),
    rotate=st.sampled_from(["hourly", "5h", "daily", "weekly", "mon and thu"]),
    layered=st.booleans(),
)
def test_what_is_held_and_what_is_not_fill_every_day_exactly(zone: str, since: int, rotate: str, layered: bool) -> None:
    layers = ", layers: [{people: [backend, rssi], hours: nights, rotate: daily}]" if layered else ""
    hours = 'hours:\n  nights: {from: "18:00", to: "08:30"}\n'
    plan = plan_of(
        f"  rota: {{rotate: {rotate}, from: 2025-01-01, people: [devops, backend], hours: office{layers}}}\n",
        zone,
        hours,
    )
    place = ZoneInfo(zone)
    start, end = span_ahead(instant("2025-03-01T00:00") + HOUR * since / 2, place, 20)
    found = shifts(plan, "rota", start, end)
    missing = list(holes(found, start, end))
    days = days_of(found, missing, start, end, place)
    assert len(days) == 20
    assert sum((day.hole for day in days), timedelta()) == sum((one.end - one.start for one in missing), timedelta())
    assert all(day.people or day.hole >= 23 * HOUR - timedelta(minutes=30) for day in days)
