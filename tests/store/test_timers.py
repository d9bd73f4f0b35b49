"""What is due runs: once, in order, never forgotten, and never in the way of the rest."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from tests.conftest import START
from tests.store.workers import running

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.store import timers
from bosco.store.pending import queues, troubles
from bosco.store.store import Store
from bosco.store.timer_claims import claim
from bosco.store.timers import Timer
from bosco.store.tx import Tx
from bosco.store.worker import PRUNE, Worker

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Notebook:
    """Handlers that write down what they were told, and when."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.told: list[tuple[str, timedelta]] = []

    async def timer(self, timer: Timer) -> None:
        self.told.append((timer.key, self.clock.read() - START))


async def set_timer(store: Store, key: str, after: timedelta, name: str = "t", body: object = None) -> None:
    await store.write(lambda tx: timers.set(tx, name, key, START + after, body))


def left(store: Store) -> list[str]:
    return [queue.name for queue in store.read_now(queues) if queue.name != PRUNE]


def test_a_timer_runs_at_its_instant_with_its_body_and_ends(store: Store, clock: VirtualClock) -> None:
    seen: list[Timer] = []

    async def note(timer: Timer) -> None:
        assert clock.read() == timer.due
        seen.append(timer)

    async def story() -> None:
        async with running(Worker(store, on_timer={"t": note})):
            await set_timer(store, "late", 3 * HOUR, body={"n": 1})
            await set_timer(store, "soon", timedelta(milliseconds=1500))
            await clock.sleep(4 * HOUR)

    run_virtually(clock, story)
    assert [(timer.key, timer.body, timer.attempt) for timer in seen] == [("soon", {}, 1), ("late", {"n": 1}, 1)]
    assert left(store) == []


def test_setting_a_timer_again_replaces_it_and_cancelling_ends_it(store: Store, clock: VirtualClock) -> None:
    notes = Notebook(clock)

    async def story() -> None:
        async with running(Worker(store, on_timer={"t": notes.timer})):
            await set_timer(store, "moved", HOUR)
            await set_timer(store, "moved", 2 * HOUR)
            await set_timer(store, "cancelled", HOUR)
            assert await store.write(lambda tx: timers.cancel(tx, "t", "cancelled"))
            assert not await store.write(lambda tx: timers.cancel(tx, "t", "cancelled"))
            assert await store.read(lambda tx: timers.due_of(tx, "t", "moved")) == START + 2 * HOUR
            await clock.sleep(5 * HOUR)

    run_virtually(clock, story)
    assert notes.told == [("moved", 2 * HOUR)]


def test_timers_due_while_bosco_was_down_run_once_in_order_without_a_storm(store: Store, clock: VirtualClock) -> None:
    started: list[str] = []
    at_once: list[int] = []
    inside = 0

    async def slow(timer: Timer) -> None:
        nonlocal inside
        inside += 1
        started.append(timer.key)
        at_once.append(inside)
        await clock.sleep(timedelta(seconds=1))
        inside -= 1

    async def story() -> None:
        for n in reversed(range(40)):
            await set_timer(store, f"{n:02}", n * MINUTE)
        await clock.sleep(24 * HOUR)
        async with running(Worker(store, on_timer={"t": slow}, at_once=5)):
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert started == [f"{n:02}" for n in range(40)]
    assert max(at_once) == 5


def test_a_timer_that_fails_is_tried_again_less_and_less_often_and_stops_nobody(
    store: Store, clock: VirtualClock
) -> None:
    notes = Notebook(clock)
    tries: list[timedelta] = []

    async def fails(timer: Timer) -> None:
        tries.append(clock.read() - START)
        assert timer.attempt == len(tries)
        raise ValueError("the reason \x00 of it")

    async def story() -> None:
        worker = Worker(store, on_timer={"bad": fails, "t": notes.timer})
        async with running(worker):
            await set_timer(store, "x", timedelta(0), name="bad")
            for n in range(1, 20):
                await set_timer(store, str(n), n * MINUTE)
            await clock.sleep(30 * HOUR)

    run_virtually(clock, story)
    assert [key for key, _ in notes.told] == [str(n) for n in range(1, 20)]
    pauses = [after - before for before, after in itertools.pairwise(tries)]
    assert pauses[0] < timedelta(seconds=4)
    assert all(pause <= 1.3 * HOUR for pause in pauses)
    assert pauses[-1] > 0.7 * HOUR
    assert 25 < len(tries) < 60
    [trouble] = store.read_now(troubles)
    assert (trouble.name, trouble.key, trouble.attempts) == ("bad", "x", len(tries))
    assert trouble.because.startswith("ValueError: the reason")


