"""The tables of the services: the state each is in, and the intervals of the states it was in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, Text, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bosco.kit.packed import pack, unpack
from bosco.services.intervals import Interval, Turn, interval_table, intervals, turn
from bosco.services.model import Standing
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json

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
