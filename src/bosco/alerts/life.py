"""What happens to one alert, step by step; every step is written, told and published in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bosco.alerts import rows, silences
from bosco.alerts.flapping import CALM_AFTER, SPAN, flap_of
from bosco.alerts.model import (
    Alert,
    AlertAcknowledged,
    AlertChanged,
    AlertFired,
    AlertResolved,
    AlertTurned,
    Hold,
    Raised,
)
from bosco.alerts.mute import hold_of, needed_by
from bosco.alerts.section import level_priority, rank_of
from bosco.alerts.silences import Silence
from bosco.alerts.storm import FINGERPRINT as STORM
from bosco.alerts.storm import WITHIN, most_of, raised_by_storm, storm_hold
from bosco.alerts.tell import fact_of, matter_of, write_turn
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.words import msg
from bosco.notices.audience import name_of
from bosco.notices.section import PRIORITIES
from bosco.notices.service import Notices
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan
from bosco.store import timers
from bosco.store.tx import Tx

# Both are named by the alert's id.
LOOK_AGAIN = "alerts.look-again"
CALM = "alerts.calm"


@dataclass(frozen=True)
class _Around:
    """What may keep alerts from being told: services that are down, silences."""

    down: Mapping[str, Alert]
    silences: Sequence[Silence]


@service
class Life:
    """The life of an alert, from its first word to its last."""

    def __init__(self, notices: Notices, current: CurrentPlan) -> None:
        self._notices = notices
        self._current = current

    @property
    def plan(self) -> Plan:
        """Return the plan in force."""
        return self._current.plan

    def fire(self, tx: Tx, raised: Raised, priority: str) -> Alert:
        """Begin an alert: it is written, and people are told unless something keeps it from being told."""
        alert = _new(tx, raised, priority)
        rows.insert(tx, _row(alert))
        hold = self._cause_to_hold(tx, alert) or self._flapping(tx, alert) or self._storm(tx, alert)
        alert = replace(alert, hold=hold)
        self._tell(tx, alert, "alert.fired", AlertFired, alert.why)
        self._notices.open(tx, matter_of(alert), alert.why)
        if hold is None:
            rows.see(tx, alert.id, told_at=tx.at)
        else:
            write_turn(tx, alert, "alert.held", hold.why, self.plan[LANGUAGE])
            self._hold(tx, alert, hold)
        self._touch_others(tx, alert)
        return alert

    def again(self, tx: Tx, alert: Alert, raised: Raised, priority: str) -> Alert:
        """Hear once more of an alert that holds: it may be worse or better, or the same."""
        if alert.calm_at is not None:
            timers.cancel(tx, CALM, alert.id)
        values: dict[str, Any] = {
            "title": raised.title,
            "priority": priority,
            "level": raised.level,
            "service": raised.service,
            "labels": dict(raised.labels),
            "seen": raised.seen,
            "against": raised.against,
            "why": raised.why,
            "details": tuple(tuple(one) for one in raised.details),
            "calm_at": None,
        }
        changed = {name: value for name, value in values.items() if getattr(alert, name) != value}
        if not changed:
            return alert
        now = replace(alert, **changed)
        if not {"priority", "level", "title", "service"} & changed.keys():
            rows.see(tx, alert.id, **changed)
            return now
        rows.change(tx, alert.id, **changed)
        self._tell(tx, now, "alert.changed", AlertChanged, now.why, before=alert.priority)
        self._notices.change(tx, matter_of(now), now.why, tell=alert.priority != priority)
        self.settle(tx, now)
        self._touch_others(tx, now)
        return now

    def calm(self, tx: Tx, alert: Alert, why: Any) -> None:
        """End an alert that is well again; one that flaps first has to stay well for a while."""
        turns = rows.turns_of(tx, alert.fingerprint, tx.at - SPAN)
        if flap_of([*turns, tx.at], tx.at).flaps:
            if alert.calm_at is None:
                rows.see(tx, alert.id, calm_at=tx.at + CALM_AFTER)
                timers.set(tx, CALM, alert.id, tx.at + CALM_AFTER, {"why": why})
            return
        self.resolve(tx, alert, why)

    def resolve(self, tx: Tx, alert: Alert, why: Any, *, by: str = "bosco") -> None:
        """End an alert."""
        rows.change(tx, alert.id, resolved_at=tx.at, resolved_why=why, resolved_by=by, calm_at=None)
        timers.cancel(tx, CALM, alert.id)
        timers.cancel(tx, LOOK_AGAIN, alert.id)
        self._tell(tx, alert, "alert.resolved", AlertResolved, why, actor=by)
        self._notices.close(tx, alert.subject, why, actor=by)
        if alert.hold is not None and alert.hold.kind == "storm":
            self._count_storm(tx)
        self._touch_others(tx, alert)

    def give(self, tx: Tx, alert: Alert, by: str, until: Any) -> None:
        """Write who has an alert."""
        rows.change(tx, alert.id, acknowledged_by=by, acknowledged_at=tx.at, acknowledged_until=until)
        end = until.isoformat() if until else None
        who = pack(name_of(self.plan, by))
        self._tell(
            tx, alert, "alert.acknowledged", AlertAcknowledged, None, actor=by, fact={"by": by}, by=who, until=end
        )

    def take_back(self, tx: Tx, alert: Alert, by: str, why: Any) -> None:
        """Write that nobody has an alert any more."""
        rows.change(tx, alert.id, acknowledged_by=None, acknowledged_at=tx.at, acknowledged_until=None)
        self._tell(tx, alert, "alert.given-back", AlertChanged, why, actor=by)

    def settle(self, tx: Tx, alert: Alert, around: "_Around | None" = None) -> None:
        """Hold or release an alert as things stand now."""
        hold = self._cause_to_hold(tx, alert, around) or self._kept(tx, alert)
        if hold == alert.hold:
            return
        if hold is not None:
            if alert.hold is None or (hold.kind, hold.why) != (alert.hold.kind, alert.hold.why):
                self._tell(tx, replace(alert, hold=hold), "alert.held", AlertChanged, hold.why)
            self._hold(tx, alert, hold)
            return
        rows.change(tx, alert.id, held_by=None, held_why=None, held_until=None, told_at=tx.at)
        timers.cancel(tx, LOOK_AGAIN, alert.id)
        why = pack(_WHY_RELEASED)
        self._tell(tx, replace(alert, hold=None), "alert.released", AlertChanged, why)
        self._notices.release(tx, alert.subject, why)
        if alert.hold is not None and alert.hold.kind == "storm":
            self._count_storm(tx)

    def settle_these(self, tx: Tx, alerts: Sequence[Alert]) -> None:
        """Hold or release some alerts as things stand now."""
        around = self._around(tx) if alerts else None
        for alert in alerts:
            self.settle(tx, alert, around)

    def _hold(self, tx: Tx, alert: Alert, hold: Hold) -> None:
        rows.change(tx, alert.id, held_by=hold.kind, held_why=hold.why, held_until=hold.until)
        self._notices.hold(tx, alert.subject, hold.why)
        # The end of a silence has its own timer, for all that it covers.
        if hold.until is None or hold.kind == "silence":
            timers.cancel(tx, LOOK_AGAIN, alert.id)
        else:
            timers.set(tx, LOOK_AGAIN, alert.id, hold.until)
        if hold.kind == "storm":
            self._count_storm(tx)

    def _around(self, tx: Tx) -> "_Around":
        """Return what may keep alerts from being told."""
        services = rows.open_alerts(tx, source="service")
        down = {one.service: one for one in services if one.service is not None and one.level == "critical"}
        return _Around(down, silences.in_force(tx))

    def _cause_to_hold(self, tx: Tx, alert: Alert, around: "_Around | None" = None) -> Hold | None:
        found = around or self._around(tx)
        return hold_of(self.plan, alert, tx.at, down=found.down, silences=found.silences)

    def _flapping(self, tx: Tx, alert: Alert) -> Hold | None:
        if rank_of(self.plan, alert.priority) == 0 or alert.source == "bosco":
            return None
        flap = flap_of(rows.turns_of(tx, alert.fingerprint, tx.at - SPAN), tx.at)
        if not flap.flaps:
            return None
        why = msg("{count} changes within {span}; told once it has lasted {wait}", **_said(flap.changes))
        return Hold("flapping", pack(why), tx.at + CALM_AFTER)

    def _storm(self, tx: Tx, alert: Alert) -> Hold | None:
        if alert.source == "bosco":
            return None
        told = self._told(tx, alert)
        return storm_hold(self.plan, alert, told) if told >= most_of(self.plan, alert.priority) else None

    def _told(self, tx: Tx, alert: Alert) -> int:
        known = [*self.plan[PRIORITIES]]
        first = known[0] if known else alert.priority
        urgent = rank_of(self.plan, alert.priority) == 0
        return rows.told_since(tx, tx.at - WITHIN, first, others=not urgent)

    def _kept(self, tx: Tx, alert: Alert) -> Hold | None:
        """Return the hold that an alert has of its own, as long as that lasts."""
        hold = alert.hold
        if hold is None or hold.kind not in ("flapping", "storm") or hold.until is None:
            return None
        if hold.kind == "flapping":
            return hold if tx.at < hold.until and rank_of(self.plan, alert.priority) > 0 else None
        if tx.at < hold.until and rank_of(self.plan, alert.priority) > 0:
            return hold
        full = self._told(tx, alert) >= most_of(self.plan, alert.priority)
        return replace(hold, until=tx.at + timedelta(minutes=1)) if full else None

    def _count_storm(self, tx: Tx) -> None:
        """Say how many alerts wait, or that none does any more."""
        held = rows.count_held(tx, "storm")
        known = rows.holding(tx, STORM)
        raised = raised_by_storm(held)
        if held and known is None:
            self.fire(tx, raised, level_priority(self.plan, "critical"))
        elif held and known is not None:
            self.again(tx, known, raised, known.priority)
        elif known is not None:
            self.resolve(tx, known, pack(msg("everything that waited has been told or is over")))

    def _touch_others(self, tx: Tx, alert: Alert) -> None:
        """Look again at the alerts of what needs this service: their cause may have begun or ended."""
        if alert.source != "service" or alert.service is None:
            return
        needing = needed_by(self.plan, alert.service)
        if others := rows.open_alerts(tx, services=needing) if needing else []:
            around = self._around(tx)
            for other in others:
                self.settle(tx, other, around)

    def _tell(  # noqa: PLR0913 - a turn has its word, its fact, its reason and its actor
        self,
        tx: Tx,
        alert: Alert,
        what: str,
        kind: type[AlertTurned],
        because: Any,
        *,
        actor: str = "bosco",
        fact: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        write_turn(tx, alert, what, because, self.plan[LANGUAGE], actor=actor, **more)
        tx.publish(fact_of(kind, tx, alert, because, **(fact or {})))


_WHY_RELEASED = msg("what kept it from being told is over")


def _said(changes: int) -> dict[str, Any]:
    return {"count": changes, "span": SPAN, "wait": CALM_AFTER}


def _new(tx: Tx, raised: Raised, priority: str) -> Alert:
    return Alert(
        id=tx.new_id(),
        fingerprint=raised.fingerprint,
        source=raised.source,
        title=raised.title,
        priority=priority,
        level=raised.level,
        service=raised.service,
        labels=dict(raised.labels),
        seen=raised.seen,
        against=raised.against,
        why=raised.why,
        since=min(raised.since or tx.at, tx.at),
        raised_at=tx.at,
        changed_at=tx.at,
        link=raised.link,
        details=tuple((one[0], one[1]) for one in raised.details),
    )


def _row(alert: Alert) -> dict[str, Any]:
    names = ("id", "fingerprint", "source", "title", "priority", "level", "service", "labels", "seen", "against", "why")
    more = ("since", "raised_at", "changed_at", "link", "details")
    return {name: getattr(alert, name) for name in (*names, *more)}
