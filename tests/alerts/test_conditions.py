"""Every condition of the plan language, on the virtual clock: when it is told, when it is over, when nobody knows."""

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.alerts.shelf import Shelf
from tests.alerts.test_rules import Ruled, lives
from tests.alerts.world import plan_of

from bosco.alerts.board import FINE, FIRING, PENDING, UNKNOWN
from bosco.alerts.judging import Judge, millis
from bosco.alerts.ready import ready_rules
from bosco.alerts.replay import replay
from bosco.alerts.rule_past import tried
from bosco.kit.clock import VirtualClock
from bosco.kit.numbers import Unreadable
from bosco.kit.words import LANGUAGES
from bosco.plan.condition import parse
from bosco.promql.source import NAME, Series
from bosco.store.store import Store

WORDS = ["<", ">=", "≥", "50", "-1", "1e400", "%", "/min", "days", "normal", "baseline", "vs", "drop", "any", "medium+"]
WORDS += ["for", "5m", "stagnation", "0", "during", "à", "-", "200%", "détecté", "NaN"]
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def rule(condition: str, *, unit: str = "", beside: str = "", good: str = "") -> str:
    good = f", good: {good}" if good else ""
    return f"""
plan: Shop
timezone: Europe/Paris
signals: {{it: {{push: true, unit: "{unit}"{good}}}}}
alerts: {{critical: [{{it: {{when: "{condition}"{beside}}}}}]}}
"""


@pytest.mark.parametrize(
    ("condition", "unit", "fine", "reached"),
    [
        # With the unit of the measure, with another of its kind, with none.
        ("> 50/min", "/min", 50, 50.1),
        ("> 50/min", "/s", 0.8, 0.9),
        ("> 50/min", "/h", 3000, 3001),
        ("< 30 days", "days", 30, 29.9),
        ("< 30 days", "h", 721, 719),
        (">= 85%", "%", 84.9, 85),
        ("<= 2s", "ms", 2001, 2000),
        ("== 200", "", 201, 200),
        ("!= 0", "", 0, 1),
        ("10-50/min", "/min", 9.9, 10),
        ("10-50/min", "/min", 50.1, 50),
        ("10-50/min", "/s", 1, 0.5),
        # Bare values: at or past, in the bad direction.
        ("70%", "%", 69.9, 70),
        ("1000ms", "ms", 999, 1000),
        ("1000ms", "s", 0.999, 1),
        ("1s", "ms", 999, 1000),
        ("800KB", "B", 799_000, 900_000),
        ("70", "", 69, 70),
    ],
)
def test_a_comparison_knows_its_units(condition: str, unit: str, fine: float, reached: float) -> None:
    assert [phase(condition, value, unit=unit) for value in (fine, reached)] == [FINE, FIRING]


@pytest.mark.parametrize(("good", "fine", "reached"), [("up", 96, 95), ("down", 94, 95)])
def test_a_bare_level_is_reached_in_the_bad_direction(good: str, fine: float, reached: float) -> None:
    assert [phase("95%", value, unit="%", good=good) for value in (fine, reached)] == [FINE, FIRING]


def test_units_that_cannot_be_compared_are_unknown_and_never_fine() -> None:
    assert phase("> 50/min", 1e9, unit="ms") == UNKNOWN
    assert phase("> 50/min", 0.0, unit="ms") == UNKNOWN
    assert phase("> 5", float("nan")) == UNKNOWN


@pytest.mark.parametrize(
    ("word", "value", "holds"),
    [("medium+", 0, False), ("medium+", 1, True), ("medium+", 3, True), ("critical+", 2, False), ("low+", 0, True)],
)
def test_words_have_an_order(word: str, value: float, holds: bool) -> None:
    scale = {0: 0, 1: 1, 2: 2, 3: 3}
    lowest = min(one for one in range(10) if phase("low+", one) == FIRING)
    assert (phase(word, lowest + scale[int(value)]) == FIRING) == holds


def phase(condition: str, value: float, *, unit: str = "", good: str = "", lasting: str = "") -> int:
    """Return what a rule says of one value after one judgement."""
    beside = f", for: {lasting}" if lasting else ""
    shelf = Shelf()
    judge = Judge(shelf, plan_of(rule(condition, unit=unit, good=good, beside=beside)))
    shelf.tell("it", value, millis(MONDAY))
    asyncio.run(_judged(judge))
    return int(judge.board.phase[0])


async def _judged(judge: Judge) -> None:
    await judge.judge(MONDAY)


def test_for_waits_for_the_whole_time_and_a_break_begins_anew(store: Store, clock: VirtualClock) -> None:
    world = lives(store, clock, rule("> 5", beside=", for: 5m"))

    async def story() -> None:
        await world.rules.begin()
        assert world.rules.judge is not None
        world.say("it", 6)
        await world.live(minutes=4, seconds=45)
        assert world.rules.judge.board.phase.tolist() == [PENDING]
        world.say("it", 5)
        await world.live(seconds=15)
        world.say("it", 6)
        await world.live(minutes=5)
        assert await world.open() == []
        await world.live(seconds=15)
        (alert,) = await world.open()
        assert clock.read() - alert.since == timedelta(minutes=5, seconds=15)

    world.play(story)


