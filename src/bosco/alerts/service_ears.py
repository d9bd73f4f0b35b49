"""Raises an alert for each service that is not well, and for each probe that watches none."""

import asyncio
from functools import partial
from typing import Any, Protocol

from bosco.alerts import rows
from bosco.alerts.from_services import (
    UNKNOWN_AFTER,
    probe_fingerprint,
    raised_by_probe,
    raised_by_service,
    service_fingerprint,
    state_told,
)
from bosco.alerts.life import Life
from bosco.alerts.model import Raised
from bosco.kit.marks import engine, hears, on_timer
from bosco.kit.packed import pack, unpack
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.probes.model import (
    ProbeBecameUnknown,
    ProbeCameBack,
    ProbeDegraded,
    ProbeRemoved,
    ProbeTurned,
    ProbeWentDown,
)
from bosco.services.model import (
    ServiceBecameUnknown,
    ServiceCameBack,
    ServiceDegraded,
    ServiceTurned,
    ServiceWentDown,
    Standing,
)
from bosco.services.section import SERVICES
from bosco.services.service import Services
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

UNKNOWN = "alerts.unknown"
# How many muted alerts are looked at when the plan has changed, and how many in one transaction.
AT_ONCE = 10_000
SOME = 200


class Raises(Protocol):
    """What it needs of the alerts."""

    def raise_alert(self, tx: Tx, raised: Raised) -> str:
        """Say that something is wrong."""

    def clear(self, tx: Tx, fingerprint: str, why: Any) -> str | None:
        """Say that it is over."""


class ServiceEars:
    """Hears how services and probes are, and keeps their alerts in step."""

    def __init__(self, store: Store, alerts: Raises, services: Services, current: CurrentPlan, life: Life) -> None:
        self._store = store
        self._alerts = alerts
        self._services = services
        self._current = current
        self._life = life
        self._news = asyncio.Event()
        current.on_change(self._hear_of_plan)

    @hears(ServiceWentDown)
    @hears(ServiceDegraded)
    @hears(ServiceCameBack)
    @hears(ServiceBecameUnknown)
    async def hear_of_service(self, fact: ServiceTurned) -> None:
        """Raise, change or end the alert of a service."""
        state = state_told(fact)
        standing = Standing(state, fact.since, unpack(fact.because))

        def write(tx: Tx) -> None:
            if state == "unknown":
                timers.set(tx, UNKNOWN, fact.service, max(fact.since + UNKNOWN_AFTER, tx.at))
                return
            timers.cancel(tx, UNKNOWN, fact.service)
            self._judge(tx, fact.service, standing)

        await self._store.write(write)

    @hears(ProbeWentDown)
    @hears(ProbeDegraded)
    @hears(ProbeCameBack)
    @hears(ProbeBecameUnknown)
    async def hear_of_probe(self, fact: ProbeTurned) -> None:
        """Raise, change or end the alert of a probe that watches no service."""
        state = state_told(fact)
        if fact.service is not None or state == "unknown":
            return
        raised = raised_by_probe(self._current.plan, fact, state)

        def write(tx: Tx) -> None:
            if state == "up":
                self._alerts.clear(tx, probe_fingerprint(fact.probe), unpack(fact.because))
            elif raised is not None:
                self._alerts.raise_alert(tx, raised)

        await self._store.write(write)

    @hears(ProbeRemoved)
    async def hear_of_end(self, fact: ProbeRemoved) -> None:
        """End the alert of a probe that left the plan."""
        why = msg("the probe is no longer in the plan")
        await self._store.write(lambda tx: self._end(tx, probe_fingerprint(fact.probe), why))

    @on_timer(UNKNOWN)
    async def tell_unknown(self, timer: Timer) -> None:
        """Tell that nobody has been able to see a service for a while."""
        standings = await self._services.standings()
        standing = standings.get(timer.key)

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            # One that was known to be down stays so until somebody sees it again.
            known = rows.holding(tx, service_fingerprint(timer.key))
            if standing is not None and standing.state == "unknown" and known is None:
                self._judge(tx, timer.key, standing)

        await self._store.write(write)

    @engine("alerts of services")
    async def run(self) -> None:
        """Keep the alerts in step with how services stand, also when the plan has changed."""
        while True:
            await self.reconcile()
            await self.settle_held()
            await self._news.wait()
            self._news.clear()

    async def reconcile(self) -> None:
        """Raise what nobody has told of, and end what is over or no longer in the plan."""
        standings = await self._services.standings()

        def due(tx: Tx) -> list[tuple[str, Standing | None]]:
            found: list[tuple[str, Standing | None]] = []
            for name in self._current.plan[SERVICES]:
                standing = standings.get(name)
                if standing is not None and standing.state in ("down", "degraded"):
                    last = rows.last_of(tx, service_fingerprint(name))
                    if last is None or last.raised_at < standing.since:
                        found.append((name, standing))
            for alert in rows.open_alerts(tx, source="service"):
                name = alert.service or ""
                standing = standings.get(name)
                if name not in self._current.plan[SERVICES]:
                    found.append((name, None))
                elif standing is not None and standing.state == "up" and alert.raised_at < standing.since:
                    found.append((name, standing))
            return found

        if found := await self._store.read(due):
            await self._store.write(lambda tx: self._judge_all(tx, found))

    async def settle_held(self) -> None:
        """Look again at what kept alerts from being told: the plan may no longer say so."""
        held = await self._store.read(lambda tx: rows.held_by_plan(tx, AT_ONCE))
        for start in range(0, len(held), SOME):
            await self._store.write(partial(self._settle_some, held[start : start + SOME]))

    def _settle_some(self, ids: list[str], tx: Tx) -> None:
        self._life.settle_these(tx, rows.still(tx, ids))

    def _judge_all(self, tx: Tx, found: list[tuple[str, Standing | None]]) -> None:
        for name, standing in found:
            self._judge(tx, name, standing)

    def _judge(self, tx: Tx, name: str, standing: Standing | None) -> None:
        if standing is None:
            self._end(tx, service_fingerprint(name), msg("the service is no longer in the plan"))
        elif standing.state == "up":
            self._alerts.clear(tx, service_fingerprint(name), standing.because)
        elif (raised := raised_by_service(self._current.plan, name, standing)) is not None:
            self._alerts.raise_alert(tx, raised)

    def _end(self, tx: Tx, fingerprint: str, why: Any) -> None:
        if (alert := rows.holding(tx, fingerprint)) is not None:
            self._life.resolve(tx, alert, pack(why))

    def _hear_of_plan(self, before: Plan, now: Plan) -> None:
        self._news.set()
