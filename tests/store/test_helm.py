"""Of several processes on one state one is at the helm: never two, and soon again one when it dies."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.stores import empty_tables

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.ids import SeededIds
from bosco.store import helm_row
from bosco.store.helm import LEASE, LOOK_EVERY, RENEW_EVERY, Helm, HelmLost
from bosco.store.store import Store
from bosco.store.tx import Tx

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def fleet(migrated_database: str, clock: VirtualClock) -> Iterator[list[Store]]:
    """Three processes' stores on one PostgreSQL."""
    stores = [Store.open(migrated_database, clock, SeededIds(n), durable=False) for n in range(3)]
    yield stores
    for store in stores:
        store.close()
    empty_tables(migrated_database)


class Process:
    """What one process does about the helm: it takes part, and runs an engine while it is there."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self.helm: Helm = store.helm
        self.store = store
        self.clock = clock
        self.runs = 0
        self.running = False
        self.helm.contest()
        self.tasks = [asyncio.create_task(self.helm.run()), asyncio.create_task(self.helm.steer(self.engine))]

    async def engine(self) -> None:
        self.runs += 1
        self.running = True
        try:
            await asyncio.Event().wait()
        finally:
            self.running = False

    async def die(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def stop(self) -> None:
        await self.die()
        await self.helm.leave()

    async def write(self) -> bool:
        """Write as the one at the helm; say whether it was let."""
        try:
            await self.store.write(self.helm.confirm)
        except HelmLost:
            return False
        return True


async def settled(clock: VirtualClock, processes: list[Process], span: timedelta) -> list[Process]:
    """Let time pass, seeing at every moment that no two are at the helm; return who is."""
    end = clock.read() + span
    while clock.read() < end:
        assert sum(one.helm.mine for one in processes) <= 1
        assert sum(one.running for one in processes) <= 1
        await clock.sleep(SECOND / 4)
    return [one for one in processes if one.helm.mine]


def test_one_of_several_is_at_the_helm_and_stays_there(fleet: list[Store], clock: VirtualClock) -> None:
    async def story() -> None:
        processes = [Process(store, clock) for store in fleet]
        [first] = await settled(clock, processes, 2 * SECOND)
        assert await settled(clock, processes, 5 * MINUTE) == [first]
        assert [one.runs for one in processes if one is not first] == [0, 0]
        assert (first.runs, first.running) == (1, True)
        assert [await one.write() for one in processes] == [one is first for one in processes]
        for one in processes:
            await one.stop()

    run_virtually(clock, story)


def test_when_it_dies_another_takes_over_within_seconds(fleet: list[Store], clock: VirtualClock) -> None:
    async def story() -> None:
        processes = [Process(store, clock) for store in fleet]
        [first] = await settled(clock, processes, MINUTE)
        await first.die()
        died = clock.read()
        others = [one for one in processes if one is not first]
        while not any(one.helm.mine for one in others):
            await settled(clock, processes, SECOND / 4)
        assert clock.read() - died <= LEASE + 2 * LOOK_EVERY
        # It had itself known for as long that it was no longer there, and what it still holds is not written.
        assert not first.helm.mine
        assert not await first.write()
        [second] = [one for one in others if one.helm.mine]
        assert second.helm.before is not None
        assert died - second.helm.before <= RENEW_EVERY
        for one in others:
            await one.stop()

    run_virtually(clock, story)


def test_a_clean_stop_hands_it_over_at_once(fleet: list[Store], clock: VirtualClock) -> None:
    async def story() -> None:
        processes = [Process(store, clock) for store in fleet]
        [first] = await settled(clock, processes, MINUTE)
        await first.stop()
        [second] = await settled(clock, processes, 2 * LOOK_EVERY)
        assert second is not first
        for one in processes:
            await one.stop()

    run_virtually(clock, story)


def test_one_that_cannot_renew_lets_go_before_another_takes_it(fleet: list[Store], clock: VirtualClock) -> None:
    async def story() -> None:
        processes = [Process(store, clock) for store in fleet[:2]]
        [first] = await settled(clock, processes, MINUTE)
        write = first.store.write

        async def cut_off(*_: object, **__: object) -> None:
            await asyncio.Event().wait()

        first.store.write = cut_off  # type: ignore[method-assign,assignment]
        [second] = await settled(clock, processes, LEASE + 3 * SECOND)
        assert second is not first
        assert not first.running
        first.store.write = write  # type: ignore[method-assign]
        assert not await first.write()
        # It goes on as one of those who wait.
        await second.die()
        assert await settled(clock, processes, LEASE + 3 * SECOND) == [first]
        assert first.runs == 2
        await first.stop()

    run_virtually(clock, story)


def test_what_a_transaction_confirms_is_not_taken_away_under_it(fleet: list[Store], clock: VirtualClock) -> None:
    """A process that slept through the end of its lease, in the middle of a transaction, is waited for."""

    async def story() -> None:
        first, second = (Process(store, clock) for store in fleet[:2])
        if await settled(clock, [first, second], 5 * SECOND) != [first]:
            first, second = second, first
        await first.die()
        order: list[str] = []
        began, go_on = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def write(tx: Tx) -> None:
            first.helm.confirm(tx)
            loop.call_soon_threadsafe(began.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(30)
            tx.after_commit(lambda: order.append("written"))

        writing = asyncio.create_task(first.store.write(write, serializable=False))
        await began.wait()
        taking = asyncio.create_task(second.store.write(lambda tx: taken(tx, order), serializable=False))
        done, _ = await asyncio.wait({taking}, timeout=0)
        assert not done
        go_on.set()
        await writing
        await taking
        assert order == ["written", "taken"]
        await second.die()

    def taken(tx: Tx, order: list[str]) -> None:

        row = helm_row.look(tx)
        assert helm_row.take(tx, row, "second") is not None
        tx.after_commit(lambda: order.append("taken"))

    run_virtually(clock, story)


def test_on_a_state_of_its_own_a_process_is_always_at_the_helm(store: Store, clock: VirtualClock) -> None:
    async def story() -> None:
        assert store.helm.mine
        await store.write(store.helm.confirm)
        runs: list[int] = []

        async def engine() -> None:
            runs.append(1)

        await store.helm.steer(engine)
        assert runs == [1]

    run_virtually(clock, story)


def test_an_engine_that_breaks_at_the_helm_says_so(store: Store, clock: VirtualClock) -> None:
    async def breaks() -> None:
        raise ValueError("broken")

    async def story() -> None:
        with pytest.raises(ValueError, match="broken"):
            await store.helm.steer(breaks)

    run_virtually(clock, story)
