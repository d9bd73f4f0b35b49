"""The small parts that states are written with: gathered writes, intervals, a service's state, lateness."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.probes.lateness import Lateness
from bosco.probes.store import spans
from bosco.probes.together import Together
from bosco.services.combine import Part, combine
from bosco.services.intervals import Turn, intervals, turn
from bosco.services.model import State
from bosco.store.store import Store

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
LETTERS: dict[str, State] = {"s": "up", "d": "degraded", "f": "down", "u": "unknown"}


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def test_what_waits_is_written_together_in_order(clock: VirtualClock) -> None:
    batches: list[list[int]] = []

    async def write(items: list[int]) -> None:
        batches.append(items)
        await clock.sleep(timedelta(seconds=1))

    async def story() -> None:
        together = Together(write, most=3)
        await asyncio.gather(*(together.put(number) for number in range(8)))
        together.add(8)
        await together.drain()

    run_virtually(clock, story)
    assert [number for batch in batches for number in batch] == list(range(9))
    assert max(map(len, batches)) == 3


def test_a_write_that_fails_is_told_to_its_own_and_the_next_one_goes_on(clock: VirtualClock) -> None:
    async def write(items: list[int]) -> None:
        if 0 in items:
            raise OSError("disk full")

    async def story() -> list[BaseException | None]:
        together = Together(write, most=1)
        return await asyncio.gather(together.put(0), together.put(1), return_exceptions=True)

    first, second = run_virtually(clock, story)
    assert isinstance(first, OSError)
    assert second is None


def test_one_who_no_longer_waits_does_not_disturb_the_others(clock: VirtualClock) -> None:
    written: list[int] = []

    async def write(items: list[int]) -> None:
        await clock.sleep(timedelta(seconds=1))
        written.extend(items)

    async def story() -> None:
        together = Together(write)
        impatient = asyncio.create_task(together.put(1))
        patient = asyncio.create_task(together.put(2))
        await clock.sleep(timedelta(milliseconds=500))
        impatient.cancel()
        await patient

    run_virtually(clock, story)
    assert written == [1, 2]


def test_turns_make_intervals_without_hole_or_overlap(store: Store, clock: VirtualClock) -> None:
    turns = [
        *(Turn("a", "unknown", at(0)), Turn("b", "up", at(0)), Turn("a", "up", at(1)), Turn("a", "down", at(5))),
        # nothing at all of this one remains: it lasted no time
        *(Turn("a", "degraded", at(5)), Turn("a", "up", at(5)), Turn("b", None, at(9))),
    ]

    async def story() -> list[tuple[str, str, float, float | None]]:
        await store.write(lambda tx: turn(tx, spans, turns[:3]))
        await store.write(lambda tx: turn(tx, spans, turns[3:]))
        found = await store.read(lambda tx: intervals(tx, spans, ["a", "b"], at(0), at(60)))
        return [(one.name, one.state, _minute(one.start), one.end and _minute(one.end)) for one in found]  # type: ignore[misc]

    assert run_virtually(clock, story) == [
        ("a", "unknown", 0, 1),
        ("a", "up", 1, 5),
        ("a", "up", 5, None),
        ("b", "up", 0, 9),
    ]


def test_intervals_that_touch_a_span_are_found_and_others_not(store: Store, clock: VirtualClock) -> None:
    async def story() -> list[str]:
        states: list[State] = ["up", "down", "up", "degraded"]
        await store.write(lambda tx: turn(tx, spans, [Turn("a", state, at(10 * n)) for n, state in enumerate(states)]))
        found = await store.read(lambda tx: intervals(tx, spans, ["a"], at(12), at(30)))
        return [one.state for one in found]

    assert run_virtually(clock, story) == ["down", "up"]


def _minute(instant: datetime) -> float:
    return (instant - NOW) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ("", "unknown"),
        ("s", "up"),
        ("sss", "up"),
        ("sfs", "down"),
        ("sdf", "down"),
        ("sds", "degraded"),
        ("sus", "unknown"),
        ("suf", "down"),
        ("sud", "degraded"),
        # capitals have never been looked at
        ("sU", "up"),
        ("fU", "down"),
        ("UU", "unknown"),
    ],
)
def test_a_service_is_as_its_probes(parts: str, state: State) -> None:
    made = {
        f"p{n}": Part(LETTERS[letter.lower()], at(n), f"why {n}", letter.islower()) for n, letter in enumerate(parts)
    }
    assert combine(made, at(99)).state == state


def test_trouble_begins_with_its_first_probe_and_ends_with_its_last() -> None:
    down = combine({"a": Part("down", at(7), "x"), "b": Part("down", at(3), "y"), "c": Part("up", at(0), "")}, at(9))
    assert (down.since, down.probes, str(down.because)) == (at(3), ("a", "b"), "b: y; and 1 more")
    up = combine({"a": Part("up", at(7), ""), "b": Part("up", at(3), "")}, at(9))
    assert (up.since, str(up.because)) == (at(7), "every probe is up")


@given(st.lists(st.floats(0, 100), min_size=1, max_size=300), st.floats(0.01, 1))
@settings(deadline=None, max_examples=100)
def test_a_percentile_is_at_most_a_quarter_too_high(delays: list[float], share: float) -> None:
    lateness = Lateness()
    for delay in delays:
        lateness.note(delay)
    exact = sorted(delays)[max(0, -(-round(share * len(delays) * 1e9) // 10**9) - 1)]
    told = lateness.percentile(share)
    assert told >= exact * 0.999999 or told == pytest.approx(exact, abs=0.001)
    assert told <= max(exact * 1.2501, 0.001)
    assert lateness.at_most(1000) == lateness.count == len(delays)
