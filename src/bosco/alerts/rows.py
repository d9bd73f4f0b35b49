"""Reads and writes the rows of alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Text, and_, case, func, or_, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from bosco.alerts.model import Alert, Hold
from bosco.alerts.store import alerts
from bosco.store.tx import Tx
from bosco.store.types import clean

_OPEN = alerts.c.resolved_at.is_(None)
_LABELS = type_coerce(alerts.c.labels, Text)
_INSERT_SQLITE = sqlite.insert(alerts).on_conflict_do_nothing()
_INSERT_POSTGRESQL = postgresql.insert(alerts).on_conflict_do_nothing()
# How many alerts are looked at together when something changes for all of them.
MOST_OPEN = 50_000


@dataclass(frozen=True)
class Asked:
    """Which alerts a reader wants to see; `before` is the place of the last one of the page before."""

    state: str = "firing"
    service: str = ""
    priority: str = ""
    source: str = ""
    before: str = ""
    limit: int = 50
    # The priorities in their order, for those of the first one first; the latest first if it is empty.
    most_urgent_first: tuple[str, ...] = ()


def insert(tx: Tx, values: dict[str, Any]) -> bool:
    """Write a new alert; say whether there was none yet of its fingerprint that holds."""
    statement = _INSERT_POSTGRESQL if tx.on_postgresql else _INSERT_SQLITE
    return bool(tx.run(statement, values).rowcount)


def change(tx: Tx, alert_id: str, **values: Any) -> None:
    """Write what has changed of an alert."""
    tx.run(update(alerts).where(alerts.c.id == alert_id).values(changed_at=tx.at, **values))


def see(tx: Tx, alert_id: str, **values: Any) -> None:
    """Write what is seen now of an alert that has not changed."""
    tx.run(update(alerts).where(alerts.c.id == alert_id).values(**values))


def find(tx: Tx, alert_id: str) -> Alert | None:
    """Return the alert of that id."""
    row = tx.run(select(alerts).where(alerts.c.id == clean(alert_id))).first()
    return None if row is None else _alert(row)


def holding(tx: Tx, fingerprint: str) -> Alert | None:
    """Return the alert of that fingerprint which still holds."""
    row = tx.run(select(alerts).where(alerts.c.fingerprint == clean(fingerprint), _OPEN)).first()
    return None if row is None else _alert(row)


def open_alerts(
    tx: Tx, *, services: Sequence[str] | None = None, source: str | None = None, held_by: str | None = None
) -> list[Alert]:
    """Return the alerts that hold, the oldest first: all, or those of some services, of a source, held for a reason."""
    query = select(alerts).where(_OPEN)
    if services is not None:
        query = query.where(alerts.c.service.in_(services))
    if source is not None:
        query = query.where(alerts.c.source == source)
    if held_by is not None:
        query = query.where(alerts.c.held_by == held_by)
    return [_alert(row) for row in tx.run(query.order_by(alerts.c.id).limit(MOST_OPEN))]


def held_by_plan(tx: Tx, limit: int) -> list[str]:
    """Return the ids of alerts that hold and are muted for what the plan says: planned work, what needs what."""
    query = select(alerts.c.id).where(_OPEN, alerts.c.held_by.in_(("maintenance", "dependency")))
    return list(tx.run(query.order_by(alerts.c.id).limit(limit)).scalars())


def still(tx: Tx, ids: Sequence[str]) -> list[Alert]:
    """Return those of these alerts that still hold."""
    return [_alert(row) for row in tx.run(select(alerts).where(alerts.c.id.in_(ids), _OPEN).order_by(alerts.c.id))]


# What a silence may name and a column tells.
_COLUMNS = {
    "service": alerts.c.service,
    "priority": alerts.c.priority,
    "source": alerts.c.source,
    "alert": alerts.c.fingerprint,
}


def by_columns(covers: Mapping[str, str]) -> bool:
    """Say whether columns alone tell which alerts a silence covers."""
    return covers.keys() <= _COLUMNS.keys()


def named(tx: Tx, covers: Mapping[str, str], *, after: str = "", limit: int | None = None) -> list[Alert]:
    """Return the alerts that hold of which the columns are as named, the oldest first; of labels it is not sure."""
    query = select(alerts).where(*_named(covers), alerts.c.id > after).order_by(alerts.c.id).limit(limit)
    return [_alert(row) for row in tx.run(query)]


def count_named(tx: Tx, covers: Mapping[str, str]) -> int:
    """Return how many alerts hold of which the columns are as named."""
    return int(tx.run(select(func.count()).select_from(alerts).where(*_named(covers))).scalar() or 0)


def _named(covers: Mapping[str, str]) -> list[ColumnElement[bool]]:
    columns = [_COLUMNS[word] == clean(value) for word, value in covers.items() if word in _COLUMNS]
    # Whoever asks looks at the labels as well: this only spares it most of those that have others.
    labels = [(word.removeprefix("label."), value) for word, value in covers.items() if word not in _COLUMNS]
    written = (msgspec.json.encode({clean(name): clean(value)}).decode()[1:-1] for name, value in labels)
    return [_OPEN, *columns, *(_LABELS.contains(one, autoescape=True) for one in written)]


def turns_of(tx: Tx, fingerprint: str, since: datetime) -> list[datetime]:
    """Return when alerts of a fingerprint began and ended since then, in order."""
    rows = tx.run(
        select(alerts.c.raised_at, alerts.c.resolved_at).where(
            alerts.c.fingerprint == clean(fingerprint),
            or_(alerts.c.raised_at >= since, alerts.c.resolved_at >= since),
        )
    )
    return sorted(at for row in rows for at in (row.raised_at, row.resolved_at) if at is not None and at >= since)


def told_since(tx: Tx, since: datetime, priority: str, *, others: bool) -> int:
    """Return how many alerts people were told of since then: of a priority, or of all others."""
    of_it = alerts.c.priority != priority if others else alerts.c.priority == priority
    counted = select(func.count()).where(alerts.c.told_at > since, alerts.c.source != "bosco", of_it)
    return int(tx.run(counted).scalar() or 0)


def page(tx: Tx, asked: Asked) -> list[Alert]:
    """Return one page of alerts, in the order that is asked for, and one more if there are others after it."""
    query, rank = select(alerts).where(*_wanted(asked)), _rank(asked)
    number, _, last = asked.before.rpartition(".")
    if rank is None:
        query = query.where(alerts.c.id < clean(last)) if last else query
        query = query.order_by(alerts.c.id.desc())
    else:
        if last and number.isdecimal() and len(number) < 4:
            query = query.where(or_(rank > int(number), and_(rank == int(number), alerts.c.id < clean(last))))
        query = query.order_by(rank, alerts.c.id.desc())
    return [_alert(row) for row in tx.run(query.limit(asked.limit + 1))]


def place_of(asked: Asked, alert: Alert) -> str:
    """Return where a page goes on after an alert."""
    known = asked.most_urgent_first
    if not known:
        return alert.id
    return f"{known.index(alert.priority) if alert.priority in known else len(known)}.{alert.id}"


def _rank(asked: Asked) -> ColumnElement[int] | None:
    known = asked.most_urgent_first
    if not known:
        return None
    return case(*((alerts.c.priority == name, place) for place, name in enumerate(known)), else_=len(known))


def counts(tx: Tx, asked: Asked) -> dict[str, int]:
    """Return how many alerts hold, are muted, and are in nobody's hands, of those asked for whatever their state."""
    held, owned = alerts.c.held_by.is_not(None), alerts.c.acknowledged_by.is_not(None)
    counted = (
        select(held.label("held"), owned.label("owned"), func.count().label("count_"))
        .where(*_wanted(replace(asked, state="firing")))
        .group_by("held", "owned")
    )
    found = [(bool(row.held), bool(row.owned), int(row.count_)) for row in tx.run(counted)]
    return {
        "firing": sum(count for _, _, count in found),
        "held": sum(count for held_, _, count in found if held_),
        "unowned": sum(count for held_, owned_, count in found if not held_ and not owned_),
    }


