"""The table of the channels: how a far end names the first letter of a thread; and what waits in the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, Text, delete, func, insert, select, update

from bosco.store.parcel import State, outbox
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant

LETTER = "letter"
threads = Table(
    "channels_threads",
    metadata,
    Column("channel", CleanText, primary_key=True),
    Column("thread", CleanText, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True)
class Posted:
    """A letter as the outbox holds it."""

    id: str
    body: Any
    state: str
    put_at: datetime
    ended_at: datetime | None
    next_try: datetime
    attempts: int
    because: str | None


def ref_of(tx: Tx, channel: str, thread: str) -> str | None:
    """Return how the far end names the first letter of a thread."""
    found: str | None = tx.run(
        select(threads.c.ref).where(threads.c.channel == channel, threads.c.thread == thread)
    ).scalar()
    return found


def keep_ref(tx: Tx, channel: str, thread: str, ref: str | None, *, ends: bool) -> None:
    """Keep how the far end names it, until the thread is over."""
    mine = (threads.c.channel == channel, threads.c.thread == thread)
    if ends or ref is None:
        if ends:
            tx.run(delete(threads).where(*mine))
        return
    if tx.run(update(threads).where(*mine).values(ref=ref, at=tx.at)).rowcount == 0:
        tx.run(insert(threads).values(channel=channel, thread=thread, ref=ref, at=tx.at))


def letters(tx: Tx, most: int = 500) -> list[Posted]:
    """Return the last letters, the newest first."""
    wanted = (outbox.c.id, outbox.c.body, outbox.c.state, outbox.c.put_at, outbox.c.ended_at, outbox.c.next_try)
    statement = select(*wanted, outbox.c.attempts, outbox.c.because).where(outbox.c.kind == LETTER)
    rows: Sequence[Any] = tx.run(statement.order_by(outbox.c.place.desc()).limit(most)).all()
    return [Posted(**row._mapping) for row in rows]


def waiting(tx: Tx) -> int:
    """Return how many letters wait."""
    statement = select(func.count()).where(outbox.c.kind == LETTER, outbox.c.state == State.PENDING.value)
    return int(tx.run(statement).scalar_one())
