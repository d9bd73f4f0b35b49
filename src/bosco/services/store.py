"""The tables of the services: the state each is in, the intervals it was in before, and what people corrected."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Table, Text, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bosco.kit.packed import pack, unpack
from bosco.services.availability import Correction
from bosco.services.intervals import Interval, Turn, interval_table, intervals, turn
from bosco.services.model import Standing
from bosco.services.spans import Span
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json, Serial

states = Table(
    "services_states",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("because", Json, nullable=False),
    # The last state that was known, while it is unknown.
    Column("known", Text),
)
spans = interval_table("services_intervals", metadata)
corrections = Table(
    "services_corrections",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("service", CleanText, nullable=False),
    Column("start", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("says", Text, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_services_corrections_service", "service", "start"),
)

_KEPT = ("state", "since", "because", "known")


def _put(dialect: Any) -> Any:
    statement = dialect.insert(states)
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={name: statement.excluded[name] for name in _KEPT}
    )


_PUT_SQLITE, _PUT_POSTGRESQL = _put(sqlite), _put(postgresql)


def load(tx: Tx) -> dict[str, Standing]:
    """Return how every service stands."""
    rows = tx.run(select(states)).all()
    return {row.name: Standing(row.state, row.since, unpack(row.because), row.known) for row in rows}


def put(tx: Tx, standings: Iterable[tuple[str, Standing]]) -> None:
    """Write how services stand."""
    rows = [
        {"name": name, "state": one.state, "since": one.since, "because": pack(one.because), "known": one.known}
        for name, one in standings
    ]
    if rows:
        tx.run(_PUT_POSTGRESQL if tx.on_postgresql else _PUT_SQLITE, rows)


def forget(tx: Tx, names: Sequence[str]) -> None:
    """Stop counting services that the plan no longer has; their past stays."""
    if names:
        tx.run(delete(states).where(states.c.name.in_(names)))
        turn(tx, spans, [Turn(name, None, tx.at) for name in names])


def write_turns(tx: Tx, turns: Iterable[Turn]) -> None:
    """Write what services turned into."""
    turn(tx, spans, turns)


def intervals_of(tx: Tx, names: Sequence[str], start: datetime, end: datetime) -> list[Interval]:
    """Return the intervals of services that touch the span."""
    return intervals(tx, spans, names, start, end)


def add_correction(tx: Tx, service: str, correction: Correction) -> None:
    """Write what a person says a service was."""
    row = {
        "service": service,
        "start": correction.span.start,
        "ended": correction.span.end,
        "says": correction.says,
        "by": correction.by,
        "reason": correction.reason,
        "made_at": correction.made_at,
    }
    tx.run(insert(corrections), row)


def corrections_of(tx: Tx, service: str, span: Span) -> list[Correction]:
    """Return what people said of a service within a span, in the order in which they said it."""
    rows = tx.run(
        select(corrections)
        .where(corrections.c.service == service, corrections.c.start < span.end, corrections.c.ended > span.start)
        .order_by(corrections.c.id)
    ).all()
    return [Correction(Span(row.start, row.ended), row.says, row.by, row.reason, row.made_at) for row in rows]