def count_held(tx: Tx, held_by: str) -> int:
    """Return how many alerts are held for a reason."""
    return int(tx.run(select(func.count()).where(_OPEN, alerts.c.held_by == held_by)).scalar() or 0)


def last_of(tx: Tx, fingerprint: str) -> Alert | None:
    """Return the last alert of a fingerprint, whether it still holds or not."""
    query = select(alerts).where(alerts.c.fingerprint == clean(fingerprint)).order_by(alerts.c.id.desc()).limit(1)
    row = tx.run(query).first()
    return None if row is None else _alert(row)


def count_open(tx: Tx) -> dict[str, int]:
    """Return how many alerts hold, by priority."""
    counted = select(alerts.c.priority, func.count().label("count_")).where(_OPEN).group_by(alerts.c.priority)
    return {row.priority: int(row.count_) for row in tx.run(counted)}


def earlier(tx: Tx, alert: Alert, limit: int = 10) -> list[Alert]:
    """Return the alerts of the same trouble before this one, the latest first."""
    query = select(alerts).where(alerts.c.fingerprint == clean(alert.fingerprint), alerts.c.id < alert.id)
    return [_alert(row) for row in tx.run(query.order_by(alerts.c.id.desc()).limit(limit))]


def of_measure(tx: Tx, measure: str, limit: int = 20) -> list[Alert]:
    """Return the alerts that rules raised of a measure's series, the latest first."""
    whole = f"rule:{clean(measure)}"
    mine = or_(alerts.c.fingerprint == whole, alerts.c.fingerprint.startswith(f"{whole}{{", autoescape=True))
    query = select(alerts).where(alerts.c.source == "rule", mine).order_by(alerts.c.id.desc()).limit(limit)
    return [_alert(row) for row in tx.run(query)]


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.state == "firing":
        found.append(_OPEN)
    elif asked.state == "resolved":
        found.append(alerts.c.resolved_at.is_not(None))
    elif asked.state == "held":
        found.append(and_(_OPEN, alerts.c.held_by.is_not(None)))
    elif asked.state == "unowned":
        found.append(and_(_OPEN, alerts.c.acknowledged_by.is_(None), alerts.c.held_by.is_(None)))
    for column, word in (
        (alerts.c.service, asked.service),
        (alerts.c.priority, asked.priority),
        (alerts.c.source, asked.source),
    ):
        if word:
            found.append(column == clean(word))
    return found


def _alert(row: Row[Any]) -> Alert:
    hold = None if row.held_by is None else Hold(row.held_by, row.held_why, row.held_until)
    return Alert(
        id=row.id,
        fingerprint=row.fingerprint,
        source=row.source,
        title=row.title,
        priority=row.priority,
        level=row.level,
        service=row.service,
        labels=row.labels,
        seen=row.seen,
        against=row.against,
        why=row.why,
        since=row.since,
        raised_at=row.raised_at,
        changed_at=row.changed_at,
        link=row.link,
        details=tuple((one[0], one[1]) for one in row.details),
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        acknowledged_until=row.acknowledged_until,
        hold=hold,
        resolved_at=row.resolved_at,
        resolved_why=row.resolved_why,
        resolved_by=row.resolved_by,
        calm_at=row.calm_at,
    )
