"""What is wrong now, the most urgent first: incidents that are open, and alerts that no incident speaks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bosco.alerts.model import Alert
from bosco.alerts.shown import shown
from bosco.incidents.ahead import next_of
from bosco.incidents.store import Case
from bosco.kit.plural import plural
from bosco.kit.words import msg
from bosco.notices.audience import name_of
from bosco.notices.model import Ahead
from bosco.notices.section import PRIORITIES
from bosco.notices.urgency import Urgency, urgency_of
from bosco.overview.now import Now
from bosco.plan.load import Plan
from bosco.records.matters import key_of
from bosco.records.record import Record
from bosco.services.section import service_name

# More than these nobody takes in at one glance.
MOST = 6


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong: what, since when, who is on it, what comes next."""

    title: Any
    href: str
    tone: str
    urgency: Urgency
    since: datetime
    owner: Any
    next_says: Any
    next_at: datetime | None
    where: Any
    recovered: bool = False


@dataclass(frozen=True)
class Wrong:
    """Everything that is wrong, and one sentence about it."""

    shown: tuple[Trouble, ...]
    more: int
    incidents: int
    alerts: int
    muted: int
    tone: str
    says: Any


def wrong_now(  # noqa: PLR0913, PLR0917 - everything that may be wrong, and what is known of each
    plan: Plan,
    now: Now,
    incidents: Sequence[tuple[Case, Record]],
    alerts: Sequence[Alert],
    counts: Mapping[str, int],
    ahead: Mapping[str, Ahead],
    at: datetime,
) -> Wrong:
    """Return what is wrong."""
    found = [_of_incident(plan, case, record, ahead.get(key_of(record), Ahead()), at) for case, record in incidents]
    spoken_for = {one.subject for one in alerts if (ahead.get(one.subject) or Ahead()).speaker is not None}
    found += [
        _of_alert(plan, one, ahead.get(one.subject, Ahead()))
        for one in alerts
        if one.hold is None and one.subject not in spoken_for
    ]
    rank = {code: place for place, code in enumerate([*plan[PRIORITIES]])}
    found.sort(key=lambda one: (one.recovered, rank.get(one.urgency.code, len(rank)), one.since))
    held, muted = counts.get("firing", 0), counts.get("held", 0)
    tone, says = _summary(now, found, held - muted)
    more = max(0, len(found) - MOST)
    return Wrong(tuple(found[:MOST]), more, len(incidents), held, muted, tone, says)


def _summary(now: Now, found: Sequence[Trouble], alerts: int) -> tuple[str, Any]:
    if now.tone in ("critical", "degraded"):
        return now.tone, now.says
    acute = [one for one in found if not one.recovered]
    if acute:
        tone = "critical" if any(one.tone == "critical" for one in acute) else "degraded"
        if len(acute) == 1:
            return tone, acute[0].title
        return tone, plural(len(acute), "{n} thing is wrong", "{n} things are wrong")
    if found:
        return "degraded", plural(len(found), "{n} incident is not closed yet", "{n} incidents are not closed yet")
    if alerts:
        return "degraded", plural(alerts, "{n} alert holds", "{n} alerts hold")
    return now.tone, now.says


def _of_incident(plan: Plan, case: Case, record: Record, ahead: Ahead, at: datetime) -> Trouble:
    urgency = urgency_of(plan, record.priority)
    assert urgency is not None
    recovered = case.recovered is not None
    owner = record.acknowledged_by or ahead.owner
    next_says, next_at = next_of(plan, record, ahead, at)
    return Trouble(
        title=msg("{number}: {title}", number=record.number, title=record.title),
        href=f"/incidents/{record.number}",
        tone="degraded" if recovered else "critical",
        urgency=Urgency(urgency.code, urgency.color, urgency.blink and not recovered, urgency.name),
        since=case.began,
        owner=name_of(plan, owner) if owner else None,
        next_says=next_says,
        next_at=next_at,
        where=service_name(plan, record.service) if record.service else None,
        recovered=recovered,
    )


def _of_alert(plan: Plan, one: Alert, ahead: Ahead) -> Trouble:
    told = shown(plan, one, ahead)
    return Trouble(
        title=told.title,
        href=one.path,
        tone=told.tone,
        urgency=told.urgency,
        since=one.since,
        owner=told.owner,
        next_says=told.next_says,
        next_at=told.next_at,
        where=told.why,
    )
