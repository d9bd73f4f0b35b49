"""Who is on call: turns, layers, changes, and the days on which clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.people.rota import TEAM, at, instant, plan_of, told

from bosco.people.model import Change
from bosco.people.on_call import duty, holes, people_on_call, shifts
from bosco.people.section import Turns
from bosco.people.turns import turns
from bosco.plan.load import load_texts

WEEKLY = "  rota: {rotate: weekly, at: 'mon 09:00', from: 2026-01-05, people: [devops, backend]}\n"


def test_a_week_goes_from_monday_morning_to_monday_morning() -> None:
    plan = plan_of(WEEKLY)
    assert told(plan, "2026-01-05T00:00", "2026-01-20T00:00") == [
        "01-05 00:00 - 01-05 08:00 !",
        "01-05 08:00 - 01-12 08:00 devops",
        "01-12 08:00 - 01-19 08:00 backend",
        "01-19 08:00 - 01-20 00:00 devops",
    ]


def test_the_hand_over_stays_at_nine_when_clocks_change() -> None:
    plan = plan_of(WEEKLY)
    assert told(plan, "2026-03-24T00:00", "2026-03-31T00:00") == [
        "03-24 00:00 - 03-30 07:00 backend",
        "03-30 07:00 - 03-31 00:00 devops",
    ]
    assert told(plan, "2026-10-20T00:00", "2026-10-27T00:00") == [
        "10-20 00:00 - 10-26 08:00 backend",
        "10-26 08:00 - 10-27 00:00 devops",
    ]


def test_in_the_hour_that_comes_twice_both_are_on_call() -> None:
    plan = plan_of("  rota: {rotate: daily, at: '02:30', from: 2026-10-24, people: [devops, backend]}\n")
    assert told(plan, "2026-10-24T12:00", "2026-10-26T12:00") == [
        "10-24 12:00 - 10-25 01:30 devops",
        "10-25 00:30 - 10-26 01:30 backend",
        "10-26 01:30 - 10-26 12:00 devops",
    ]
    assert at(plan, "2026-10-25T01:00") == "devops backend"


def test_a_hand_over_in_the_skipped_hour_comes_as_it_ends() -> None:
    plan = plan_of("  rota: {rotate: daily, at: '02:30', from: 2026-03-28, people: [devops, backend]}\n")
    assert told(plan, "2026-03-28T12:00", "2026-03-29T12:00") == [
        "03-28 12:00 - 03-29 01:00 devops",
        "03-29 01:00 - 03-29 12:00 backend",
    ]


def test_hours_follow_each_other_in_the_day_of_twenty_five() -> None:
    plan = plan_of("  rota: {rotate: hourly, from: 2026-10-25, people: [devops, backend, rssi]}\n")
    found = told(plan, "2026-10-24T22:00", "2026-10-25T03:00")
    assert found == [
        "10-24 22:00 - 10-24 23:00 devops",
        "10-24 23:00 - 10-25 00:00 backend",
        "10-25 00:00 - 10-25 01:00 rssi",
        "10-25 01:00 - 10-25 02:00 devops",
        "10-25 02:00 - 10-25 03:00 backend",
    ]


def test_half_days_keep_to_the_wall() -> None:
    plan = plan_of("  rota: {rotate: 12h, at: '08:00', from: 2026-03-27, people: [devops, backend]}\n")
    assert told(plan, "2026-03-28T12:00", "2026-03-30T12:00") == [
        "03-28 12:00 - 03-28 19:00 devops",
        "03-28 19:00 - 03-29 06:00 backend",
        "03-29 06:00 - 03-29 18:00 devops",
        "03-29 18:00 - 03-30 06:00 backend",
        "03-30 06:00 - 03-30 12:00 devops",
    ]


def test_a_monthly_turn_from_the_31st_does_not_drift() -> None:
    plan = plan_of("  rota: {rotate: monthly, at: '09:00', from: 2026-01-31, people: [devops, backend]}\n", "UTC")
    starts = [line[:5] for line in told(plan, "2026-01-31T09:00", "2026-09-01T00:00")]
    assert starts == ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31"]


def test_two_weeks_are_counted_from_the_first_day() -> None:
    plan = plan_of("  rota: {rotate: 2 weeks, at: '10:00', from: 2026-01-07, people: [devops, backend]}\n", "UTC")
    assert told(plan, "2026-01-07T10:00", "2026-02-10T00:00") == [
        "01-07 10:00 - 01-21 10:00 devops",
        "01-21 10:00 - 02-04 10:00 backend",
        "02-04 10:00 - 02-10 00:00 devops",
    ]


def test_a_first_day_in_the_middle_of_a_week_begins_a_short_turn() -> None:
    plan = plan_of("  rota: {rotate: weekly, at: 'mon 09:00', from: 2026-01-07, people: [devops, backend]}\n", "UTC")
    assert told(plan, "2026-01-06T00:00", "2026-01-20T00:00") == [
        "01-06 00:00 - 01-07 09:00 !",
        "01-07 09:00 - 01-12 09:00 devops",
        "01-12 09:00 - 01-19 09:00 backend",
        "01-19 09:00 - 01-20 00:00 devops",
    ]


LAYERS = """  rota:
    rotate: weekly
    at: "mon 09:00"
    from: 2026-01-05
    hours: office
    people: devops
    backup: direction
    layers:
      - {rotate: daily, at: "18:00", from: 2026-01-05, people: [backend], hours: nights}
