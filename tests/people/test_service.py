"""Standing in, giving back, exchanging turns, being told: on both stores."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.people.conftest import WEEKLY, Desk
from tests.people.rota import instant, plan_of

from bosco.journal.store import waiting
from bosco.kit.clock import run_virtually
from bosco.kit.refusal import Code, Refusal
from bosco.people.duties import HANDOVER
from bosco.store import timers
from bosco.store.parcel import outbox
from bosco.store.worker import Worker

# The clock stands at Monday 2 March 2026, 08:00: the turn of 23 February ends at nine, which was backend's.
NINE = instant("2026-03-02T09:00")


async def lines(desk: Desk) -> list[str]:
    rows = await desk.store.read(lambda tx: tx.run(select(waiting).order_by(waiting.c.number)).all())
    return [f"{row.what} {' '.join(_people(row))}".strip() for row in rows]


def _people(row: Any) -> list[str]:
    return msgspec.json.decode(row.data).get("people", []) if row.data else []


async def facts(desk: Desk, name: str) -> list[dict[str, Any]]:
    rows = await desk.store.read(lambda tx: tx.run(select(outbox).order_by(outbox.c.place)).all())
    return [msgspec.to_builtins(row.body) for row in rows if row.key == name]


def test_every_way_to_name_somebody_means_people(desk: Desk) -> None:
    async def story() -> None:
        now = desk.clock.read()
        who = desk.on_call.who
        assert who("rota", now) == ["backend"]
        assert who("on-call", now) == ["backend"]
        assert who("rota", NINE) == ["devops"]
        assert who("direction", now) == ["rssi", "backend"]
        assert who("level 3", now) == ["backend"]
        assert who("devops", now) == ["devops"]
        assert who("somebody", now) == []

    desk.run(story)


def test_in_a_hole_the_backup_is_told_and_nobody_is_on_duty(store: Any, clock: Any) -> None:
    first = "  rota: {people: devops, hours: office, backup: other}\n"
    holey = first + "  other: {people: rssi, hours: office, backup: direction}\n"
    desk = Desk(store, clock, holey)

    async def story() -> None:
        assert desk.on_call.who("rota", desk.clock.read()) == ["rssi", "backend"]
        assert desk.on_call.on_duty("rota", desk.clock.read()) == []
        assert desk.on_call.duty("rota", desk.clock.read()).next_at == NINE

    desk.run(story)


def test_each_kind_of_channel_gets_its_address(desk: Desk) -> None:
    reach = desk.on_call.reach
    assert reach("devops", "smtp") == "devops@example.org"
    assert reach("devops", "sms") == "+33600000001"
    assert reach("devops", "slack") == "U01"
    assert reach("backend", "sms") is None
    assert reach("nobody", "smtp") is None
    assert reach("devops", "teams") is None


def test_who_stands_in_is_on_call_at_once_and_gives_back(desk: Desk) -> None:
    async def story() -> None:
        start, end = NINE, NINE + timedelta(days=1)
        made = await desk.on_call.stand_in(
            "rota", "rssi", start, end, by="user:devops", reason="dentist", whom="devops"
        )
        assert desk.on_call.who("rota", NINE) == ["rssi"]
        inside = await desk.store.read(lambda tx: desk.on_call.who("rota", NINE, tx))
        assert inside == ["rssi"]
        assert [one.id for one in await desk.on_call.changes()] == [made.id]
        await desk.on_call.give_back(made.id, by="user:devops")
        await desk.on_call.give_back(made.id, by="user:devops")
        assert desk.on_call.who("rota", NINE) == ["devops"]
        assert await lines(desk) == ["on-call.changed", "on-call.cancelled"]

    desk.run(story)


@pytest.mark.parametrize(
    ("who", "whom", "days", "code"),
    [
        ("stranger", None, 1, Code.NOT_FOUND),
        ("rssi", "stranger", 1, Code.NOT_FOUND),
        ("rssi", "rssi", 1, Code.INVALID),
        ("rssi", "backend", 1, Code.CONFLICT),
        ("rssi", None, 0, Code.INVALID),
        ("rssi", None, 400, Code.INVALID),
        ("rssi", None, -3, Code.INVALID),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, who: str, whom: str | None, days: int, code: Code) -> None:
    async def story() -> None:
        end = NINE + timedelta(days=days)
        with pytest.raises(Refusal) as refused:
            await desk.on_call.stand_in("rota", who, NINE, end, by="user:x", reason="", whom=whom)
        assert refused.value.code == code
        assert await lines(desk) == []

    desk.run(story)


def test_an_exchange_counts_once_the_other_agrees_and_ends_as_a_whole(desk: Desk) -> None:
    async def story() -> None:
        week = timedelta(days=7)
        mine, theirs = ("devops", NINE, NINE + week), ("backend", NINE + week, NINE + 2 * week)
        asked = await desk.exchanges.ask("rota", mine, theirs, by="user:devops", reason="wedding")
        assert desk.on_call.who("rota", NINE) == ["devops"]
        assert [one.id for one in await desk.on_call.exchanges()] == [asked.id]
        await desk.exchanges.answer(asked.id, agrees=True, by="user:backend")
        assert desk.on_call.who("rota", NINE) == ["backend"]
        assert desk.on_call.who("rota", NINE + week) == ["devops"]
        assert await desk.on_call.exchanges() == []
        with pytest.raises(Refusal) as refused:
            await desk.exchanges.answer(asked.id, agrees=False, by="user:backend")
        assert refused.value.code == Code.CONFLICT
        await desk.on_call.give_back((await desk.on_call.changes())[0].id, by="user:devops")
        assert desk.on_call.who("rota", NINE) == ["devops"]
        assert desk.on_call.who("rota", NINE + week) == ["backend"]

    desk.run(story)


def test_an_exchange_of_turns_that_are_not_theirs_is_refused(desk: Desk) -> None:
    async def story() -> None:
        week = timedelta(days=7)
        with pytest.raises(Refusal):
            await desk.exchanges.ask(
                "rota", ("backend", NINE, NINE + week), ("devops", NINE + week, NINE + 2 * week), by="x", reason=""
            )
        with pytest.raises(Refusal):
            await desk.exchanges.ask(
                "rota", ("devops", NINE, NINE + week), ("devops", NINE, NINE + week), by="x", reason=""
            )

    desk.run(story)


def test_a_hand_over_is_told_once_also_after_downtime(desk: Desk) -> None:
    desk.on_call.tell_open(lambda tx: ["the cellar is wet", "the roof leaks"])

    async def story() -> None:
        worker = Worker(desk.store, on_timer={HANDOVER: desk.on_call.hand_over})
        await desk.store.write(desk.on_call._settle_all)
        assert await lines(desk) == []
        assert await desk.store.read(lambda tx: timers.due_of(tx, HANDOVER, "rota")) == NINE
        # Nobody runs for fifteen days: two hand-overs were missed, one is told, to whom it concerns now.
        await desk.clock.sleep(timedelta(days=15))
        import asyncio

        running = asyncio.create_task(worker.run())
        await desk.clock.sleep(timedelta(minutes=1))
        assert await lines(desk) == ["on-call.handed-over devops"]
        began = (await facts(desk, "ShiftBegan"))[0]
        assert (began["people"], began["before"]) == (["devops"], ["backend"])
        assert await desk.store.read(lambda tx: timers.due_of(tx, HANDOVER, "rota")) == NINE + timedelta(days=21)
        await desk.clock.sleep(timedelta(days=14))
        assert await lines(desk) == [
            "on-call.handed-over devops",
            "on-call.handed-over backend",
            "on-call.handed-over devops",
        ]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    desk.run(story)


def test_a_plan_that_changes_sets_the_next_hand_over_anew(desk: Desk) -> None:
    async def story() -> None:
        await desk.store.write(desk.on_call._settle_all)
        desk.current.replace(plan_of(WEEKLY.replace("mon 09:00", "tue 10:00").replace("rota:", "other:"), "UTC"))
        await desk.store.write(desk.on_call._settle_all)
        assert await desk.store.read(lambda tx: timers.due_of(tx, HANDOVER, "rota")) is None
        due = await desk.store.read(lambda tx: timers.due_of(tx, HANDOVER, "other"))
        assert due == instant("2026-03-03T10:00")

    desk.run(story)


def test_nobody_on_call_is_told_too(store: Any, clock: Any) -> None:
    desk = Desk(store, clock, "  rota: {people: devops, hours: office}\n")

    async def story() -> None:
        await desk.store.write(desk.on_call._settle_all)
        await desk.clock.sleep(timedelta(hours=1))
        await desk.store.write(desk.on_call._settle_all)
        await desk.clock.sleep(timedelta(hours=9))
        await desk.store.write(desk.on_call._settle_all)
        assert await lines(desk) == ["on-call.handed-over devops", "on-call.nobody"]

    run_virtually(clock, story)
