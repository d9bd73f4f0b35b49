"""Tells what happens to an alert: the journal's line, the fact, and the matter that people are told of."""

from typing import Any

from bosco.alerts.model import Alert, AlertTurned
from bosco.journal import write as write_line
from bosco.kit.packed import unpack
from bosco.kit.words import Language, say
from bosco.notices.model import Matter
from bosco.store.tx import Tx


def matter_of(alert: Alert) -> Matter:
    """Return what people are told of."""
    return Matter(
        key=alert.subject,
        subject=alert.subject,
        path=alert.path,
        title=alert.title,
        priority=alert.priority,
        since=alert.since,
        service=alert.service,
        seen=alert.seen,
        against=alert.against,
        details=alert.details,
    )


def write_turn(
    tx: Tx, alert: Alert, what: str, because: Any, language: Language, *, actor: str = "bosco", **more: Any
) -> None:
    """Write the journal's line of a turn; `because` is packed."""
    data = {
        "alert": alert.title,
        "priority": alert.priority,
        "level": alert.level,
        "service": alert.service,
        "source": alert.source,
        "since": alert.since.isoformat(),
        "seen": alert.seen,
        "against": alert.against,
        "because": because,
        **more,
    }
    kept = {name: value for name, value in data.items() if value is not None}
    why = str(say(unpack(because), language)) if because is not None else None
    write_line(tx, subject=alert.subject, what=what, actor=actor, why=why, data=kept)


def fact_of(kind: type[AlertTurned], tx: Tx, alert: Alert, because: Any, **more: Any) -> AlertTurned:
    """Return the fact of a turn."""
    return kind(
        alert=alert.id,
        fingerprint=alert.fingerprint,
        source=alert.source,
        title=alert.title,
        priority=alert.priority,
        level=alert.level,
        service=alert.service,
        since=alert.since,
        at=tx.at,
        because=because,
        labels=alert.labels,
        quiet=alert.hold is not None,
        **more,
    )
