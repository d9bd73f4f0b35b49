"""The engine that tells when an error budget burns too fast, where no single look is bad for long enough to tell."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from bosco.alerts import rows
from bosco.alerts.model import Alert, Raised
from bosco.kit.clock import Clock
from bosco.kit.marks import engine
from bosco.kit.packed import pack
from bosco.kit.units import say_duration
from bosco.kit.words import Message, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.probes.burning import burns_of, looking_at
from bosco.probes.kind import Reading
from bosco.probes.results import ProbeResults
from bosco.services.burn import PAIRS, Burn
from bosco.services.section import SERVICES, service_name
from bosco.services.service import Services
from bosco.store.store import Store
from bosco.store.tx import Tx

SOURCE = "budget"
EVERY = timedelta(minutes=1)
# While nothing new goes wrong, what burns is looked at this often.
CALMLY = timedelta(minutes=10)
# Nothing that went wrong longer ago is in a short window.
MEMORY = max(pair.short for pair in PAIRS)
MINUTE = timedelta(minutes=1)


class Raises(Protocol):
    """What it needs of the alerts."""

    def raise_alert(self, tx: Tx, raised: Raised) -> str:
        """Say that something is wrong."""

    def clear(self, tx: Tx, fingerprint: str, why: Any) -> str | None:
        """Say that it is over."""


class BudgetJudge:
    """Looks at what burns, each minute while something goes wrong."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        current: CurrentPlan,
        services: Services,
        results: ProbeResults,
        alerts: Raises,
    ) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._services = services
        self._results = results
        self._alerts = alerts
        self._judged: dict[str, datetime] = {}
        self._bad: dict[str, datetime] = {}
        results.on_look(self._hear)

    @engine("budgets", at_the_helm=True)
    async def run(self) -> None:
        """Judge, until cancelled."""
        while True:
            await self._clock.sleep(EVERY)
            await self.tick()

    def _hear(self, probe: str, at: datetime, reading: Reading) -> None:
        if reading.outcome in ("down", "degraded"):
            self._bad[probe] = at

    async def tick(self) -> None:
        """Judge once what may burn."""
        plan, now = self._current.plan, self._clock.read()
        held = await self._store.read(lambda tx: rows.open_alerts(tx, source=SOURCE))
        open_now = {alert.service or "": alert for alert in held}
        for name in [*plan[SERVICES], *(gone for gone in open_now if gone not in plan[SERVICES])]:
            if self._is_due(plan, name, now, open_now):
                self._judged[name] = now
                await self._judge(plan, name, now, open_now.get(name))

    def _is_due(self, plan: Plan, name: str, now: datetime, held: Mapping[str, Alert]) -> bool:
        declared = plan[SERVICES].get(name)
        if declared is None or declared.sla is None:
            return name in held
        wrong = self._last_bad(plan, name)
        if name not in held and (wrong is None or now - wrong > MEMORY):
            return False
        fresh = wrong is not None and now - wrong <= CALMLY
        judged = self._judged.get(name)
        return judged is None or now - judged >= (EVERY if fresh else CALMLY)

    def _last_bad(self, plan: Plan, name: str) -> datetime | None:
        return max((self._bad[probe] for probe in looking_at(plan, name) if probe in self._bad), default=None)

    async def _judge(self, plan: Plan, name: str, now: datetime, held: Alert | None) -> None:
        before = frozenset(held.labels.get("windows", "").split()) if held else frozenset[str]()
        declared = plan[SERVICES].get(name)
        told = (
            [] if declared is None else await burns_of(plan, name, now, self._services, self._results, burning=before)
        )
        wrong, down_until = self._last_bad(plan, name), await self._last_down(name, now)
        fresh = wrong is not None and now - wrong <= CALMLY
        burning = [
            one
            for one in told
            if one.burning and (one.pair.name in before or (fresh and _is_news(one, down_until, now)))
        ]
        names = frozenset(one.pair.name for one in burning)
        if burning and names != before:
            raised = raised_by_budget(plan, name, burning)
            await self._store.write(lambda tx: self._alerts.raise_alert(tx, raised))
        elif not burning and held is not None:
            why = msg("the error budget no longer burns too fast")
            await self._store.write(lambda tx: self._alerts.clear(tx, held.fingerprint, why))

    async def _last_down(self, name: str, now: datetime) -> datetime | None:
        """Return until when a service was down last, as far as it matters; now for one that still is."""
        found = await self._services.intervals([name], now - MEMORY, now)
        return max((one.end or now for one in found if one.state == "down"), default=None)


def _is_news(one: Burn, down_until: datetime | None, now: datetime) -> bool:
    """Say whether it is worth a word of its own: being down was told, and burns the windows of minutes by itself."""
    if down_until is None:
        return True
    if one.pair is PAIRS[-1]:
        return down_until < now
    return now - down_until > one.pair.short + MINUTE


def raised_by_budget(plan: Plan, name: str, burning: list[Burn]) -> Raised:
    """Return what a budget that burns is worth telling: the most urgent windows give the level."""
    worst = burning[0]
    return Raised(
        fingerprint=f"budget:{name}",
        source=SOURCE,
        title=pack(msg("the error budget of {service} burns", service=service_name(plan, name))),
        level="warning" if worst.pair is PAIRS[-1] else "critical",
        service=name,
        labels={"windows": " ".join(one.pair.name for one in burning)},
        why=pack(_why(worst)),
    )


def _why(one: Burn) -> Message:
    if one.left_for is None:
        return one.because
    minutes = one.left_for // MINUTE * MINUTE
    return msg(
        "{because}; nothing of it is left in {span}", because=one.because, span=say_duration(max(minutes, MINUTE))
    )
