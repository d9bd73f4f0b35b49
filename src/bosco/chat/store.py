"""The tables of this room: which message follows an incident, how far its thread tells, and what was heard already."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, Index, Table, Text, delete, insert, select, update

from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant

# Slack sends again what it thinks was not heard, for some minutes.
REMEMBERED = timedelta(hours=2)

threads = Table(
    "chat_threads",
    metadata,
    Column("number", CleanText, primary_key=True),
    # As the plan calls it.
    Column("channel", CleanText, primary_key=True),
    # As Slack calls it.
    Column("place", CleanText, nullable=False),
    Column("ts", CleanText, nullable=False),
    # The last line of the journal that its thread tells.
    Column("upto", Text, nullable=False),
    # What the message says, so that it is changed only when that changes.
    Column("card", Text, nullable=False),
    Index("ix_chat_threads_ts", "place", "ts"),
)
heard = Table(
    "chat_heard",
    metadata,
    Column("event", CleanText, primary_key=True),
    Column("at", Instant, nullable=False),
    Index("ix_chat_heard_at", "at"),
)


@dataclass(frozen=True)
class Thread:
    """A message that follows an incident, and the words below it."""

    number: str
    channel: str
    place: str
    ts: str
    upto: str = ""
    card: str = ""


def thread_of(tx: Tx, number: str, channel: str) -> Thread | None:
    """Return the message that follows an incident."""
    row = tx.run(select(threads).where(threads.c.number == number, threads.c.channel == channel)).first()
    return None if row is None else Thread(**row._mapping)


def thread_at(tx: Tx, place: str, ts: str) -> Thread | None:
    """Return what a message of Slack follows."""
    row = tx.run(select(threads).where(threads.c.place == place, threads.c.ts == ts)).first()
    return None if row is None else Thread(**row._mapping)


def put_thread(tx: Tx, one: Thread) -> None:
    """Keep a message as it stands now."""
    mine = (threads.c.number == one.number, threads.c.channel == one.channel)
    if tx.run(update(threads).where(*mine).values(**vars(one))).rowcount == 0:
        tx.run(insert(threads).values(**vars(one)))


def is_new(tx: Tx, event: str) -> bool:
    """Take note that something was heard, and say whether it was for the first time."""
    tx.run(delete(heard).where(heard.c.at < tx.at - REMEMBERED))
    if tx.run(select(heard.c.event).where(heard.c.event == event)).first() is not None:
        return False
    tx.run(insert(heard).values(event=event, at=tx.at))
    return True