def test_an_event_that_comes_late_is_seen_and_leaves_after_an_hour(store: Store, clock: VirtualClock) -> None:
    world = lives(store, clock, rule("any"))

    async def story() -> None:
        await world.rules.begin()
        world.say("it", 0)
        await world.live(minutes=2)
        # It happened before the last judgement, and arrives only now.
        place = world.shelf._labels.index({NAME: "it"})
        world.shelf._samples[place].append((millis(clock.read()) - 100_000, 3.0))
        await world.live(seconds=15)
        (alert,) = await world.open()
        assert alert.why["values"]["times"]["plural"] == 3
        await world.live(minutes=57)
        assert len(await world.open()) == 1
        await world.live(minutes=3)
        assert await world.open() == []

    world.play(story)


def _month(peak: float = 500.0) -> Series:
    """Return five weeks around the night in which the clocks of Paris go forward, every ten minutes, by the wall."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    instants = [start + number * timedelta(minutes=10) for number in range(6 * 24 * 36)]
    # Busy from nine to ten in the morning, by the clock on the wall: at 8 before, at 7 UTC after the change.
    busy = [at.hour == (8 if at < datetime(2026, 3, 29, 1, tzinfo=UTC) else 7) for at in instants]
    times = np.array([millis(at) for at in instants], dtype=np.int64)
    return Series({NAME: "it"}, times, np.where(busy, peak, 20.0))


@pytest.mark.parametrize(
    ("condition", "value", "told"),
    [
        ("> 200% normal", 900.0, False),
        ("> 200% normal", 1001.0, True),
        ("> 100% baseline", 1000.0, False),
        ("> 100% baseline", 1001.0, True),
        ("drop > 20% vs baseline", 401.0, False),
        ("drop > 20% vs baseline", 399.0, True),
    ],
)
def test_normal_follows_the_wall_over_the_change_of_clocks(condition: str, value: float, told: bool) -> None:
    past = _month()
    # The Thursday after the change, in the busy hour: 7:30 UTC is half past nine in Paris.
    at = datetime(2026, 4, 2, 7, 30, tzinfo=UTC)
    kept = past.times < millis(at)
    times = np.append(past.times[kept], millis(at))
    series = Series({NAME: "it"}, times, np.append(past.values[kept], value))
    plan = plan_of(rule(condition))
    (ready,) = ready_rules(plan)["it"]
    found = replay(plan, ready, [series], at - timedelta(minutes=10), at)
    assert bool(found.episodes) == told
    # The hour before is quiet on the wall: the same value would be far from normal.
    early = replay(plan, ready, [series], at - timedelta(hours=2), at - timedelta(hours=1))
    assert early.episodes == ()


def test_a_normal_without_history_is_unknown_for_weeks_and_not_told() -> None:
    past = _month()
    kept = past.times < millis(datetime(2026, 3, 10, tzinfo=UTC))
    series = Series({NAME: "it"}, past.times[kept], past.values[kept])
    plan = plan_of(rule("> 200% normal"))
    (ready,) = ready_rules(plan)["it"]
    last = datetime(2026, 3, 9, 23, 50, tzinfo=UTC)
    assert replay(plan, ready, [series], last - timedelta(days=2), last).episodes == ()


@settings(max_examples=50, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(WORDS),
            max_size=6,
        ).map(" ".join),
    ),
    value=st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 1e308])),
)
def test_whatever_stands_in_the_plan_is_judged_or_refused_with_a_word(text: str, value: float) -> None:
    try:
        condition = parse(text)
    except Unreadable as unreadable:
        # Refused with a word, which is all that is asked of it.
        says = str(unreadable.says)
        condition = None
    if condition is None:
        assert says
        return
    plan = plan_of(rule("1"))
    (ready,) = ready_rules(plan)["it"]
    shelf = Shelf()
    shelf.tell("it", value, millis(MONDAY))
    judge = Judge(shelf, plan, {"it": [tried(plan, ready, text, "")]})
    asyncio.run(_judged(judge))
    standing = judge.standing(0, MONDAY)
    assert str(standing.verdict.because)
    if standing.verdict.holds is None:
        assert standing.phase == UNKNOWN
    assert all(condition.say(language) for language in LANGUAGES)


def test_a_restart_goes_on_with_every_phase_on_both_stores(store: Store, clock: VirtualClock) -> None:
    plan = """
plan: Shop
supervision:
  app:
    - reached: {critical: 5}
    - pending: {critical: 5 for 5m}
    - silent: {critical: 5}
signals: {silent: {push: true, stale: 1m}, reached: {push: true}, pending: {push: true}}
"""
    world = lives(store, clock, plan)

    async def story() -> None:
        await world.rules.begin()
        for measure, value in (("reached", 9), ("pending", 9), ("silent", 1)):
            world.say(measure, value)
        await world.live(seconds=15)
        world.say("silent", None)
        await world.live(minutes=4)
        (first,) = await world.open()
        again = Ruled(store, clock, plan, world.shelf)
        again.now = world.now
        await again.rules.begin()
        await again.live(minutes=1, seconds=15)
        found = {one.labels["measure"]: one for one in await again.open()}
        # What was told is the same alert; what had held for four of its five minutes has held for five.
        assert found.keys() == {"reached", "pending"}
        assert found["reached"].id == first.id
        # Silence goes on too: ten minutes in all, not ten more.
        await again.live(minutes=6)
        assert {one.labels["measure"] for one in await again.open()} == {"reached", "pending", "silent"}

    world.play(story)
