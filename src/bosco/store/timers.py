"""Timers: what is due, as rows; a timer that came due while Bosco was down runs once on return."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Integer, Table, Text, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json

if TYPE_CHECKING:
    from bosco.store.tx import Tx

BELL = "timers"

timers = Table(
    "store_timers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("key", CleanText, primary_key=True),
    # A new one at each `set`: whoever runs the replaced timer cannot end the new one.
    Column("id", Text, nullable=False),
    Column("due", Instant, nullable=False),
    Column("body", Json, nullable=False),
    # When it may be claimed: its due instant at first, later the end of a lease or of a pause after an error.
    Column("next_try", Instant, nullable=False),
    Column("holder", Text),
    Column("attempts", Integer, nullable=False),
    Column("because", CleanText),
    Index(None, "next_try"),
)


@dataclass(frozen=True)
class Timer:
    """A timer that came due; `attempt` counts from one."""

    name: str
    key: str
    due: datetime
    body: Any
    id: str
    attempt: int


def set(tx: "Tx", name: str, key: str, at: datetime, body: Any = None) -> None:  # noqa: A001 - reads `timers.set`
    """Set the timer of that name and key, in place of the one that is set already."""
    values = {
        "name": name,
        "key": key,
        "id": tx.new_id(),
        "due": at,
        "body": {} if body is None else body,
        "next_try": at,
        "holder": None,
        "attempts": 0,
        "because": None,
    }
    tx.run(_SET_POSTGRESQL if tx.on_postgresql else _SET_SQLITE, values)
    tx.ring(BELL)


def cancel(tx: "Tx", name: str, key: str) -> bool:
    """Cancel the timer; say whether there was one."""
    return bool(tx.run(_CANCEL, {"its_name": name, "its_key": key}).rowcount)


def done(tx: "Tx", timer: Timer) -> None:
    """End a due timer in the transaction of its own work, unless it has been set anew meanwhile."""
    tx.run(_DONE, {"its_name": timer.name, "its_key": timer.key, "its_id": timer.id})


def due_of(tx: "Tx", name: str, key: str) -> datetime | None:
    """Return when the timer is due, if it is set."""
    found: datetime | None = tx.run(_DUE_OF, {"its_name": name, "its_key": key}).scalar()
    return found


def all_of(tx: "Tx", name: str) -> dict[str, datetime]:
    """Return every timer of that name: its key and when it is due."""
    rows = tx.run(select(timers.c.key, timers.c.due).where(timers.c.name == name))
    return {row.key: row.due for row in rows}


_REPLACED = ("id", "due", "body", "next_try", "holder", "attempts", "because")
_INTO_SQLITE = sqlite.insert(timers)
_SET_SQLITE = _INTO_SQLITE.on_conflict_do_update(
    index_elements=["name", "key"], set_={column: _INTO_SQLITE.excluded[column] for column in _REPLACED}
)
_INTO_POSTGRESQL = postgresql.insert(timers)
_SET_POSTGRESQL = _INTO_POSTGRESQL.on_conflict_do_update(
    index_elements=["name", "key"], set_={column: _INTO_POSTGRESQL.excluded[column] for column in _REPLACED}
)
_CANCEL = delete(timers).where(timers.c.name == bindparam("its_name"), timers.c.key == bindparam("its_key"))
_DONE = _CANCEL.where(timers.c.id == bindparam("its_id"))
_DUE_OF = select(timers.c.due).where(timers.c.name == bindparam("its_name"), timers.c.key == bindparam("its_key"))
