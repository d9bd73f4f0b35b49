"""The table of what was pushed under a key of its sender's."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Column, Index, Table, delete, insert, select

from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json

# A sender that tries again does so within this time.
REMEMBERED_FOR = timedelta(days=1)

pushed = Table(
    "signals_pushed",
    metadata,
    Column("sender", CleanText, primary_key=True),
    Column("key", CleanText, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("told", Json, nullable=False),
    Index("ix_signals_pushed_at", "at"),
)


def remember(tx: Tx, sender: str, key: str, told: Any) -> Any:
    """Return what was told under that key before, or keep and return what is told now."""
    where = (pushed.c.sender == sender) & (pushed.c.key == key)
    before = tx.run(select(pushed.c.told).where(where)).scalar()
    if before is not None:
        return before
    tx.run(insert(pushed).values(sender=sender, key=key, at=tx.at, told=told))
    return told


def forget(tx: Tx) -> None:
    """Let go of keys that nobody sends again."""
    tx.run(delete(pushed).where(pushed.c.at < tx.at - REMEMBERED_FOR))