def test_a_handler_ends_its_timer_in_the_transaction_of_its_work(store: Store, clock: VirtualClock) -> None:
    async def ends(timer: Timer) -> None:
        await store.write(lambda tx: timers.done(tx, timer))
        assert await store.read(lambda tx: timers.due_of(tx, "t", "x")) is None
        raise ValueError("too late to matter")

    async def story() -> None:
        async with running(Worker(store, on_timer={"t": ends})):
            await set_timer(store, "x", MINUTE)
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert left(store) == []


def test_a_handler_that_sets_its_timer_anew_keeps_it(store: Store, clock: VirtualClock) -> None:
    notes = Notebook(clock)

    async def hourly(timer: Timer) -> None:
        await notes.timer(timer)

        def next_time(tx) -> None:  # type: ignore[no-untyped-def]
            timers.set(tx, "t", timer.key, timer.due + HOUR)
            timers.done(tx, timer)

        await store.write(next_time)

    async def story() -> None:
        async with running(Worker(store, on_timer={"t": hourly})):
            await set_timer(store, "x", HOUR)
            await clock.sleep(5.5 * HOUR)

    run_virtually(clock, story)
    assert notes.told == [("x", n * HOUR) for n in range(1, 6)]
    assert left(store) == ["t"]


def test_a_timer_that_nobody_knows_waits_visibly(store: Store, clock: VirtualClock) -> None:
    notes = Notebook(clock)

    async def story() -> None:
        async with running(Worker(store, on_timer={"t": notes.timer})):
            await set_timer(store, "x", MINUTE, name="of-a-removed-room")
            await set_timer(store, "y", 2 * MINUTE)
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert notes.told == [("y", 2 * MINUTE)]
    [queue] = [queue for queue in store.read_now(queues) if queue.name != PRUNE]
    assert (queue.sort, queue.name, queue.count, queue.oldest) == ("timer", "of-a-removed-room", 1, START + MINUTE)


def test_what_a_dead_process_held_is_taken_over_when_its_lease_ends(store: Store, clock: VirtualClock) -> None:
    notes = Notebook(clock)

    def set_and_claim(tx: Tx) -> list[Timer]:
        timers.set(tx, "t", "x", tx.at)
        return claim(tx, ["t"], "dead", 5 * MINUTE, 10)

    async def story() -> None:
        alive = Worker(store, on_timer={"t": notes.timer}, lease=MINUTE)
        async with running(alive):
            await clock.sleep(MINUTE)
            # The other process claims it before the living one can see it, and is never heard of again.
            assert len(await store.write(set_and_claim)) == 1
            await clock.sleep(10 * MINUTE)

    run_virtually(clock, story)
    assert notes.told == [("x", 6 * MINUTE)]
    assert left(store) == []


def test_a_long_handler_keeps_its_lease_and_runs_once(store: Store, clock: VirtualClock) -> None:
    runs: list[str] = []

    def worker(name: str) -> Worker:
        async def long(timer: Timer) -> None:
            runs.append(name)
            await clock.sleep(12 * MINUTE)

        return Worker(store, on_timer={"t": long}, lease=MINUTE)

    async def story() -> None:
        async with running(worker("a"), worker("b")):
            await set_timer(store, "x", MINUTE)
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert len(runs) == 1
    assert left(store) == []


