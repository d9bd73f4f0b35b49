"""Reads and writes the states of probes, and the times in which Bosco was away."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bosco.probes.memory import row_of, standing_of
from bosco.probes.state import Standing
from bosco.probes.store import gaps, settings, spans, states
from bosco.probes.wakefulness import Gap
from bosco.services.intervals import Interval, Turn, intervals, turn
from bosco.store.tx import Tx
from bosco.store.types import from_microseconds, to_microseconds

AWAKE = "awake-until"
# Longer ago, no heartbeat asks any more whether Bosco could hear.
GAPS_KEPT = timedelta(days=400)
_KEPT = ("state", "since", "because", "flapping", "memory")


def _puts(dialect: Any, table: Any, key: str, kept: Sequence[str]) -> Any:
    statement = dialect.insert(table)
    return statement.on_conflict_do_update(index_elements=[key], set_={name: statement.excluded[name] for name in kept})


_PUT = {True: _puts(postgresql, states, "name", _KEPT), False: _puts(sqlite, states, "name", _KEPT)}
_SET = {True: _puts(postgresql, settings, "name", ["value"]), False: _puts(sqlite, settings, "name", ["value"])}


def load_states(tx: Tx) -> dict[str, Standing]:
    """Return how every probe stood."""
    return {row.name: standing_of(row) for row in tx.run(select(states)).all()}


def put_states(tx: Tx, standings: Mapping[str, Standing]) -> None:
    """Write how probes stand."""
    if standings:
        tx.run(_PUT[tx.on_postgresql], [row_of(name, standing) for name, standing in standings.items()])


def write_turns(tx: Tx, turns: Iterable[Turn]) -> None:
    """Write what probes turned into."""
    turn(tx, spans, turns)


def forget_states(tx: Tx, names: Sequence[str]) -> None:
    """Stop counting probes that the plan no longer has; their past stays."""
    if names:
        tx.run(delete(states).where(states.c.name.in_(names)))
        turn(tx, spans, [Turn(name, None, tx.at) for name in names])


def intervals_of(tx: Tx, names: Sequence[str], start: datetime, end: datetime) -> list[Interval]:
    """Return the intervals of probes that touch the span."""
    return intervals(tx, spans, names, start, end)


def read_setting(tx: Tx, name: str) -> str | None:
    """Return a single value of this installation."""
    found: str | None = tx.run(select(settings.c.value).where(settings.c.name == name)).scalar()
    return found


def write_setting(tx: Tx, name: str, value: str) -> None:
    """Keep a single value of this installation."""
    tx.run(_SET[tx.on_postgresql], {"name": name, "value": value})


def note_awake(tx: Tx, at: datetime | None = None) -> None:
    """Write that Bosco is awake now, or was at that instant."""
    write_setting(tx, AWAKE, str(to_microseconds(at or tx.at)))


def awake_until(tx: Tx) -> datetime | None:
    """Return until when Bosco is known to have been awake."""
    kept = read_setting(tx, AWAKE)
    return None if kept is None else from_microseconds(int(kept))


def write_gap(tx: Tx, gap: Gap) -> None:
    """Write that Bosco saw nothing for a while."""
    tx.run(delete(gaps).where(gaps.c.ended < tx.at - GAPS_KEPT))
    tx.run(insert(gaps), {"start": gap.start, "ended": gap.end})


def load_gaps(tx: Tx) -> list[Gap]:
    """Return the times in which Bosco saw nothing, in their order."""
    rows = tx.run(select(gaps).order_by(gaps.c.start)).all()
    return [Gap(row.start, row.ended) for row in rows]
