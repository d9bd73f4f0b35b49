"""Intervals of a state, one after the other without a hole: what availability is counted from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, MetaData, Table, Text, bindparam, delete, insert, select, update

from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Serial


@dataclass(frozen=True)
class Interval:
    """A time in one state; without an end it is the present one."""

    name: str
    state: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Turn:
    """From that instant on it is in that state; without a state, nobody counts it any more."""

    name: str
    state: str | None
    since: datetime


def interval_table(table: str, metadata: MetaData) -> Table:
    """Return a table that holds intervals."""
    return Table(
        table,
        metadata,
        Column("id", Serial, primary_key=True, autoincrement=True),
        Column("name", CleanText, nullable=False),
        Column("state", Text, nullable=False),
        Column("start", Instant, nullable=False),
        Column("ended", Instant),
        Index(f"ix_{table}_name", "name", "start"),
        Index(f"ix_{table}_open", "name", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )


_ENDED: Column[datetime] = Column("ended", Instant)
_OPEN = _ENDED.is_(None)


def turn(tx: Tx, table: Table, turns: Iterable[Turn]) -> None:
    """Write turns in their order: each ends the open interval of its name and begins the next."""
    for round_ in _rounds(turns):
        rows: list[dict[str, Any]] = [{"its_name": one.name, "since": one.since} for one in round_]
        mine = (table.c.name == bindparam("its_name"), table.c.ended.is_(None))
        # What would have lasted no time, or less after a clock stepped back, has never been.
        tx.run(delete(table).where(*mine, table.c.start >= bindparam("since", type_=Instant)), rows)
        tx.run(update(table).where(*mine).values(ended=bindparam("since", type_=Instant)), rows)
        begun = [{"name": one.name, "state": one.state, "start": one.since} for one in round_ if one.state is not None]
        if begun:
            tx.run(insert(table), begun)


def _rounds(turns: Iterable[Turn]) -> list[list[Turn]]:
    """Return the turns in rounds in which each name comes once."""
    rounds: list[list[Turn]] = []
    seen: dict[str, int] = {}
    for one in turns:
        depth = seen.get(one.name, 0)
        seen[one.name] = depth + 1
        if depth == len(rounds):
            rounds.append([])
        rounds[depth].append(one)
    return rounds


def intervals(tx: Tx, table: Table, names: Sequence[str], start: datetime, end: datetime) -> list[Interval]:
    """Return the intervals of those names that touch the span, in order; they are not cut at its ends."""
    rows = tx.run(
        select(table)
        .where(table.c.name.in_(names), table.c.start < end, (table.c.ended.is_(None)) | (table.c.ended > start))
        .order_by(table.c.name, table.c.start, table.c.id)
    ).all()
    return [Interval(row.name, row.state, row.start, row.ended) for row in rows]