def test_a_handler_that_never_ends_is_ended_and_tried_again(store: Store, clock: VirtualClock) -> None:
    tries: list[int] = []

    async def hangs(timer: Timer) -> None:
        tries.append(timer.attempt)
        if len(tries) == 1:
            await asyncio.Event().wait()

    async def story() -> None:
        async with running(Worker(store, on_timer={"t": hangs}, longest=5 * MINUTE)):
            await set_timer(store, "x", MINUTE)
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert tries == [1, 2]
    assert left(store) == []


def test_a_stop_lets_handlers_finish_and_gives_the_rest_back(store: Store, clock: VirtualClock) -> None:
    ended: list[str] = []

    async def takes(timer: Timer) -> None:
        await clock.sleep(timedelta(seconds=timer.body["seconds"]))
        ended.append(timer.key)

    async def story() -> None:
        worker = Worker(store, on_timer={"t": takes})
        task = asyncio.create_task(worker.run())
        await set_timer(store, "quick", MINUTE, body={"seconds": 3})
        await set_timer(store, "slow", MINUTE, body={"seconds": 3600})
        await clock.sleep(MINUTE + timedelta(seconds=1))
        before = clock.read()
        await worker.stop(timedelta(seconds=5))
        assert clock.read() - before == timedelta(seconds=5)
        await task
        assert ended == ["quick"]
        # Another process gets it at once, as its first attempt: nothing was wrong with it.
        [again] = await store.write(lambda tx: claim(tx, ["t"], "other", MINUTE, 10))
        assert (again.key, again.attempt) == ("slow", 1)

    run_virtually(clock, story)


def test_a_cancelled_engine_gives_everything_back(store: Store, clock: VirtualClock) -> None:
    async def hangs(timer: Timer) -> None:
        await asyncio.Event().wait()

    async def story() -> None:
        task = asyncio.create_task(Worker(store, on_timer={"t": hangs}).run())
        await set_timer(store, "x", MINUTE)
        await clock.sleep(2 * MINUTE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(await store.write(lambda tx: claim(tx, ["t"], "other", MINUTE, 10))) == 1

    run_virtually(clock, story)


def test_after_a_crash_the_only_worker_of_a_file_does_not_wait_for_leases(store: Store, clock: VirtualClock) -> None:
    notes = Notebook(clock)

    async def story() -> None:
        for n in range(3):
            await set_timer(store, str(n), timedelta(0))
        await store.write(lambda tx: claim(tx, ["t"], "dead", HOUR, 10))
        async with running(Worker(store, on_timer={"t": notes.timer})):
            await clock.sleep(2 * HOUR)

    run_virtually(clock, story)
    expected = HOUR if store.on_postgresql else timedelta(0)
    assert notes.told == [(str(n), expected) for n in range(3)]


def test_what_kills_the_process_each_time_does_not_come_first_again(store: Store, clock: VirtualClock) -> None:
    """On SQLite a restart takes over at once; what was begun three times and never ended lets the others go first."""
    notes = Notebook(clock)

    async def story() -> None:
        await set_timer(store, "killer", timedelta(0))
        for crash in range(3):
            await clock.sleep(2 * HOUR)
            assert len(await store.write(lambda tx: claim(tx, ["t"], "dead", HOUR, 10))) == 1, crash
        await set_timer(store, "innocent", timedelta(0))
        async with running(Worker(store, on_timer={"t": notes.timer})):
            await clock.sleep(3 * HOUR)

    run_virtually(clock, story)
    [(first, at), (second, later)] = notes.told
    assert (first, second) == ("innocent", "killer")
    assert later - at >= timedelta(seconds=10)


def test_two_workers_share_the_work(store: Store, clock: VirtualClock) -> None:
    shares: dict[str, list[str]] = {"a": [], "b": []}

    def worker(name: str) -> Worker:
        async def note(timer: Timer) -> None:
            shares[name].append(timer.key)
            await clock.sleep(timedelta(seconds=10))

        return Worker(store, on_timer={"t": note}, at_once=4)

    async def story() -> None:
        for n in range(60):
            await set_timer(store, str(n), MINUTE)
        async with running(worker("a"), worker("b")):
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert sorted(shares["a"] + shares["b"], key=int) == [str(n) for n in range(60)]
    assert len(shares["a"]) > 10
    assert len(shares["b"]) > 10
