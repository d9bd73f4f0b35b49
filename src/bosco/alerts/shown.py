"""How an alert is shown: what is wrong, what was seen, whose it is, what keeps it quiet, what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bosco.alerts.model import HOLDS, Alert
from bosco.kit.packed import unpack
from bosco.kit.words import Message
from bosco.notices.audience import name_of
from bosco.notices.model import Ahead
from bosco.notices.urgency import Urgency, urgency_of
from bosco.plan.load import Plan
from bosco.services.section import service_name


@dataclass(frozen=True)
class Held:
    """Why nobody is told for now, and until when if it ends by the clock."""

    label: Message
    why: Any
    until: datetime | None


@dataclass(frozen=True)
class Shown:
    """An alert for a reader; sentences are ready to be said."""

    one: Alert
    title: Any
    why: Any
    seen: Any
    against: Any
    urgency: Urgency
    service: Any
    owner: Any
    held: Held | None
    next_at: datetime | None
    next_says: Any
    # Why it ended.
    ended: Any
    # The record that speaks for it now: its number and its page.
    record: tuple[str, str] | None

    @property
    def tone(self) -> str:
        """Return the tone of how it stands."""
        if self.one.state == "resolved":
            return "ok"
        if self.held:
            return "muted"
        return {"critical": "critical", "warning": "degraded"}.get(self.one.level, "info")


def shown(plan: Plan, one: Alert, ahead: Ahead | None = None) -> Shown:
    """Return how an alert is shown."""
    urgency = urgency_of(plan, one.priority, down=one.level == "critical")
    assert urgency is not None
    quiet = one.state == "resolved" or one.hold is not None
    step, speaker = (ahead.next, ahead.speaker) if ahead else (None, None)
    owner = one.acknowledged_by or (ahead.owner if ahead else None)
    return Shown(
        one=one,
        title=unpack(one.title),
        why=unpack(one.why),
        seen=unpack(one.seen),
        against=unpack(one.against),
        urgency=Urgency(urgency.code, urgency.color, urgency.blink and not quiet, urgency.name),
        service=service_name(plan, one.service) if one.service else None,
        owner=name_of(plan, owner) if owner else None,
        held=Held(HOLDS[one.hold.kind], unpack(one.hold.why), one.hold.until) if one.hold else None,
        next_at=step.at if step else None,
        next_says=unpack(step.says) if step else None,
        ended=unpack(one.resolved_why),
        record=(speaker.number, speaker.path) if speaker is not None and speaker.number else None,
    )
