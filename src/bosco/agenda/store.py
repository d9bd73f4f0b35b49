"""The table of planned work that has begun: what was excused stays so, whatever the calendar says later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, Table, Text, delete, insert, select, update

from bosco.agenda.section import Impact
from bosco.agenda.windows import excuses
from bosco.kit.packed import pack, unpack
from bosco.services.spans import Span
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json, Serial

LOOKED = "looked"
# No piece of work that is under way began longer ago.
LONGEST = timedelta(days=62)

works = Table(
    "agenda_works",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("service", CleanText, nullable=False),
    Column("key", CleanText, nullable=False),
    Column("name", Json, nullable=False),
    Column("impact", Text, nullable=False),
    Column("start", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Index("ix_agenda_works_service", "service", "start"),
    Index("ix_agenda_works_ended", "ended"),
)
instants = Table(
    "agenda_instants",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Begun:
    """Planned work on one service that has begun."""

    id: int
    service: str
    key: str
    name: Any
    impact: Impact
    span: Span

    @property
    def excuses(self) -> bool:
        """Say whether trouble in it was announced."""
        return excuses(self.impact)


def looked_at(tx: Tx) -> datetime | None:
    """Return until when the calendar has been followed."""
    found: datetime | None = tx.run(select(instants.c.at).where(instants.c.name == LOOKED)).scalar()
    return found


def note_look(tx: Tx) -> None:
    """Write that the calendar has been followed until now."""
    tx.run(delete(instants).where(instants.c.name == LOOKED))
    tx.run(insert(instants), {"name": LOOKED, "at": tx.at})


def ending_after(tx: Tx, at: datetime) -> list[Begun]:
    """Return the work that ends after an instant."""
    return _begun(tx, works.c.ended > at)


def within(tx: Tx, service: str, span: Span) -> list[Begun]:
    """Return the work on a service that touches a span, in order."""
    return _begun(
        tx,
        works.c.service == service,
        works.c.start < span.end,
        works.c.start > span.start - LONGEST,
        works.c.ended > span.start,
    )


def add(tx: Tx, service: str, key: str, name: Any, impact: str, span: Span) -> None:
    """Write that work on a service began."""
    row = {"service": service, "key": key, "name": pack(name), "impact": impact, "start": span.start, "ended": span.end}
    tx.run(insert(works), row)


def end(tx: Tx, begun: Begun, at: datetime) -> None:
    """Write that work ends at another instant; what would last no time has never been."""
    mine = works.c.id == begun.id
    tx.run(delete(works).where(mine) if at <= begun.span.start else update(works).where(mine).values(ended=at))


def _begun(tx: Tx, *which: Any) -> list[Begun]:
    rows: Sequence[Any] = tx.run(select(works).where(*which).order_by(works.c.start, works.c.id)).all()
    return [
        Begun(row.id, row.service, row.key, unpack(row.name), row.impact, Span(row.start, row.ended)) for row in rows
    ]
