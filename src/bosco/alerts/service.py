"""The verbs of alerts: raise, clear, acknowledge, give back, close."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from bosco.alerts import rows
from bosco.alerts.budgets import BudgetJudge
from bosco.alerts.life import CALM, LOOK_AGAIN, Life
from bosco.alerts.model import Alert, Raised
from bosco.alerts.rows import Asked
from bosco.alerts.rule_alerts import RuleJudge
from bosco.alerts.rule_past import Look, Past, past_of
from bosco.alerts.section import level_called, level_priority, rank_of
from bosco.alerts.service_ears import ServiceEars
from bosco.alerts.silence_verbs import SilenceVerbs
from bosco.kit.clock import Clock
from bosco.kit.marks import Gauge, gauges, hears, on_timer, service
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.notices.model import MatterAcknowledged, MatterUnacknowledged
from bosco.notices.service import Notices
from bosco.plan.current import CurrentPlan
from bosco.probes.results import ProbeResults
from bosco.services.service import Services
from bosco.signals.samples import Samples
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

LONGEST_FINGERPRINT = 300
LONGEST_REASON = 2000
_KEY = "alert:"


@service
class Alerts:
    """What was found wrong, and how it stands."""

    def __init__(self, store: Store, notices: Notices, current: CurrentPlan, life: Life) -> None:
        self._store = store
        self._notices = notices
        self._current = current
        self._life = life

    def raise_alert(self, tx: Tx, raised: Raised) -> str:
        """Say that something is wrong, and return the alert's id: the same while it holds, however often it is said."""
        raised = replace(raised, fingerprint=short(raised.fingerprint))
        priority = raised.priority or level_priority(self._current.plan, level_called(raised.level))
        was = rows.holding(tx, raised.fingerprint)
        if was is None:
            return self._life.fire(tx, raised, priority).id
        return self._life.again(tx, was, raised, priority).id

    def clear(self, tx: Tx, fingerprint: str, why: Any) -> str | None:
        """Say that it is over, and return the id of the alert that held, if one did."""
        was = rows.holding(tx, short(fingerprint))
        if was is None:
            return None
        self._life.calm(tx, was, pack(why))
        return was.id

    async def acknowledge(self, alert_id: str, by: str, until: datetime | None = None, *, via: str = "page") -> Alert:
        """Let somebody have an alert; escalation stops until `until`."""

        def write(tx: Tx) -> Alert:
            alert = self._open(tx, alert_id)
            if until is not None and until <= tx.at:
                raise Refusal(Code.INVALID, msg("An acknowledgement ends in the future."), where="until")
            if (alert.acknowledged_by, alert.acknowledged_until) != (by, until):
                self._notices.acknowledge(tx, alert.subject, by, until=until, via=via)
                self._life.give(tx, alert, by, until)
            return rows.find(tx, alert_id) or alert

        return await self._store.write(write)

    async def follow_case(self, alert_id: str, case: Callable[[Tx], str | None], at: datetime) -> None:
        """Let whoever took its case at `at` have an alert too, unless it has changed hands since or nobody has it."""

        def write(tx: Tx) -> None:
            alert, by = rows.find(tx, alert_id), case(tx)
            if by is None or alert is None or alert.resolved_at is not None or alert.acknowledged_by is not None:
                return
            # Given back since: who took the case before that has no word in it any more.
            if alert.acknowledged_at is not None and at <= alert.acknowledged_at:
                return
            self._notices.acknowledge(tx, alert.subject, by, via="record")
            self._life.give(tx, alert, by, None)

        await self._store.write(write)

    async def unacknowledge(self, alert_id: str, by: str, why: Any = None) -> Alert:
        """Give an alert back; escalation goes on from here."""
        why = pack(why or msg("given back"))

        def write(tx: Tx) -> Alert:
            alert = self._open(tx, alert_id)
            if alert.acknowledged_by is not None:
                self._notices.unacknowledge(tx, alert.subject, by, why)
                self._life.take_back(tx, alert, by, why)
            return rows.find(tx, alert_id) or alert

        return await self._store.write(write)

    async def close(self, alert_id: str, by: str, reason: str) -> Alert:
        """End an alert by hand; it comes back when it is found anew, not while the same trouble goes on."""
        reason = " ".join(reason.split())[:LONGEST_REASON]
        if not reason:
            raise Refusal(Code.INVALID, msg("Closing an alert needs a reason."), where="reason")

        def write(tx: Tx) -> Alert:
            alert = self._open(tx, alert_id)
            self._life.resolve(tx, alert, reason, by=by)
            return rows.find(tx, alert_id) or alert

        return await self._store.write(write)

    def holder(self, tx: Tx, alert_id: str) -> str | None:
        """Return who has an alert at the moment, within a transaction."""
        alert = rows.find(tx, alert_id)
        return alert.acknowledged_by if alert is not None else None

    async def get(self, alert_id: str) -> Alert:
        """Return an alert, or refuse if there is none of that id."""
        found = await self._store.read(lambda tx: rows.find(tx, alert_id))
        if found is None:
            raise not_found(msg("There is no alert {id}.", id=alert_id[:40]))
        return found

    async def page(self, asked: Asked) -> list[Alert]:
        """Return one page of alerts, and one more if there are others after it."""
        return await self._store.read(lambda tx: rows.page(tx, asked))

    async def counts(self, asked: Asked) -> dict[str, int]:
        """Return how many alerts hold, are muted, and are in nobody's hands."""
        return await self._store.read(lambda tx: rows.counts(tx, asked))

    async def current(self, limit: int = 200) -> list[Alert]:
        """Return the alerts that hold, those of the highest priority first, then the oldest."""
        found = await self._store.read(rows.open_alerts)
        return sorted(found, key=lambda one: (rank_of(self._current.plan, one.priority), one.since))[:limit]

    async def earlier(self, alert: Alert) -> list[Alert]:
        """Return the alerts of the same trouble before this one."""
        return await self._store.read(lambda tx: rows.earlier(tx, alert))

    async def of_measure(self, measure: str) -> list[Alert]:
        """Return the alerts that rules raised of a measure's series, the latest first."""
        return await self._store.read(lambda tx: rows.of_measure(tx, measure))

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell how many alerts hold, by priority."""
        counts = await self._store.read(rows.count_open)
        return [Gauge("bosco_alerts", "Alerts that hold.", n, (("priority", name),)) for name, n in counts.items()]

    @hears(MatterAcknowledged)
    @hears(MatterUnacknowledged)
    async def hear_of_owner(self, fact: MatterAcknowledged | MatterUnacknowledged) -> None:
        """Write who has an alert when they said so elsewhere: by a link, in Slack, when their time ran out."""
        if not fact.key.startswith(_KEY):
            return

        def write(tx: Tx) -> None:
            alert = rows.find(tx, fact.key.removeprefix(_KEY))
            if alert is None or alert.resolved_at is not None or not self._notices.still_so(tx, fact):
                return
            if isinstance(fact, MatterAcknowledged):
                # What this room itself said, or has heard already, is no news.
                if alert.acknowledged_by != fact.by:
                    self._life.give(tx, alert, fact.by, fact.until)
            elif alert.acknowledged_by is not None:
                self._life.take_back(tx, alert, fact.by, fact.because)

        await self._store.write(write)

    @on_timer(LOOK_AGAIN)
    async def look_again(self, timer: Timer) -> None:
        """Look whether what held an alert back still does."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            alert = rows.find(tx, timer.key)
            if alert is not None and alert.resolved_at is None:
                self._life.settle(tx, alert)

        await self._store.write(write)

    @on_timer(CALM)
    async def end_flapping(self, timer: Timer) -> None:
        """End an alert that flapped and has stayed well."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            alert = rows.find(tx, timer.key)
            if alert is not None and alert.resolved_at is None and alert.calm_at is not None:
                self._life.resolve(tx, alert, timer.body.get("why"))

        await self._store.write(write)

    def _open(self, tx: Tx, alert_id: str) -> Alert:
        alert = rows.find(tx, alert_id)
        if alert is None:
            raise not_found(msg("There is no alert {id}.", id=alert_id[:40]))
        if alert.resolved_at is not None:
            raise Refusal(Code.CONFLICT, msg("This alert is over already."))
        return alert


@service
class Silences(SilenceVerbs):
    """Who wants not to be told of what, and until when."""

    def __init__(self, store: Store, life: Life) -> None:
        super().__init__(store, life)


@service
class AlertsOfServices(ServiceEars):
    """What is heard from services and probes."""

    def __init__(self, store: Store, alerts: Alerts, services: Services, current: CurrentPlan, life: Life) -> None:
        super().__init__(store, alerts, services, current, life)


@service
class Rules(RuleJudge):
    """The plan's rules, judged as long as Bosco runs."""

    def __init__(self, store: Store, clock: Clock, current: CurrentPlan, samples: Samples, alerts: Alerts) -> None:
        super().__init__(store, clock, current, samples, alerts)
        self._samples = samples

    async def past(self, look: Look) -> Past:
        """Return what a rule would have told in the last thirty days."""
        return await past_of(self._samples, self._clock, self._current.plan, self.judge, look)


@service
class Budgets(BudgetJudge):
    """Error budgets that burn, judged as long as Bosco runs."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        current: CurrentPlan,
        services: Services,
        results: ProbeResults,
        alerts: Alerts,
    ) -> None:
        super().__init__(store, clock, current, services, results, alerts)


def short(fingerprint: str) -> str:
    """Return a fingerprint that fits; a long one is told by its digest."""
    if not fingerprint:
        raise Refusal(Code.INVALID, msg("An alert needs a fingerprint."), where="fingerprint")
    if len(fingerprint) <= LONGEST_FINGERPRINT:
        return fingerprint
    return f"{fingerprint[:200]}#{sha256(fingerprint.encode(errors='replace')).hexdigest()}"
