"""The tables of incidents: what alerts opened and joined, when a case was well again, and post-mortems."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Column, Index, Integer, Table, Text, func, insert, select, update

from bosco.incidents.moves import Moved
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json

State = Literal["draft", "review", "published"]
_ENDED: Column[datetime] = Column("ended", Instant)
cases = Table(
    "incidents_cases",
    metadata,
    Column("number", CleanText, primary_key=True),
    Column("kind", CleanText, nullable=False),
    Column("service", CleanText),
    Column("began", Instant, nullable=False),
    Column("detected", Instant, nullable=False),
    # When the last of its alerts was over.
    Column("recovered", Instant),
    Column("ended", Instant),
    Index("ix_incidents_cases_open", "kind", sqlite_where=_ENDED.is_(None), postgresql_where=_ENDED.is_(None)),
    Index("ix_incidents_cases_began", "began"),
)
alerts = Table(
    "incidents_alerts",
    metadata,
    Column("alert", CleanText, primary_key=True),
    Column("number", CleanText, nullable=False),
    Column("fingerprint", CleanText, nullable=False),
    Column("service", CleanText),
    Column("fired", Instant, nullable=False),
    Column("resolved", Instant),
    Index("ix_incidents_alerts_number", "number"),
    Index("ix_incidents_alerts_fingerprint", "fingerprint"),
)
postmortems = Table(
    "incidents_postmortems",
    metadata,
    Column("number", CleanText, primary_key=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("parts", Json, nullable=False),
    Column("drafted", Instant, nullable=False),
    Column("due", Instant),
    Column("changed", Instant, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("published", Instant),
    Index("ix_incidents_postmortems_state", "state", "due"),
)

moves = Table(
    "incidents_moves",
    metadata,
    Column("number", CleanText, primary_key=True),
    Column("looked", Instant, nullable=False),
    Column("moves", Json, nullable=False),
)


@dataclass(frozen=True)
class Case:
    """A record that alerts or people opened, as far as this room needs to know it."""

    number: str
    kind: str
    service: str | None
    began: datetime
    detected: datetime
    recovered: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Joined:
    """An alert that belongs to a case."""

    alert: str
    number: str
    fingerprint: str
    service: str | None
    fired: datetime
    resolved: datetime | None = None


@dataclass(frozen=True)
class Postmortem:
    """A post-mortem as it is kept: `parts` are packed sentences by part."""

    number: str
    state: State
    version: int
    parts: dict[str, Any]
    drafted: datetime
    due: datetime | None
    changed: datetime
    by: str
    published: datetime | None = None


def add_case(tx: Tx, case: Case) -> None:
    """Keep a case; one that is kept already stays as it is."""
    if case_of(tx, case.number) is None:
        tx.run(insert(cases).values(**vars(case)))


def case_of(tx: Tx, number: str) -> Case | None:
    """Return the case of that number."""
    row = tx.run(select(cases).where(cases.c.number == number)).first()
    return None if row is None else Case(**row._mapping)


def open_cases(tx: Tx, kind: str) -> list[Case]:
    """Return the cases of a kind that are not over, the newest first."""
    rows = tx.run(select(cases).where(cases.c.kind == kind, cases.c.ended.is_(None)).order_by(cases.c.began.desc()))
    return [Case(**row._mapping) for row in rows]


def cases_since(tx: Tx, kind: str, since: datetime) -> list[Case]:
    """Return the cases of a kind that began since then, the newest first."""
    rows = tx.run(select(cases).where(cases.c.kind == kind, cases.c.began >= since).order_by(cases.c.began.desc()))
    return [Case(**row._mapping) for row in rows]


def change_case(tx: Tx, number: str, **values: Any) -> None:
    """Change what is known of a case."""
    tx.run(update(cases).where(cases.c.number == number).values(**values))


def join(tx: Tx, joined: Joined) -> bool:
    """Let an alert belong to a case; say whether it is new there."""
    known = tx.run(select(alerts.c.number).where(alerts.c.alert == joined.alert)).first()
    if known is not None:
        tx.run(update(alerts).where(alerts.c.alert == joined.alert).values(number=joined.number, resolved=None))
        return str(known.number) != joined.number
    tx.run(insert(alerts).values(**vars(joined)))
    return True


def resolve(tx: Tx, alert: str, at: datetime) -> str | None:
    """Note that an alert is over, and return its case if it has one and did not know yet."""
    row = tx.run(select(alerts).where(alerts.c.alert == alert)).first()
    if row is None or row.resolved is not None:
        return None
    tx.run(update(alerts).where(alerts.c.alert == alert).values(resolved=at))
    number: str = row.number
    return number


def number_of(tx: Tx, alert: str) -> str | None:
    """Return the case of an alert."""
    found: str | None = tx.run(select(alerts.c.number).where(alerts.c.alert == alert)).scalar()
    return found


def last_with(tx: Tx, fingerprint: str) -> Joined | None:
    """Return the last alert of that fingerprint that belonged to a case."""
    row = tx.run(
        select(alerts).where(alerts.c.fingerprint == fingerprint).order_by(alerts.c.fired.desc()).limit(1)
    ).first()
    return None if row is None else Joined(**row._mapping)


def alerts_of(tx: Tx, numbers: Sequence[str]) -> list[Joined]:
    """Return the alerts of some cases, in the order in which they fired."""
    rows = tx.run(select(alerts).where(alerts.c.number.in_(numbers)).order_by(alerts.c.fired, alerts.c.alert))
    return [Joined(**row._mapping) for row in rows]


def still_firing(tx: Tx, number: str) -> int:
    """Return how many alerts of a case are not over."""
    statement = select(func.count()).where(alerts.c.number == number, alerts.c.resolved.is_(None))
    return int(tx.run(statement).scalar_one())


def give_alert(tx: Tx, alert: str, number: str) -> None:
    """Let an alert that belongs to a case belong to another one."""
    tx.run(update(alerts).where(alerts.c.alert == alert).values(number=number))


def hand_over_alerts(tx: Tx, number: str, to: str) -> None:
    """Give the alerts of a case to another one, which it became a part of."""
    tx.run(update(alerts).where(alerts.c.number == number).values(number=to))


def put_moves(tx: Tx, number: str, found: Sequence[Moved], at: datetime) -> None:
    """Keep what moved first around the start of a case."""
    tx.run(insert(moves).values(number=number, looked=at, moves=msgspec.to_builtins(list(found))))


def moves_of(tx: Tx, number: str) -> list[Moved] | None:
    """Return what moved first around the start of a case; None if nobody has looked for good yet."""
    found = tx.run(select(moves.c.moves).where(moves.c.number == number)).scalar()
    return None if found is None else msgspec.convert(found, list[Moved])


def put_postmortem(tx: Tx, one: Postmortem) -> None:
    """Write a post-mortem, in place of its former version."""
    if tx.run(update(postmortems).where(postmortems.c.number == one.number).values(**vars(one))).rowcount == 0:
        tx.run(insert(postmortems).values(**vars(one)))


def postmortem_of(tx: Tx, number: str) -> Postmortem | None:
    """Return the post-mortem of a case."""
    row = tx.run(select(postmortems).where(postmortems.c.number == number)).first()
    return None if row is None else Postmortem(**row._mapping)


def owed(tx: Tx, most: int = 200) -> list[Postmortem]:
    """Return the post-mortems that are not published, those due soonest first."""
    rows = tx.run(select(postmortems).where(postmortems.c.state != "published").order_by(postmortems.c.due).limit(most))
    return [Postmortem(**row._mapping) for row in rows]


def published(tx: Tx, before: datetime | None = None, most: int = 50) -> list[Postmortem]:
    """Return published post-mortems, the newest first."""
    statement = select(postmortems).where(postmortems.c.state == "published")
    if before is not None:
        statement = statement.where(postmortems.c.published < before)
    return [
        Postmortem(**row._mapping) for row in tx.run(statement.order_by(postmortems.c.published.desc()).limit(most))
    ]
