"""Facts are heard after the commit that made them true, by everybody who listens, at least once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from tests.conftest import START
from tests.store.workers import running

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.facts import Fact
from bosco.store.pending import queues, troubles
from bosco.store.store import Store
from bosco.store.worker import PRUNE, Worker

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class KettleBoiled(Fact):
    kettle: str
    at: datetime
    notes: dict[str, list[int]]
    n: int = 0

    @property
    def lane(self) -> str | None:
        return self.kettle or None


class TeaWasDrunk(Fact):
    by: str = "nobody"


def boiled(n: int = 0, kettle: str = "red") -> KettleBoiled:
    return KettleBoiled(kettle=kettle, at=START, n=n, notes={"é": [1]})


class Ears:
    def __init__(self) -> None:
        self.heard: list[tuple[str, Fact]] = []

    def called(self, name: str):  # type: ignore[no-untyped-def]
        async def hear(fact: Fact) -> None:
            self.heard.append((name, fact))

        return hear

    def by(self, name: str) -> list[Fact]:
        return [fact for who, fact in self.heard if who == name]


LISTENERS = {"KettleBoiled": ["cook", "guest"], "TeaWasDrunk": ["cook"]}


def test_each_listener_hears_the_fact_as_it_was_told(store: Store, clock: VirtualClock) -> None:
    ears = Ears()
    store.listeners = LISTENERS

    async def story() -> None:
        async with running(Worker(store, hears={"cook": ears.called("cook"), "guest": ears.called("guest")})):
            await store.write(lambda tx: tx.publish(boiled()))
            await store.write(lambda tx: tx.publish(TeaWasDrunk(by="a\ud800b")))
            await clock.sleep(MINUTE)

    run_virtually(clock, story)
    assert ears.by("cook") == [boiled(), TeaWasDrunk(by="a�b")]
    assert ears.by("guest") == [boiled()]
    # What was heard leaves nothing behind.
    assert [queue.name for queue in store.read_now(queues)] == [PRUNE]


def test_a_fact_of_a_work_that_failed_was_never_true(store: Store, clock: VirtualClock) -> None:
    ears = Ears()
    store.listeners = LISTENERS

    def fails(tx) -> None:  # type: ignore[no-untyped-def]
        tx.publish(boiled())
        raise ValueError

    async def story() -> None:
        async with running(Worker(store, hears={"cook": ears.called("cook"), "guest": ears.called("guest")})):
            with pytest.raises(ValueError):
                await store.write(fails)
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert ears.heard == []


def test_a_fact_that_nobody_listens_to_is_not_kept(store: Store, clock: VirtualClock) -> None:
    store.listeners = {}
    store.write_now(lambda tx: tx.publish(boiled()))
    assert store.read_now(queues) == []


def test_facts_of_one_lane_are_heard_in_order_also_past_a_listener_that_stumbles(
    store: Store, clock: VirtualClock
) -> None:
    ears = Ears()
    stumbled: list[int] = []
    store.listeners = LISTENERS
    hear = ears.called("cook")

    async def stumbles(fact: KettleBoiled) -> None:
        await clock.sleep(timedelta(seconds=10 - fact.n))
        if fact.n == 2 and len(stumbled) < 3:
            stumbled.append(fact.n)
            raise OSError("stumbled")
        await hear(fact)

    async def story() -> None:
        async with running(Worker(store, hears={"cook": stumbles, "guest": ears.called("guest")})):
            for n in range(6):
                await store.write(lambda tx, n=n: tx.publish(boiled(n)))  # type: ignore[misc]
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert stumbled == [2, 2, 2]
    assert ears.by("guest") == ears.by("cook") == [boiled(n) for n in range(6)]


def test_facts_told_while_bosco_was_down_are_heard_on_return(store: Store, clock: VirtualClock) -> None:
    ears = Ears()
    store.listeners = LISTENERS

    async def story() -> None:
        for n in range(5):
            await store.write(lambda tx, n=n: tx.publish(boiled(n)))  # type: ignore[misc]
        await clock.sleep(24 * HOUR)
        async with running(Worker(store, hears={"cook": ears.called("cook"), "guest": ears.called("guest")})):
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    assert ears.by("cook") == ears.by("guest") == [boiled(n) for n in range(5)]


def test_a_process_that_knows_no_listeners_leaves_the_fact_to_one_that_does(store: Store, clock: VirtualClock) -> None:
    """`bosco user add` beside a running server: the command does not build the rooms that listen."""
    ears = Ears()
    for n in range(4):
        store.write_now(lambda tx, n=n: tx.publish(boiled(n)))  # type: ignore[misc]
    store.write_now(lambda tx: tx.publish(boiled(0, kettle="")))
    [queue] = store.read_now(queues)
    assert (queue.sort, queue.count) == ("fact", 5)

    async def story() -> None:
        store.listeners = LISTENERS
        async with running(Worker(store, hears={"cook": ears.called("cook"), "guest": ears.called("guest")})):
            await clock.sleep(HOUR)

    run_virtually(clock, story)
    for name in ("cook", "guest"):
        red = [fact for fact in ears.by(name) if isinstance(fact, KettleBoiled) and fact.kettle]
        assert red == [boiled(n) for n in range(4)]
        assert len(ears.by(name)) == 5


def test_a_fact_that_no_longer_exists_waits_visibly(store: Store, clock: VirtualClock) -> None:
    ears = Ears()
    store.listeners = {"KettleBoiled": ["cook"]}

    async def story() -> None:
        store.write_now(lambda tx: tx.publish(boiled()))
        store.write_now(lambda tx: tx.run(text("UPDATE store_outbox SET key = 'Forgotten'")).rowcount)
        async with running(Worker(store, hears={"cook": ears.called("cook")})):
            await clock.sleep(MINUTE)

    run_virtually(clock, story)
    assert ears.heard == []
    [trouble] = store.read_now(troubles)
    assert (trouble.sort, trouble.key) == ("fact", "Forgotten")
    assert "no kind of fact is called Forgotten" in trouble.because
