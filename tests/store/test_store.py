"""What a transaction promises, on both stores."""

import asyncio
import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.conftest import START

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Code, Refusal
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import timers as table
from bosco.store.tx import Tx

ROW = {"id": "x", "due": START, "body": {}, "next_try": START, "attempts": 0}


def add(tx: Tx, key: str) -> None:
    tx.run(insert(table), {"name": "n", "key": key, **ROW})


def keys(tx: Tx) -> list[str]:
    return list(tx.run(select(table.c.key).order_by(table.c.key)).scalars())


def test_a_work_is_answered_after_its_commit(store: Store, clock: VirtualClock) -> None:
    async def story() -> None:
        assert await store.write(lambda tx: (add(tx, "a"), "done")[1]) == "done"
        assert await store.read(keys) == ["a"]

    run_virtually(clock, story)


def test_commands_without_an_event_loop_use_the_same_store(store: Store) -> None:
    store.write_now(lambda tx: add(tx, "a"))
    assert store.read_now(keys) == ["a"]


def test_a_failing_work_harms_only_itself(store: Store, clock: VirtualClock) -> None:
    def fails(tx: Tx) -> None:
        add(tx, "lost")
        raise KeyError("its own")

    def breaks(tx: Tx) -> None:
        add(tx, "also lost")
        tx.run(insert(table), {"name": "n", "key": "also lost", **ROW})

    async def story() -> None:
        works = [lambda tx, n=n: add(tx, f"{n:02}") for n in range(10)]
        works[3:3] = [fails, breaks]
        ends = await asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)
        assert isinstance(ends[3], KeyError)
        assert isinstance(ends[4], IntegrityError)
        assert [end for end in ends if end is not None] == [ends[3], ends[4]]
        assert await store.read(keys) == [f"{n:02}" for n in range(10)]

    run_virtually(clock, story)


@pytest.mark.parametrize("error", [Refusal(Code.CONFLICT, "no"), StopIteration(), SystemExit(3)])
def test_whatever_a_work_raises_reaches_its_caller_and_the_store_goes_on(
    store: Store, clock: VirtualClock, error: BaseException
) -> None:
    def fails(tx: Tx) -> None:
        raise error

    async def story() -> None:
        with pytest.raises(RuntimeError if isinstance(error, StopIteration) else type(error)):
            await store.write(fails)
        with pytest.raises(RuntimeError if isinstance(error, StopIteration) else type(error)):
            await store.read(fails)
        await store.write(lambda tx: add(tx, "a"))
        assert await store.read(keys) == ["a"]

    run_virtually(clock, story)


def test_a_reader_cannot_write(store: Store, clock: VirtualClock) -> None:
    async def story() -> None:
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await store.read(lambda tx: add(tx, "a"))
        assert await store.read(keys) == []

    run_virtually(clock, story)


def test_a_reader_sees_one_snapshot_and_does_not_keep_the_writer_waiting(store: Store, clock: VirtualClock) -> None:
    looked, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[list[str], list[str]]:
        before = keys(tx)
        looked.set()
        assert written.wait(20)
        return before, keys(tx)

    async def story() -> None:
        reading = asyncio.create_task(store.read(look_twice))
        with clock.busy():
            await asyncio.to_thread(looked.wait, 20)
        await store.write(lambda tx: add(tx, "a"))
        written.set()
        assert await reading == ([], [])
        assert await store.read(keys) == ["a"]

    run_virtually(clock, story)


def test_a_transaction_has_one_instant_and_sortable_ids(store: Store, clock: VirtualClock) -> None:
    def work(tx: Tx) -> list[str]:
        assert tx.at == START
        return [tx.new_id() for _ in range(50)]

    ids = store.write_now(work)
    assert sorted(set(ids)) == ids


def test_virtual_time_stands_still_while_the_store_works(store: Store, clock: VirtualClock) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        begun.set()
        assert may_end.wait(20)

    async def story() -> None:
        hour = asyncio.create_task(clock.sleep(timedelta(hours=1)))
        for ask in (store.write, store.read):
            begun.clear()
            may_end.clear()
            threading.Thread(target=lambda: (begun.wait(20), may_end.set())).start()
            await ask(slow)
            assert clock.read() == START
        await hour
        assert clock.read() == START + timedelta(hours=1)

    run_virtually(clock, story)


def test_a_cancelled_caller_does_not_let_virtual_time_run(store: Store, clock: VirtualClock) -> None:
    begun, may_end = threading.Event(), threading.Event()
    ended_at: list[object] = []

    def slow(tx: Tx) -> None:
        begun.set()
        assert may_end.wait(20)
        ended_at.append(clock.read())

    async def story() -> None:
        asking = asyncio.create_task(store.write(slow))
        with clock.busy():
            await asyncio.to_thread(begun.wait, 20)
        asking.cancel()
        # Real time passes here, and virtual time must not: the work is still in its thread.
        threading.Timer(0.05, may_end.set).start()
        await clock.sleep(timedelta(hours=1))

    run_virtually(clock, story)
    assert ended_at == [START]


