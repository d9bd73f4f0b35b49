"""The virtual clock skips idle time and nothing else; the real one waits for the wall clock."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from bosco.kit.clock import RealClock, VirtualClock, run_virtually

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_a_week_of_waiting_takes_no_time_at_all() -> None:
    clock = VirtualClock(START)
    seen: list[datetime] = []

    async def story() -> None:
        for _ in range(7 * 24):
            await clock.sleep(timedelta(hours=1))
            seen.append(clock.read())

    run_virtually(clock, story)
    assert seen[0] == START + timedelta(hours=1)
    assert seen[-1] == START + timedelta(days=7)


def test_a_story_may_last_for_years() -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        for _ in range(10):
            await clock.sleep(timedelta(days=365))

    run_virtually(clock, story)
    assert abs(clock.read() - START - timedelta(days=3650)) < timedelta(milliseconds=1)


def test_several_waits_end_in_the_order_of_their_instants() -> None:
    clock = VirtualClock(START)
    order: list[str] = []

    async def wait(name: str, minutes: int) -> None:
        await clock.sleep_until(START + timedelta(minutes=minutes))
        order.append(f"{name} {clock.read():%H:%M}")

    async def story() -> None:
        await asyncio.gather(wait("c", 30), wait("a", 10), wait("b", 20))

    run_virtually(clock, story)
    assert order == ["a 03:10", "b 03:20", "c 03:30"]


def test_virtual_time_stands_still_while_a_thread_works() -> None:
    clock = VirtualClock(START)

    async def story() -> tuple[datetime, datetime]:
        sleeper = asyncio.ensure_future(clock.sleep(timedelta(days=1)))
        await asyncio.sleep(0)
        await clock.in_thread(None, lambda: time.sleep(0.05))
        before = clock.read()
        await sleeper
        return before, clock.read()

    before, after = run_virtually(clock, story)
    assert before == START
    assert after == START + timedelta(days=1)


def test_a_limit_is_kept_in_virtual_time() -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        with pytest.raises(TimeoutError):
            async with clock.limit(timedelta(minutes=5)):
                await clock.sleep(timedelta(hours=1))

    run_virtually(clock, story)
    assert clock.read() == START + timedelta(minutes=5)


def test_waiting_for_an_event_ends_with_the_event_or_the_instant() -> None:
    clock = VirtualClock(START)

    async def story() -> tuple[bool, bool]:
        event = asyncio.Event()
        in_vain = await clock.wait(event, until=START + timedelta(hours=2))
        asyncio.get_running_loop().call_later(60, event.set)
        return in_vain, await clock.wait(event, until=START + timedelta(days=1))

    assert run_virtually(clock, story) == (False, True)
    assert clock.read() == START + timedelta(hours=2, minutes=1)


def test_a_story_that_can_never_go_on_says_so() -> None:
    clock = VirtualClock(START)

    async def story() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="never happen"):
        run_virtually(clock, story)


def test_the_real_clock_reads_utc_and_waits() -> None:
    clock = RealClock()

    async def story() -> timedelta:
        before = clock.read()
        await clock.sleep_until(before + timedelta(milliseconds=20))
        return clock.read() - before

    assert asyncio.run(story()) >= timedelta(milliseconds=20)
    assert clock.read().tzinfo is UTC
