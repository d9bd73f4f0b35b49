from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.services.availability import Availability, Causes, Correction, Counting, attribute, measure
from bosco.services.intervals import Interval
from bosco.services.spans import Span, month

PARIS = ZoneInfo("Europe/Paris")
APRIL = month(2026, 4, PARIS)
AFTER = APRIL.end + timedelta(days=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    """Return an instant of April 2026 in Paris: `12 10:30`."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 4, int(day), int(hour), int(minute), tzinfo=PARIS).astimezone(UTC)


def was(state: str, start: str, end: str) -> Interval:
    return Interval("api", state, at(start), at(end))


def up_all_month_but(*others: Interval) -> list[Interval]:
    edges = [APRIL.start, *(edge for one in others for edge in (one.start, one.end)), APRIL.end]
    calm = [Interval("api", "up", first, last) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    return [*calm, *others]


def april(*others: Interval, now: datetime = AFTER, **more) -> Availability:
    return measure(up_all_month_but(*others), APRIL, now, **more)


def whole(found: Availability) -> timedelta:
    return found.up + found.degraded + found.down + found.unknown + found.not_counted


def test_a_calm_month_is_wholly_available() -> None:
    found = april()
    assert (found.share, found.coverage, found.used) == (1.0, 1.0, timedelta(0))
    assert found.up == found.counts == 30 * DAY


def test_downtime_is_counted_to_the_minute() -> None:
    found = april(was("down", "10 12:00", "10 12:43"))
    assert found.used == 43 * MINUTE
    assert found.share == pytest.approx(1 - 43 / (30 * 24 * 60))
    assert found.down_spans == (Span(at("10 12:00"), at("10 12:43")),)


def test_what_nobody_saw_is_neither_up_nor_down() -> None:
    seen = [Interval("api", "up", at("11 00:00"), at("12 00:00")), Interval("api", "unknown", at("12 00:00"), None)]
    found = measure(seen, APRIL, at("13 00:00"))
    assert found.share == 1.0
    assert found.coverage == pytest.approx(1 / 12)
    assert found.unknown == 11 * DAY
    assert found.ahead == 18 * DAY
    assert measure([], APRIL, AFTER).share is None
    assert measure([], APRIL, AFTER).coverage == 0.0


def test_a_month_that_has_not_begun_tells_nothing() -> None:
    found = measure([], APRIL, APRIL.start - DAY)
    assert (found.share, found.coverage, found.ahead) == (None, None, 30 * DAY)
    assert whole(found) == timedelta(0)


def test_the_present_state_lasts_until_now() -> None:
    seen = [Interval("api", "up", APRIL.start, at("10 12:00")), Interval("api", "down", at("10 12:00"), None)]
    found = measure(seen, APRIL, at("10 12:05"))
    assert found.used == 5 * MINUTE
    assert found.is_down
    assert not measure(seen, APRIL, AFTER).is_down


MAINTENANCE = [Span(at("5 02:00"), at("5 04:00"))]


def test_planned_maintenance_does_not_count_unless_the_plan_says_so() -> None:
    outage = was("down", "5 01:30", "5 03:00")
    excused = april(outage, counting=Counting(maintenance=MAINTENANCE))
    assert excused.used == 30 * MINUTE
    assert excused.maintenance_down == HOUR
    assert excused.not_counted == 2 * HOUR
    assert excused.counts == 30 * DAY - 2 * HOUR
    counted = april(outage, counting=Counting(maintenance=MAINTENANCE, maintenance_counts=True))
    assert counted.used == 90 * MINUTE
    assert (counted.maintenance_down, counted.not_counted) == (timedelta(0), timedelta(0))


def test_only_the_hours_of_the_promise_count() -> None:
    office = [Span(at(f"{day} 09:00"), at(f"{day} 18:00")) for day in (6, 7, 8)]
    found = april(was("down", "6 17:00", "7 10:00"), counting=Counting(hours=office))
    assert found.used == 2 * HOUR
    assert found.counts == 27 * HOUR
    assert found.not_counted == 30 * DAY - 27 * HOUR


def test_degraded_is_available_unless_the_plan_says_so() -> None:
    slow = was("degraded", "5 12:00", "5 14:00")
    assert april(slow).used == timedelta(0)
    assert april(slow, counting=Counting(degraded_counts=True)).used == 2 * HOUR


def says(what: str, start: str, end: str, made: str = "20 09:00") -> Correction:
    return Correction(Span(at(start), at(end)), what, "devops", "the probe's own network was cut", at(made))


@pytest.mark.parametrize(
    ("corrections", "down", "up", "not_counted"),
    [
        ([], 60, 0, 0),
        ([says("up", "10 12:00", "10 12:45")], 15, 45, 0),
        ([says("not-counted", "10 12:00", "10 13:00")], 0, 0, 60),
        ([says("down", "10 11:00", "10 12:00")], 120, -60, 0),
        # The later word counts, in whichever order they are told.
        ([says("up", "10 12:00", "10 13:00", "20 09:00"), says("down", "10 12:30", "10 12:40", "21 09:00")], 10, 50, 0),
        ([says("down", "10 12:30", "10 12:40", "21 09:00"), says("up", "10 12:00", "10 13:00", "20 09:00")], 10, 50, 0),
        ([says("not-counted", "10 12:00", "10 13:00"), says("down", "10 12:00", "10 12:20", "21 09:00")], 20, 0, 40),
    ],
)
def test_a_person_may_correct_what_was_seen(corrections, down: int, up: int, not_counted: int) -> None:
    found = april(was("down", "10 12:00", "10 13:00"), corrections=corrections)
    assert found.down == down * MINUTE
    assert found.up == 30 * DAY - HOUR + up * MINUTE
    assert found.not_counted == not_counted * MINUTE
    # What each correction changed is told, and adds up.
    assert sum((change for _, change in found.corrected), HOUR) == found.used


def test_a_correction_tells_who_why_and_how_much() -> None:
    correction = says("up", "10 12:00", "10 12:45")
    found = april(was("down", "10 12:00", "10 13:00"), corrections=[correction])
    assert found.corrected == ((correction, -45 * MINUTE),)


STATES = st.sampled_from(["up", "degraded", "down", "unknown"])
INSTANTS = st.integers(-5 * 86_400_000_000, 36 * 86_400_000_000)


def anywhere(zone: ZoneInfo, number: int):
    span = month(2026, number, zone)

    def spans() -> st.SearchStrategy[Span]:
        moments = INSTANTS.map(lambda micros: span.start + timedelta(microseconds=micros))
        return st.tuples(moments, moments).map(lambda pair: Span(*sorted(pair)))

    intervals = st.lists(
        st.builds(lambda state, one: Interval("api", state, one.start, one.end), STATES, spans()), max_size=10
    )
    made = st.builds(lambda days: span.start + timedelta(days=days), st.integers(0, 30))
    what = st.sampled_from(["up", "degraded", "down", "unknown", "not-counted"])
    corrections = st.lists(
        st.builds(lambda one, said, when: Correction(one, said, "me", "why", when), spans(), what, made), max_size=4
    )
    counting = st.builds(
        Counting,
        hours=st.one_of(st.none(), st.lists(spans(), max_size=5)),
        maintenance=st.lists(spans(), max_size=4),
        maintenance_counts=st.booleans(),
        degraded_counts=st.booleans(),
    )
    now = INSTANTS.map(lambda micros: span.start + timedelta(microseconds=micros))
    return st.tuples(st.just(span), intervals, now, counting, corrections)


CASES = st.sampled_from(
    [(zone, number) for zone in ("Europe/Paris", "America/Santiago", "Asia/Kathmandu") for number in (2, 3, 4, 9, 10)]
).flatmap(lambda case: anywhere(ZoneInfo(case[0]), case[1]))


@settings(deadline=None, max_examples=150)
@given(CASES, st.randoms(use_true_random=False))
def test_every_microsecond_of_a_month_is_told_exactly_once(case, chance) -> None:
    span, intervals, now, counting, corrections = case
    found = measure(intervals, span, now, counting, corrections)
    assert whole(found) == min(max(now, span.start), span.end) - span.start
    assert timedelta(0) <= found.ahead <= span.length
    assert found.counts <= span.length
    assert found.used == sum((down.length for down in found.down_spans), timedelta(0))
    if not corrections:
        assert found.corrected == ()
    shuffled = chance.sample(intervals, len(intervals)), chance.sample(corrections, len(corrections))
    if len({one.made_at for one in corrections}) == len(corrections):
        assert measure(shuffled[0], span, now, counting, shuffled[1]) == found


@settings(deadline=None, max_examples=80)
@given(CASES)
def test_a_month_told_in_two_halves_is_the_month(case) -> None:
    span, intervals, _, counting, corrections = case
    middle = span.start + span.length / 2
    halves = [Span(span.start, middle), Span(middle, span.end)]
    whole_month = measure(intervals, span, span.end, counting, corrections)
    parts = [measure(intervals, half, span.end, counting, corrections) for half in halves]
    for figure in ("up", "degraded", "down", "unknown", "not_counted", "counts", "maintenance_down"):
        assert sum((getattr(part, figure) for part in parts), timedelta(0)) == getattr(whole_month, figure)


def test_downtime_is_laid_to_the_first_need_that_explains_it() -> None:
    down = [Span(at("10 12:00"), at("10 13:00")), Span(at("11 12:00"), at("11 12:10"))]
    needs = {
        "database": [Span(at("10 12:01"), at("10 12:20"))],
        "network": [Span(at("10 12:10"), at("10 12:30")), Span(at("20 00:00"), at("21 00:00"))],
    }
    assert attribute(down, needs) == Causes(41 * MINUTE, {"database": 19 * MINUTE, "network": 10 * MINUTE})
    # Probes look at different instants: a minute before and after still belongs to the cause.
    slack = attribute(down, needs, slack=MINUTE)
    assert slack == Causes(39 * MINUTE, {"database": 21 * MINUTE, "network": 10 * MINUTE})


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=6), st.lists(st.integers(0, 500), max_size=6)
)
def test_what_is_laid_to_needs_and_to_itself_is_the_whole_downtime(pairs, edges) -> None:
    down = [Span(APRIL.start + first * MINUTE, APRIL.start + last * MINUTE) for first, last in pairs]
    needs = {
        f"need {number}": [Span(APRIL.start + edge * MINUTE, APRIL.start + (edge + 30) * MINUTE)]
        for number, edge in enumerate(edges)
    }
    found = attribute(down, needs, slack=MINUTE)
    assert found.own + sum(found.needs.values(), timedelta(0)) == attribute(down, {}).own