def test_a_work_whose_caller_has_gone_is_not_begun(store: Store, clock: VirtualClock) -> None:
    may_end, begun = threading.Event(), threading.Semaphore(0)

    def block(tx: Tx) -> None:
        begun.release()
        assert may_end.wait(20)

    async def story() -> None:
        threads = 4 if store.on_postgresql else 1
        blocking = [asyncio.create_task(store.write(block)) for _ in range(threads)]
        with clock.busy():
            for _ in range(threads):
                await asyncio.to_thread(begun.acquire)
        given_up = asyncio.create_task(store.write(lambda tx: add(tx, "unwanted")))
        with clock.busy():
            await asyncio.to_thread(lambda: None)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        may_end.set()
        await asyncio.gather(*blocking)
        assert await store.read(keys) == []

    run_virtually(clock, story)


def test_nobody_is_told_before_the_commit_and_nobody_after_a_failure(store: Store, clock: VirtualClock) -> None:
    heard: list[str] = []

    def work(tx: Tx, word: str, *, fails: bool) -> None:
        tx.after_commit(lambda: heard.append(word))
        tx.ring("bell")
        assert word not in heard
        if fails:
            raise ValueError

    async def story() -> None:
        unhook = store.bells.hook("bell", lambda: heard.append("rung"))
        await store.write(lambda tx: work(tx, "kept", fails=False))
        with pytest.raises(ValueError):
            await store.write(lambda tx: work(tx, "lost", fails=True))
        unhook()
        await store.write(lambda tx: work(tx, "after", fails=False))

    run_virtually(clock, story)
    assert sorted(heard) == ["after", "kept", "rung"]


def test_a_callback_that_fails_does_not_unmake_the_commit(store: Store, clock: VirtualClock) -> None:
    def work(tx: Tx) -> int:
        tx.after_commit(lambda: 1 // 0)  # type: ignore[arg-type]
        return 7

    async def story() -> None:
        assert await store.write(work) == 7

    run_virtually(clock, story)


def test_a_swallowed_failure_is_not_committed(store: Store) -> None:
    def swallows(tx: Tx) -> None:
        add(tx, "a")
        try:
            add(tx, "a")
        except IntegrityError:
            return

    def goes_on(tx: Tx) -> None:
        try:
            tx.run(text("nonsense"))
        except DBAPIError:
            add(tx, "b")

    for work in (swallows, goes_on):
        with pytest.raises(RuntimeError, match="savepoint"):
            store.write_now(work)
    assert store.read_now(keys) == []


def test_a_savepoint_undoes_its_block_alone(store: Store) -> None:
    def work(tx: Tx) -> None:
        add(tx, "a")
        with pytest.raises(IntegrityError), tx.savepoint():
            tx.run(insert(table), [{"name": "n", "key": key, **ROW} for key in ("b", "a")])
        with tx.savepoint():
            add(tx, "c")

    store.write_now(work)
    assert store.read_now(keys) == ["a", "c"]


def test_a_result_does_not_leave_its_transaction(store: Store) -> None:
    with pytest.raises(TypeError, match="fetch"):
        store.read_now(lambda tx: tx.run(select(table)))


def test_two_who_read_then_write_do_not_lose_each_others_change(store: Store, clock: VirtualClock) -> None:
    def count_up(tx: Tx) -> None:
        seen = tx.run(select(table.c.attempts)).scalar_one()
        tx.run(table.update().values(attempts=seen + 1))

    async def story() -> int:
        await store.write(lambda tx: timers.set(tx, "counter", "", START))
        await asyncio.gather(*(store.write(count_up) for _ in range(60)))
        return await store.read(lambda tx: tx.run(select(table.c.attempts)).scalar_one())

    assert run_virtually(clock, story) == 60


def test_two_who_look_before_they_leap_do_not_both_leap(store: Store, clock: VirtualClock) -> None:
    """Each adds itself only if nobody is there: whatever the order, one alone gets in."""

    def first_come(tx: Tx, name: str) -> bool:
        if keys(tx):
            return False
        add(tx, name)
        return True

    async def story() -> list[bool]:
        return await asyncio.gather(*(store.write(lambda tx, n=n: first_come(tx, str(n))) for n in range(12)))

    assert sum(run_virtually(clock, story)) == 1


def test_a_text_that_cannot_be_stored_is_refused_calmly(store: Store) -> None:
    # SQLite would store NUL; PostgreSQL stores neither.
    for letter in ("\x00", "\ud800") if store.on_postgresql else ("\ud800",):
        with pytest.raises(Refusal, match="cannot be stored"):
            store.write_now(lambda tx, letter=letter: tx.run(table.update().values(id=f"a{letter}b")).rowcount)
    store.write_now(lambda tx: add(tx, "a"))
    assert store.read_now(keys) == ["a"]


def test_a_text_from_the_world_is_made_storable(store: Store) -> None:
    store.write_now(lambda tx: timers.set(tx, "n", "k\x00\ud800", START, {"a": "\x00\ud800"}))
    assert store.read_now(keys) == ["k��"]
    assert store.read_now(lambda tx: timers.due_of(tx, "n", "k\x00\ud800")) == START
