"""A parcel ends delivered, superseded or failed; it is never lost, and lanes keep their order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.conftest import START
from tests.store.workers import running

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.store import outbox
from bosco.store.outbox import Answer, Delivered, Failed, Parcel, State, Superseded, TryAgain
from bosco.store.parcel_claims import SET_ASIDE_AFTER, answer, claim
from bosco.store.pending import ended, prune, queues, troubles
from bosco.store.store import Store
from bosco.store.worker import PRUNE, Worker

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
Bring = Callable[[Parcel], Awaitable[Answer | None]]


async def put(store: Store, body: object, kind: str = "k", **how: object) -> str:
    return await store.write(lambda tx: outbox.put(tx, kind, body, **how))  # type: ignore[arg-type]


def state(store: Store, parcel_id: str) -> tuple[State, str | None]:
    parcel = store.read_now(lambda tx: outbox.find(tx, parcel_id))
    assert parcel is not None
    return parcel.state, parcel.because


def tell(store: Store, clock: VirtualClock, bring: Bring, story: Callable[[], Awaitable[None]], **how: int) -> None:
    async def whole() -> None:
        async with running(Worker(store, delivers={"k": bring}, **how)):  # type: ignore[arg-type]
            await story()

    run_virtually(clock, whole)


def test_a_parcel_is_brought_with_what_was_put_and_ends_delivered(store: Store, clock: VirtualClock) -> None:
    seen: list[Parcel] = []
    ids: list[str] = []

    async def bring(parcel: Parcel) -> Answer:
        seen.append(parcel)
        return Delivered("250 OK")

    async def story() -> None:
        ids.append(await put(store, {"to": "devops", "text": "é\u0000"}, key="alert:1"))
        ids.append(await put(store, [1], at=START + HOUR))
        await clock.sleep(2 * HOUR)

    tell(store, clock, bring, story)
    assert [(parcel.id, parcel.key, parcel.attempt) for parcel in seen] == [(ids[0], "alert:1", 1), (ids[1], None, 1)]
    assert seen[0].body == {"to": "devops", "text": "é\u0000"}
    assert [state(store, one) for one in ids] == [(State.DELIVERED, "250 OK")] * 2
    assert store.read_now(lambda tx: outbox.find(tx, "nothing")) is None


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (None, (State.DELIVERED, None)),
        (Superseded("a newer one said it"), (State.SUPERSEDED, "a newer one said it")),
        (Failed("550 no such user"), (State.FAILED, "550 no such user")),
    ],
)
def test_each_answer_is_an_end_with_its_reason(
    store: Store, clock: VirtualClock, answer: Answer | None, end: tuple[State, str | None]
) -> None:
    ids: list[str] = []

    async def bring(parcel: Parcel) -> Answer | None:
        return answer

    async def story() -> None:
        ids.append(await put(store, {}))
        await clock.sleep(HOUR)

    tell(store, clock, bring, story)
    assert state(store, ids[0]) == end
    assert store.read_now(lambda tx: ended(tx, START)) == {("k", end[0].value): 1}
    assert [queue for queue in store.read_now(queues) if queue.name != PRUNE] == []


def test_a_parcel_is_tried_again_when_its_bringer_says_with_the_same_id(store: Store, clock: VirtualClock) -> None:
    tries: list[tuple[str, int, timedelta]] = []

    async def bring(parcel: Parcel) -> Answer:
        tries.append((parcel.id, parcel.attempt, clock.read() - START))
        return TryAgain(clock.read() + 10 * MINUTE, "429") if parcel.attempt < 4 else Delivered()

    async def story() -> None:
        await put(store, {})
        await clock.sleep(15 * MINUTE)
        [trouble] = store.read_now(troubles)
        assert (trouble.because, trouble.attempts, trouble.next_try) == ("429", 2, START + 20 * MINUTE)
        await clock.sleep(HOUR)

    tell(store, clock, bring, story)
    assert tries == [(tries[0][0], n + 1, n * 10 * MINUTE) for n in range(4)]


def test_again_is_never_at_once(store: Store, clock: VirtualClock) -> None:
    tries: list[int] = []

    async def bring(parcel: Parcel) -> Answer:
        tries.append(parcel.attempt)
        return TryAgain(START, "now, now, now")

    async def story() -> None:
        await put(store, {}, lane="l")
        await clock.sleep(10 * SECOND)

    tell(store, clock, bring, story)
    assert 5 <= len(tries) <= 11


def test_each_lane_keeps_its_order_and_waits_for_nobody_elses(store: Store, clock: VirtualClock) -> None:
    arrived: dict[str, list[int]] = {"slow": [], "fast": [], "": []}
    inside: set[str] = set()

    async def bring(parcel: Parcel) -> Answer:
        lane = parcel.lane or ""
        assert lane == "" or lane not in inside
        inside.add(lane)
        await clock.sleep(parcel.body["takes"] * SECOND)
        inside.discard(lane)
        if parcel.body["n"] == 3 and parcel.attempt < 3:
            return TryAgain(clock.read() + MINUTE, "busy")
        arrived[lane].append(parcel.body["n"])
        return Delivered()

    async def story() -> None:
        for n in range(8):
            await put(store, {"n": n, "takes": 7}, lane="slow")
            await put(store, {"n": n, "takes": 1}, lane="fast")
            await put(store, {"n": n, "takes": 30})
        await clock.sleep(2 * MINUTE)
        assert arrived["fast"] == [0, 1, 2] or arrived["fast"][3] == 3
        await clock.sleep(HOUR)

    tell(store, clock, bring, story, at_once=3)
    assert arrived["slow"] == arrived["fast"] == list(range(8))
    assert sorted(arrived[""]) == list(range(8))


def test_a_lane_of_thousands_is_brought_in_order(store: Store, clock: VirtualClock) -> None:
    arrived: list[int] = []
    count = 600

    async def bring(parcel: Parcel) -> Answer:
        arrived.append(parcel.body)
        return Delivered()

    async def story() -> None:
        def fill(tx) -> None:  # type: ignore[no-untyped-def]
            for n in range(count):
                outbox.put(tx, "k", n, lane="one")

        await store.write(fill)
        await clock.sleep(HOUR)

    tell(store, clock, bring, story)
    assert arrived == list(range(count))


def test_a_parcel_of_the_future_holds_its_lane_until_its_hour(store: Store, clock: VirtualClock) -> None:
    arrived: list[tuple[str, timedelta]] = []

    async def bring(parcel: Parcel) -> Answer:
        arrived.append((parcel.body, clock.read() - START))
        return Delivered()

    async def story() -> None:
        await put(store, "at ten", lane="l", at=START + 2 * HOUR)
        await put(store, "behind", lane="l")
        await clock.sleep(5 * HOUR)

    tell(store, clock, bring, story)
    assert arrived == [("at ten", 2 * HOUR), ("behind", 2 * HOUR)]


def test_a_bringer_that_raises_stops_nobody_and_in_the_end_not_even_its_lane(store: Store, clock: VirtualClock) -> None:
    arrived: list[str] = []

    async def bring(parcel: Parcel) -> Answer:
        if parcel.body == "poison":
            raise KeyError("broken")
        arrived.append(parcel.body)
        return Delivered()

    async def story() -> None:
        await put(store, "poison", lane="l")
        await put(store, "behind", lane="l")
        await put(store, "elsewhere", lane="other")
        await clock.sleep(MINUTE)
        assert arrived == ["elsewhere"]
        await clock.sleep(HOUR)
        assert arrived == ["elsewhere", "behind"]
        [trouble] = store.read_now(troubles)
        assert trouble.attempts >= SET_ASIDE_AFTER
        assert trouble.because == "KeyError: 'broken'"
        [queue] = [queue for queue in store.read_now(queues) if queue.name == "k"]
        assert (queue.count, queue.troubled, queue.oldest) == (1, 1, START)

    tell(store, clock, bring, story)


def test_an_answer_that_is_none_is_an_error_of_the_bringer(store: Store, clock: VirtualClock) -> None:
    async def bring(parcel: Parcel) -> Answer:
        return "yes"  # type: ignore[return-value]

    async def story() -> None:
        await put(store, {})
        await clock.sleep(SECOND)
        [trouble] = store.read_now(troubles)
        assert "str" in trouble.because

    tell(store, clock, bring, story)


def test_superseding_ends_what_waits_with_its_reason_and_frees_the_lane(store: Store, clock: VirtualClock) -> None:
    arrived: list[str] = []
    ids: dict[str, str] = {}

    async def bring(parcel: Parcel) -> Answer:
        if parcel.body == "first" and parcel.attempt == 1:
            return TryAgain(clock.read() + 10 * HOUR, "closed")
        arrived.append(parcel.body)
        return Delivered()

    async def story() -> None:
        for body, key in (("first", "a"), ("second", "a"), ("third", "b"), ("fourth", "a")):
            ids[body] = await put(store, body, lane="l", key=key)
        await clock.sleep(MINUTE)
        assert [one.body for one in store.read_now(lambda tx: outbox.with_key(tx, "k", "a"))] == [
            "first",
            "second",
            "fourth",
        ]
        assert await store.write(lambda tx: outbox.supersede(tx, "other", "no", key="a")) == 0
        assert await store.write(lambda tx: outbox.supersede(tx, "k", "resolved", key="a")) == 3
        await clock.sleep(SECOND)
        assert arrived == ["third"]
        await put(store, "fifth", lane="l", at=clock.read() + HOUR)
        assert await store.write(lambda tx: outbox.supersede(tx, "k", "all of it", lane="l")) == 1
        await clock.sleep(2 * HOUR)

    tell(store, clock, bring, story)
    assert arrived == ["third"]
    assert state(store, ids["second"]) == (State.SUPERSEDED, "resolved")
    with pytest.raises(ValueError, match="which parcels"):
        store.write_now(lambda tx: outbox.supersede(tx, "k", "everything"))


def test_what_arrives_while_it_is_superseded_has_arrived(store: Store, clock: VirtualClock) -> None:
    ids: list[str] = []

    async def bring(parcel: Parcel) -> Answer:
        await store.write(lambda tx: outbox.supersede(tx, "k", "too late", key="a"))
        return Delivered("250 OK") if parcel.body == "arrives" else TryAgain(clock.read() + HOUR, "busy")

    async def story() -> None:
        for body in ("arrives", "does not"):
            ids.append(await put(store, body, key="a"))
            await clock.sleep(2 * HOUR)

    tell(store, clock, bring, story)
    assert [state(store, one) for one in ids] == [(State.DELIVERED, "250 OK"), (State.SUPERSEDED, "too late")]


def test_a_holder_that_lost_its_lease_changes_nothing(store: Store, clock: VirtualClock) -> None:
    """A process that slept through its lease finds that another one has brought the parcel."""
    brought: list[str] = []

    async def story() -> None:
        parcel_id = await put(store, {})
        await store.write(lambda tx: claim(tx, ["k"], "asleep", MINUTE, 1))
        await clock.sleep(2 * MINUTE)
        [parcel] = await store.write(lambda tx: claim(tx, ["k"], "awake", MINUTE, 1))
        assert not await store.write(lambda tx: answer(tx, parcel, "asleep", Failed("late")))
        assert await store.write(lambda tx: answer(tx, parcel, "awake", Delivered("brought")))
        brought.append(parcel_id)
        assert parcel.attempt == 2

    run_virtually(clock, story)
    assert state(store, brought[0]) == (State.DELIVERED, "brought")


def test_a_crash_between_the_lane_and_its_next_delays_but_does_not_stop(store: Store, clock: VirtualClock) -> None:
    """The finisher died before it took the next one; those behind look again by themselves."""
    arrived: list[int] = []

    async def bring(parcel: Parcel) -> Answer:
        arrived.append(parcel.body)
        return Delivered()

    async def whole() -> None:
        for n in range(3):
            await put(store, n, lane="l")
        await store.write(lambda tx: claim(tx, ["k"], "dead", MINUTE, 10))
        async with running(Worker(store, delivers={"k": bring})):
            await clock.sleep(10 * MINUTE)

    run_virtually(clock, whole)
    assert arrived == [0, 1, 2]


def test_two_processes_keep_the_order_of_lanes(store: Store, clock: VirtualClock) -> None:
    arrived: dict[str, list[int]] = {}

    async def bring(parcel: Parcel) -> Answer:
        await clock.sleep(SECOND * (1 + parcel.body % 3))
        arrived.setdefault(parcel.lane or "", []).append(parcel.body)
        return Delivered()

    async def whole() -> None:
        workers = [Worker(store, delivers={"k": bring}, at_once=3) for _ in range(2)]
        async with running(*workers):
            for n in range(12):
                await asyncio.gather(*(put(store, n, lane=f"lane {m}") for m in range(7)))
            await clock.sleep(HOUR)

    run_virtually(clock, whole)
    assert arrived == {f"lane {m}": list(range(12)) for m in range(7)}


def test_what_ended_a_month_ago_is_forgotten_and_what_waits_is_not(store: Store, clock: VirtualClock) -> None:
    async def bring(parcel: Parcel) -> Answer:
        return Delivered() if parcel.body == "done" else TryAgain(clock.read() + 1000 * HOUR, "later")

    async def for_an_hour() -> None:
        async with running(Worker(store, delivers={"k": bring})):
            await clock.sleep(HOUR)

    async def story() -> None:
        done, waits = await put(store, "done"), await put(store, "waits")
        await for_an_hour()
        await clock.sleep(29 * 24 * HOUR)
        await for_an_hour()
        assert await store.read(lambda tx: outbox.find(tx, done))
        await clock.sleep(2 * 24 * HOUR)
        await for_an_hour()
        assert await store.read(lambda tx: outbox.find(tx, done)) is None
        assert await store.read(lambda tx: outbox.find(tx, waits))
        assert await store.write(prune) == 0

    run_virtually(clock, story)
