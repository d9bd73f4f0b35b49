"""The schedule, on the virtual clock: when looks happen, and what cannot delay them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.probes.phase import next_due, phase
from bosco.probes.schedule import Pace, Schedule
from bosco.probes.wakefulness import Gap

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class SleepyClock(VirtualClock):
    """A virtual clock whose wall clock can jump, as when a laptop sleeps."""

    jumped = timedelta(0)

    def read(self) -> datetime:
        return super().read() + self.jumped


class Watched:
    """Looks that only note when they happened; `slow` names those that hang."""

    def __init__(self, clock: VirtualClock, slow: dict[str, float] | None = None) -> None:
        self.clock, self.slow = clock, slow or {}
        self.looks: list[tuple[float, str]] = []
        self.at_once: Counter[str] = Counter()
        self.overlaps = 0
        self.again: dict[str, timedelta] = {}

    async def look(self, name: str) -> timedelta | None:
        self.looks.append((self.clock.read().timestamp(), name))
        self.overlaps += self.at_once[name] > 0
        self.at_once[name] += 1
        await self.clock.sleep(timedelta(seconds=self.slow.get(name, 0.01)))
        self.at_once[name] -= 1
        return self.again.get(name)

    def times(self, name: str) -> list[float]:
        return [at for at, whose in self.looks if whose == name]


def paces(count: int, every: timedelta = MINUTE, host: str = "") -> list[Pace]:
    return [Pace(f"probe-{number}", every, host and host.format(number)) for number in range(count)]


def during(schedule: Schedule, clock: VirtualClock, story: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        running = asyncio.create_task(schedule.run())
        try:
            await story()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run_virtually(clock, main)


def scheduled(
    clock: VirtualClock,
    watched: Watched,
    wanted: list[Pace],
    span: timedelta,
    *,
    everywhere: int = 2000,
    per_host: int = 50,
) -> Schedule:
    schedule = Schedule(clock, watched.look, everywhere=everywhere, per_host=per_host)
    schedule.replace(wanted)
    during(schedule, clock, lambda: clock.sleep(span))
    return schedule


def test_every_probe_is_looked_at_within_one_interval_of_a_start_and_once_in_each() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock)
    schedule = scheduled(clock, watched, paces(500), MINUTE)
    assert Counter(name for _, name in watched.looks) == {f"probe-{number}": 1 for number in range(500)}
    assert schedule.lateness.most < 0.02


def test_looks_are_spread_over_the_interval() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock)
    scheduled(clock, watched, paces(3000), MINUTE)
    per_second = Counter(int(at - START.timestamp()) for at, _ in watched.looks)
    # fifty a second on average; a herd would put hundreds into one
    assert max(per_second.values()) < 90
    assert min(per_second[second] for second in range(60)) > 20


def test_a_restart_does_not_move_the_instants() -> None:
    def instants(start: datetime) -> dict[str, float]:
        clock = VirtualClock(start)
        watched = Watched(clock)
        scheduled(clock, watched, paces(50), MINUTE)
        return {name: round(at % 60, 2) for at, name in watched.looks}

    assert instants(START) == instants(START + timedelta(hours=5, seconds=17))


def test_a_reload_touches_only_what_has_changed() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock)
    schedule = Schedule(clock, watched.look)
    schedule.replace([*paces(3), Pace("leaves", MINUTE), Pace("changes", MINUTE)])

    async def story() -> None:
        for second in range(180):
            await clock.sleep(SECOND)
            if second == 59:
                assert watched.times("leaves")
                schedule.replace([*paces(3), Pace("changes", 10 * SECOND), Pace("comes", MINUTE)])

    during(schedule, clock, story)
    for number in range(3):
        first, *later = watched.times(f"probe-{number}")
        assert [round(at - first, 1) for at in later] == [60, 120]
    assert len(watched.times("leaves")) == 1
    assert len(watched.times("changes")) == 1 + 12
    assert len(watched.times("comes")) == 2


def test_hung_targets_delay_nobody() -> None:
    clock = VirtualClock(START)
    hung = {f"probe-{number}": 10.0 for number in range(0, 1000, 10)}
    watched = Watched(clock, hung)
    schedule = scheduled(clock, watched, paces(1000, host="host-{}"), 3 * MINUTE)
    assert schedule.lateness.most < 0.02
    assert len(watched.looks) == 3000
    assert watched.overlaps == 0


def test_a_probe_never_overlaps_itself() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock, {"probe-0": 25.0})
    schedule = scheduled(clock, watched, paces(1, 10 * SECOND), timedelta(minutes=5))
    times = watched.times("probe-0")
    assert watched.overlaps == 0
    assert {round(later - earlier) for earlier, later in pairwise(times)} == {30}
    assert schedule.counts.skipped in (2 * (len(times) - 1), 2 * len(times))


def test_one_host_is_not_asked_too_much_at_once() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock, {f"probe-{number}": 5.0 for number in range(100)})
    most = 0

    async def look(name: str) -> timedelta | None:
        nonlocal most
        most = max(most, sum(watched.at_once.values()) + 1)
        return await watched.look(name)

    schedule = Schedule(clock, look, per_host=4)
    schedule.replace(paces(100, 10 * SECOND, host="db.internal"))
    during(schedule, clock, lambda: clock.sleep(5 * MINUTE))
    assert most == 4
    # nobody starves: the slots go round
    assert set(Counter(name for _, name in watched.looks).values()) <= {2, 3}


def test_a_full_host_does_not_delay_another() -> None:
    clock = VirtualClock(START)
    wanted = [*paces(100, 10 * SECOND, host="hung"), Pace("healthy", 10 * SECOND, "other")]
    watched = Watched(clock, {f"probe-{number}": 9.0 for number in range(100)})
    scheduled(clock, watched, wanted, MINUTE, per_host=4)
    assert len(watched.times("healthy")) == 6


def test_the_whole_is_bounded_too_and_goes_on_afterwards() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock, {f"probe-{number}": 5.0 for number in range(100)})
    schedule = scheduled(clock, watched, paces(100, 10 * SECOND), 5 * MINUTE, everywhere=10)
    assert set(Counter(name for _, name in watched.looks).values()) <= {5, 6, 7}
    assert schedule.lateness.most > 10


def test_in_doubt_the_next_look_comes_sooner_and_the_rhythm_stays() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock)
    watched.again["probe-0"] = 15 * SECOND

    async def story() -> None:
        await clock.sleep(timedelta(seconds=100))
        watched.again.clear()
        await clock.sleep(timedelta(seconds=200))

    schedule = Schedule(clock, watched.look)
    schedule.replace(paces(1))
    during(schedule, clock, story)
    times = watched.times("probe-0")
    apart = [round(later - earlier) for earlier, later in pairwise(times)]
    assert apart[:3] == [15, 15, 15]
    assert apart[-3:] == [60, 60, 60]
    assert round(times[-1] - times[0]) % 60 == 0


def test_look_now_looks_at_once_and_joins_the_look_under_way() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock, {"probe-0": 3.0})
    schedule = Schedule(clock, watched.look)
    schedule.replace(paces(1, timedelta(hours=10)))

    async def story() -> None:
        await asyncio.gather(schedule.look_now("probe-0"), schedule.look_now("probe-0"))
        assert clock.monotonic() == pytest.approx(3, abs=0.1)
        with pytest.raises(LookupError):
            await schedule.look_now("nobody")

    during(schedule, clock, story)
    assert len(watched.looks) == 1


def test_a_look_that_breaks_is_counted_and_comes_again() -> None:
    clock = VirtualClock(START)
    broken = 0

    async def look(name: str) -> timedelta | None:
        nonlocal broken
        broken += 1
        raise ZeroDivisionError

    schedule = Schedule(clock, look)
    schedule.replace(paces(1, 10 * SECOND))
    during(schedule, clock, lambda: clock.sleep(MINUTE))
    assert broken == schedule.counts.broken == 6


def asleep_for(span: timedelta) -> tuple[SleepyClock, Watched, list[Gap]]:
    clock = SleepyClock(START)
    watched = Watched(clock)
    gaps: list[Gap] = []

    async def story() -> None:
        await clock.sleep(2 * MINUTE)
        clock.jumped = span
        await clock.sleep(2 * MINUTE)

    schedule = Schedule(clock, watched.look, on_gap=gaps.append)
    schedule.replace(paces(200))
    during(schedule, clock, story)
    return clock, watched, gaps


def test_a_sleep_is_told_and_nothing_is_caught_up_with() -> None:
    _, watched, (gap,) = asleep_for(timedelta(hours=8))
    assert abs((gap.end - gap.start) - timedelta(hours=8)) <= timedelta(seconds=1)
    after = [at for at, _ in watched.looks if at > gap.end.timestamp()]
    per_second = Counter(int(at) for at in after)
    assert max(per_second.values()) < 15
    assert len(after) in range(380, 405)


def test_a_clock_set_back_is_no_sleep_and_every_probe_goes_on() -> None:
    _, watched, gaps = asleep_for(timedelta(hours=-1))
    assert gaps == []
    assert set(Counter(name for _, name in watched.looks).values()) <= {3, 4}


def test_a_process_that_stood_still_is_asleep_too() -> None:
    clock = VirtualClock(START)
    watched = Watched(clock)
    gaps: list[Gap] = []

    async def story() -> None:
        await clock.sleep(MINUTE)
        clock.elapsed += 600
        await clock.sleep(MINUTE)

    schedule = Schedule(clock, watched.look, on_gap=gaps.append)
    schedule.replace(paces(100))
    during(schedule, clock, story)
    assert len(gaps) == 1
    assert gaps[0].end - gaps[0].start >= timedelta(seconds=600)
    assert max(Counter(int(at) for at, _ in watched.looks).values()) < 12


@given(st.text(max_size=30), st.floats(0.05, 90000), st.floats(0, 4e9))
@settings(deadline=None, max_examples=200)
def test_the_next_instant_is_after_now_within_one_interval(name: str, every: float, now: float) -> None:
    at = phase(name, every)
    assert 0 <= at < every + 0.01
    due = next_due(at, every, now)
    assert now < due <= now + every * (1 + 1e-6) + 1e-5