"""
NIGHTS = 'hours:\n  nights: {from: "18:00", to: "08:00"}\n'


def test_a_later_layer_completes_the_first_and_what_is_left_is_a_hole() -> None:
    plan = plan_of(LAYERS, "UTC", NIGHTS)
    assert told(plan, "2026-01-09T12:00", "2026-01-10T12:00") == [
        "01-09 12:00 - 01-09 18:00 devops",
        "01-09 18:00 - 01-10 08:00 backend",
        "01-10 08:00 - 01-10 12:00 !",
    ]
    in_the_hole = duty(plan, "rota", instant("2026-01-10T09:00"))
    assert in_the_hole.people == ()
    assert in_the_hole.backup == ("rssi", "backend")
    assert (in_the_hole.next_at, in_the_hole.next_people) == (instant("2026-01-10T18:00"), ("backend",))


def test_an_overlapping_layer_is_on_call_only_where_nobody_else_is() -> None:
    plan = plan_of(LAYERS, "UTC", 'hours:\n  nights: {from: "16:00", to: "10:00"}\n')
    assert told(plan, "2026-01-08T12:00", "2026-01-09T12:00") == [
        "01-08 12:00 - 01-08 18:00 devops",
        "01-08 18:00 - 01-09 09:00 backend",
        "01-09 09:00 - 01-09 12:00 devops",
    ]


def change(start: str, end: str, **more: str | None) -> Change:
    return Change(id="c", start=instant(start), end=instant(end), rotation="rota", reason="leave", **more)  # type: ignore[arg-type]


def test_somebody_stands_in_for_a_part_of_a_turn() -> None:
    changes = (change("2026-01-07T00:00", "2026-01-08T00:00", whom="devops", who="rssi"),)
    assert told(plan_of(WEEKLY, "UTC"), "2026-01-06T00:00", "2026-01-14T00:00", changes) == [
        "01-06 00:00 - 01-07 00:00 devops",
        "01-07 00:00 - 01-08 00:00 rssi",
        "01-08 00:00 - 01-12 09:00 devops",
        "01-12 09:00 - 01-14 00:00 backend",
    ]


def test_who_takes_over_takes_everything_and_fills_holes() -> None:
    changes = (change("2026-01-10T06:00", "2026-01-10T12:00", who="rssi"),)
    assert told(plan_of(LAYERS, "UTC", NIGHTS), "2026-01-10T00:00", "2026-01-10T14:00", changes) == [
        "01-10 00:00 - 01-10 06:00 backend",
        "01-10 06:00 - 01-10 12:00 rssi",
        "01-10 12:00 - 01-10 14:00 !",
    ]


def test_an_absence_leaves_a_hole_that_a_later_layer_may_fill() -> None:
    away = change("2026-01-09T12:00", "2026-01-09T20:00", whom="devops")
    assert told(plan_of(WEEKLY, "UTC"), "2026-01-09T10:00", "2026-01-09T22:00", (away,)) == [
        "01-09 10:00 - 01-09 12:00 devops",
        "01-09 12:00 - 01-09 20:00 !",
        "01-09 20:00 - 01-09 22:00 devops",
    ]
    layered = plan_of(LAYERS, "UTC", 'hours:\n  nights: {from: "16:00", to: "10:00"}\n')
    assert told(layered, "2026-01-09T10:00", "2026-01-09T22:00", (away,)) == [
        "01-09 10:00 - 01-09 12:00 devops",
        "01-09 12:00 - 01-09 16:00 !",
        "01-09 16:00 - 01-09 18:00 backend",
        "01-09 18:00 - 01-09 22:00 backend",
    ]


def test_who_stands_in_by_name_counts_more_than_the_calendar_of_either() -> None:
    away = change("2026-01-01T00:00", "2026-02-01T00:00", whom="devops")
    too = change("2026-01-01T00:00", "2026-02-01T00:00", whom="rssi")
    stands_in = change("2026-01-07T00:00", "2026-01-08T00:00", whom="devops", who="rssi")
    assert at(plan_of(WEEKLY, "UTC"), "2026-01-07T12:00", (away, too, stands_in)) == "rssi"
    assert at(plan_of(WEEKLY, "UTC"), "2026-01-08T12:00", (away, too, stands_in)) == ""


def test_later_changes_build_on_earlier_ones() -> None:
    first = change("2026-01-07T00:00", "2026-01-09T00:00", whom="devops", who="rssi")
    then = change("2026-01-08T00:00", "2026-01-09T00:00", whom="rssi", who="backend")
    assert at(plan_of(WEEKLY, "UTC"), "2026-01-08T12:00", (first, then)) == "backend"


def test_the_next_hand_over_is_when_other_people_come() -> None:
    plan = plan_of("  rota: {rotate: daily, at: '09:00', from: 2026-01-05, people: [devops, devops, backend]}\n", "UTC")
    now = duty(plan, "rota", instant("2026-01-05T12:00"))
    assert (now.people, now.next_at, now.next_people) == (("devops",), instant("2026-01-07T09:00"), ("backend",))


@pytest.mark.parametrize("rotate", ["weekly", "hourly"])
def test_one_person_alone_never_hands_over(rotate: str) -> None:
    plan = plan_of(f"  rota: {{people: devops, rotate: {rotate}}}\n")
    alone = duty(plan, "rota", instant("2026-01-05T12:00"))
    assert (alone.people, alone.next_at) == (("devops",), None)


@settings(max_examples=60, deadline=None)
@given(
    hour=st.integers(0, 24 * 400),
    rotate=st.sampled_from(["hourly", "5h", "daily", "weekly", "mon and thu"]),
    hours=st.sampled_from(["always", "office", "nights"]),
)
def test_the_next_hand_over_is_the_first_instant_with_other_people(hour: int, rotate: str, hours: str) -> None:
    layer = "layers: [{people: [rssi, devops], rotate: daily, hours: nights}]"
    text = f"  rota: {{rotate: {rotate}, from: 2025-01-01, people: [devops, backend], hours: {hours}, {layer}}}\n"
    plan = plan_of(text, more=NIGHTS)
    at_once = instant("2025-10-01T00:00") + timedelta(hours=hour)
    now = duty(plan, "rota", at_once)
    assert now.next_at is not None
    assert set(people_on_call(plan, "rota", now.next_at)) == set(now.next_people) != set(now.people)
    step = (now.next_at - at_once) / 7
    assert all(set(people_on_call(plan, "rota", at_once + step * part)) == set(now.people) for part in range(7))


HALF_HOUR = ("Australia/Lord_Howe", "Australia/LHI")
ROTATIONS = [
    *("hourly", "2h", "90m", "5h", "7h", "12h", "daily", "3 days", "weekly", "2 weeks", "monthly", "quarter"),
    *("mon and thu", "1st monday", "every 36h"),
]


@settings(max_examples=100, deadline=None)
@given(
    zone=st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})),
    rotate=st.sampled_from(ROTATIONS),
    clock=st.sampled_from(["00:00", "00:30", "01:59", "02:00", "02:30", "03:00", "09:00", "23:30"]),
    first=st.sampled_from([None, "2024-12-31", "2025-03-30"]),
)
def test_a_rotation_without_hours_never_leaves_a_hole_in_any_zone(
    zone: str, rotate: str, clock: str, first: str | None
) -> None:
    layer = Turns.model_validate({"rotate": rotate, "at": clock, "from": first, "people": []})
    start, end = datetime(2025, 4, 2, tzinfo=UTC), datetime(2027, 4, 2, tzinfo=UTC)
    reached, number = start, None
    for turn in turns(layer, ZoneInfo(zone), start, end):
        assert turn.start <= reached, f"nobody between {reached} and {turn.start}"
        assert turn.end > turn.start or turn.start == reached
        assert turn.end - turn.start < timedelta(days=100)
        assert reached - turn.start <= timedelta(hours=3) or number is None, "two are on call for long"
        # Where clocks change by half an hour, an hourly turn may come twice or be passed over once.
        assert number is None or number <= turn.number <= number + (2 if zone in HALF_HOUR else 1)
        reached, number = max(reached, turn.end), turn.number
    assert reached >= end


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_day_and_night_layers_meet_without_a_hole_on_every_day(zone: str) -> None:
    more = 'hours:\n  day: {from: "02:30", to: "14:30"}\n  night: {from: "14:30", to: "02:30"}\n'
    layers = "  rota: {people: [devops], hours: day, layers: [{people: [backend], hours: night}]}\n"
    start, end = instant("2025-01-01T00:00"), instant("2027-01-01T00:00")
    plan = plan_of(layers, zone, more)
    assert list(holes(shifts(plan, "rota", start, end), start, end)) == []


# Ten days around each change of clocks of 2026: Europe's two, America's two, Lord Howe's two.
CHANGES = {
    "Europe/Paris": ("2026-03-24", "2026-10-20"),
    "America/New_York": ("2026-03-03", "2026-10-27"),
    "Australia/Lord_Howe": ("2026-03-31", "2026-09-29"),
}
CLOCKS = st.sampled_from(["00:00", "00:30", "01:30", "02:00", "02:30", "03:00", "12:00", "23:30"])


@settings(max_examples=70, deadline=None)
@given(
    zone=st.sampled_from(sorted(CHANGES)),
    rotates=st.tuples(*[st.sampled_from(["hourly", "5h", "12h", "daily", "weekly", "2 weeks", "mon and thu"])] * 2),
    handovers=st.tuples(CLOCKS, CLOCKS),
    edges=st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] != pair[1]),
)
def test_layers_that_share_the_day_leave_no_hole_over_a_change_of_clocks(
    zone: str, rotates: tuple[str, str], handovers: tuple[str, str], edges: tuple[str, str]
) -> None:
    first, last = edges
    more = f'hours:\n  day: {{from: "{first}", to: "{last}"}}\n  night: {{from: "{last}", to: "{first}"}}\n'
    own, other = (
        f'rotate: {rotate}, at: "{clock}", from: 2025-01-06, people: [{people}]'
        for rotate, clock, people in zip(rotates, handovers, ("devops, backend", "backend, rssi, devops"), strict=True)
    )
    plan = plan_of(f"  rota: {{{own}, hours: day, layers: [{{{other}, hours: night}}]}}\n", zone, more)
    for begin in CHANGES[zone]:
        start = instant(f"{begin}T00:00")
        end = start + timedelta(days=10)
        assert list(holes(shifts(plan, "rota", start, end), start, end)) == []


def test_holes_are_warned_of_with_their_dates_when_an_instant_is_given() -> None:
    text = f"plan: Turns\ntimezone: Europe/Paris\n{TEAM}on_call:\n  rota: {{people: [devops], hours: office}}\n"
    loaded = load_texts({"plan.yml": text}, now=instant("2026-03-27T12:00"))
    said = [str(one.says) for one in loaded.warnings]
    assert any("from 2026-03-27 18:00 to 2026-03-30 09:00; holes in the next 90 days: 64" in one for one in said)
    later = text.replace("hours: office", "from: 2026-05-01")
    said = [str(one.says) for one in load_texts({"plan.yml": later}, now=instant("2026-03-27T12:00")).warnings]
    assert any("from 2026-03-27 13:00 to 2026-05-01 09:00; holes in the next 90 days: 1" in one for one in said)
    assert not any("90 days" in str(one.says) for one in load_texts({"plan.yml": later}).warnings)
