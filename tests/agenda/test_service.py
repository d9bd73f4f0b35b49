"""Stories of planned work: what begins, is moved, is called off, and what of it counts."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select
from tests.plan.checking import plan

from bosco.agenda.service import Agenda
from bosco.journal.store import waiting
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.plan.current import CurrentPlan
from bosco.services import store as service_rows
from bosco.services.availability import Availability
from bosco.services.intervals import Turn
from bosco.services.service import Services
from bosco.services.spans import Span
from bosco.store.store import Store

# Saturday evening; the work is on Sunday, 02:00 to 04:00 in Paris, which is 01:00 to 03:00 in UTC.
START = datetime(2026, 11, 21, 20, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WORK = '{name: Database work, every: sunday, at: "02:00", until: "04:00", impact: outage, services: [api]}'
PLAN = """
    plan: Shop
    timezone: Europe/Paris
    services: {api: {sla: 99.9%, COUNTS}, web: {sla: 99.9%}}
    calendar: [WORK]
"""


def written(work: str = WORK, counts: str = "") -> Any:
    return plan(PLAN.replace("WORK", work).replace(", COUNTS", counts))


class Night:
    """A service that is down from 01:30 to 02:30 UTC, in the middle of the work."""

    def __init__(self, store: Store, clock: VirtualClock, counts: str = "") -> None:
        self.store, self.clock = store, clock
        self.current = CurrentPlan(written(counts=counts))
        self.services = Services(store, self.current)
        self.agenda = Agenda(store, clock, self.current, self.services)

    async def turn(self, state: str) -> None:
        at = self.clock.read()
        await self.store.write(lambda tx: service_rows.write_turns(tx, [Turn("api", state, at)]))

    async def until(self, hour: int, minute: int = 0) -> None:
        await self.clock.sleep_until(datetime(2026, 11, 22, hour, minute, 1, tzinfo=UTC))

    async def go(self, *changes: tuple[int, int, Any]) -> Availability:
        await self.turn("up")
        running = asyncio.create_task(self.agenda.run())
        turns = [(1, 30, "down"), (2, 30, "up")]
        for hour, minute, what in sorted([*turns, *changes], key=lambda one: one[:2]):
            await self.until(hour, minute)
            if isinstance(what, str):
                await self.turn(what)
            else:
                self.current.replace(what)
        await self.until(6)
        running.cancel()
        return await self.services.availability("api", Span(START, START + 12 * HOUR))

    async def lines(self) -> list[str]:
        rows = await self.store.read(lambda tx: tx.run(select(waiting).order_by(waiting.c.number)).all())
        return [f"{datetime.fromtimestamp(row.at / 1e6, UTC):%H:%M} {row.what.split('.')[1]}" for row in rows]


def play(store: Store, *changes: tuple[int, int, Any], counts: str = "") -> tuple[Availability, list[str], Night]:
    clock = cast(VirtualClock, store.clock)

    async def story() -> tuple[Availability, list[str], Night]:
        night = Night(store, clock, counts)
        found = await night.go(*changes)
        return found, await night.lines(), night

    return run_virtually(clock, story)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


def test_downtime_of_planned_work_is_excused_and_told(store: Store) -> None:
    found, lines, _ = play(store)
    assert (found.used, found.maintenance_down) == (timedelta(0), HOUR)
    assert found.counts == 10 * HOUR
    assert lines == ["01:00 maintenance-began", "03:00 maintenance-ended"]


def test_the_plan_may_say_that_planned_work_counts(store: Store) -> None:
    found, _, _ = play(store, counts=", counts: maintenance")
    assert (found.used, found.maintenance_down) == (HOUR, timedelta(0))
    assert found.counts == 12 * HOUR


def test_a_calendar_that_is_changed_later_changes_no_past(store: Store) -> None:
    found, lines, _ = play(store, (5, 0, written(work="")))
    assert (found.used, found.maintenance_down) == (timedelta(0), HOUR)
    assert lines == ["01:00 maintenance-began", "03:00 maintenance-ended"]


def test_work_written_after_the_trouble_began_excuses_none_of_what_was_before(store: Store) -> None:
    none = written(work='{name: Other, every: monday, at: "02:00", until: "04:00", impact: outage, services: [web]}')
    found, lines, _ = play(store, (0, 0, none), (2, 0, written()))
    assert (found.used, found.maintenance_down) == (30 * MINUTE, 30 * MINUTE)
    assert lines == ["02:00 maintenance-began", "03:00 maintenance-ended"]


def test_work_that_is_called_off_excuses_nothing_more(store: Store) -> None:
    found, lines, _ = play(store, (2, 0, written(work="")))
    assert (found.used, found.maintenance_down) == (30 * MINUTE, 30 * MINUTE)
    assert lines == ["01:00 maintenance-began", "02:00 maintenance-ended"]


def test_work_that_takes_longer_is_excused_for_longer(store: Store) -> None:
    found, lines, _ = play(store, (1, 45, written(work=WORK.replace("04:00", "05:30"))))
    assert found.counts == timedelta(hours=8, minutes=30)
    assert lines == ["01:00 maintenance-began", "04:30 maintenance-ended"]


def test_the_work_to_come_is_told_and_makes_the_promise_shorter(store: Store) -> None:
    async def story() -> None:
        night = Night(store, cast(VirtualClock, store.clock))
        await night.turn("up")
        span = Span(START, START + timedelta(days=14))
        [first, second] = await night.services.works("api", span)
        assert (str(first.name), first.span.length, first.excuses) == ("Database work", 2 * HOUR, True)
        assert second.span.start - first.span.start == timedelta(days=7)
        assert (await night.services.availability("api", span)).counts == timedelta(days=14) - 4 * HOUR
        assert await night.services.works("web", span) == []

    run_virtually(cast(VirtualClock, store.clock), story)


def test_work_that_passed_while_bosco_was_away_is_excused_all_the_same(store: Store) -> None:
    async def story() -> None:
        night = Night(store, cast(VirtualClock, store.clock))
        await night.turn("up")
        first = asyncio.create_task(night.agenda.run())
        await night.until(0)
        first.cancel()
        await night.until(5)
        again = asyncio.create_task(night.agenda.run())
        await night.until(6)
        again.cancel()
        assert (await night.services.availability("api", Span(START, START + 12 * HOUR))).counts == 10 * HOUR
        assert await night.lines() == ["05:00 maintenance-began", "05:00 maintenance-ended"]

    run_virtually(cast(VirtualClock, store.clock), story)
