"""What the API says of alerts and silences, and what it takes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from bosco.alerts.model import Alert
from bosco.alerts.silences import Silence
from bosco.kit.packed import unpack
from bosco.kit.words import Language, say
from bosco.notices.model import Ahead


class HoldOut(msgspec.Struct, kw_only=True):
    """Why nobody is told of an alert for now, and until when if it ends by the clock."""

    by: str
    why: str
    until: datetime | None


class NextOut(msgspec.Struct, kw_only=True):
    """What happens next unless somebody does something."""

    at: datetime | None
    says: str


class AlertOut(msgspec.Struct, kw_only=True):
    """An alert as it stands."""

    id: str
    fingerprint: str
    state: str
    title: str
    priority: str
    level: str
    service: str | None
    source: str
    labels: Mapping[str, str]
    seen: str | None
    against: str | None
    why: str | None
    since: datetime
    raised_at: datetime
    changed_at: datetime
    link: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    acknowledged_until: datetime | None
    muted: HoldOut | None
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_why: str | None
    next: NextOut | None
    # The record that goes on with it.
    record: str | None


class AlertsOut(msgspec.Struct, kw_only=True):
    """One page; `next` is the `before` of the page that follows."""

    alerts: list[AlertOut]
    next: str | None


class AcknowledgeIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Until when somebody has it; as long as the plan says, if left out."""

    until: datetime | None = None


class GiveBackIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is given back."""

    reason: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class CloseIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is closed."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


Covers = Annotated[dict[str, Annotated[str, msgspec.Meta(max_length=300)]], msgspec.Meta(min_length=1, max_length=20)]


class CoversIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What would be silenced: words that must all be equal, such as `service` or `label.host`."""

    covers: Covers


class SilenceIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A silence: what it covers, until when (`until`, or `lasts` such as `2h`), and why."""

    covers: Covers
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    until: datetime | None = None
    lasts: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class SilenceChangeIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Another end of a silence, or another reason."""

    until: datetime | None = None
    lasts: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None


class SilenceOut(msgspec.Struct, kw_only=True):
    """A silence; `over` says that it holds no more."""

    id: str
    author: str
    reason: str
    covers: Mapping[str, str]
    made_at: datetime
    ends_at: datetime
    over: bool
    ended_at: datetime | None
    ended_by: str | None


class SilencesOut(msgspec.Struct, kw_only=True):
    """One page; `next` is the `before` of the page that follows."""

    silences: list[SilenceOut]
    next: str | None


class CoveredOut(msgspec.Struct, kw_only=True):
    """What a silence would cover of what holds now: how many, and the first of them."""

    count: int
    alerts: list[AlertOut]


def alert_out(one: Alert, spoken: Language, ahead: Ahead | None = None) -> AlertOut:
    """Return an alert as the API says it."""
    hold, step = one.hold, ahead.next if ahead else None
    speaker = ahead.speaker if ahead else None
    return AlertOut(
        id=one.id,
        fingerprint=one.fingerprint,
        state=one.state,
        title=_said(one.title, spoken) or "",
        priority=one.priority,
        level=one.level,
        service=one.service,
        source=one.source,
        labels=one.labels,
        seen=_said(one.seen, spoken),
        against=_said(one.against, spoken),
        why=_said(one.why, spoken),
        since=one.since,
        raised_at=one.raised_at,
        changed_at=one.changed_at,
        link=one.link,
        acknowledged_by=one.acknowledged_by,
        acknowledged_at=one.acknowledged_at if one.acknowledged_by else None,
        acknowledged_until=one.acknowledged_until,
        muted=HoldOut(by=hold.kind, why=_said(hold.why, spoken) or "", until=hold.until) if hold else None,
        resolved_at=one.resolved_at,
        resolved_by=one.resolved_by,
        resolved_why=_said(one.resolved_why, spoken),
        next=NextOut(at=step.at, says=_said(step.says, spoken) or "") if step else None,
        record=speaker.number if speaker else None,
    )


def silence_out(one: Silence, now: datetime) -> SilenceOut:
    """Return a silence as the API says it."""
    return SilenceOut(
        id=one.id,
        author=one.author,
        reason=one.reason,
        covers=one.covers,
        made_at=one.made_at,
        ends_at=one.ends_at,
        over=one.is_over(now),
        ended_at=one.ended_at,
        ended_by=one.ended_by,
    )


def _said(packed: Any, spoken: Language) -> str | None:
    return None if packed is None else str(say(unpack(packed), spoken))
