"""The tables of the channels: how far ends name what was sent, every letter and its end, whom a letter has reached."""

from sqlalchemy import Column, Float, Index, Integer, Table, Text, delete, insert, select, text, update

from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json

LETTER = "letter"
# Written as it stands in the partial index: a bound value would keep SQLite from using it.
IS_WAITING = text("state = 'waiting'")

threads = Table(
    "channels_threads",
    metadata,
    Column("channel", CleanText, primary_key=True),
    Column("thread", CleanText, primary_key=True),
    Column("ref", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
letters = Table(
    "channels_letters",
    metadata,
    # That of its parcel.
    Column("id", Text, primary_key=True),
    Column("channel", CleanText, nullable=False),
    Column("thread", CleanText, nullable=False),
    Column("event", Text, nullable=False),
    Column("subject", CleanText, nullable=False),
    Column("priority", CleanText),
    Column("title", Json, nullable=False),
    Column("why", Json, nullable=False),
    # Those whom it names: pairs of person and address.
    Column("receivers", Json, nullable=False),
    # `waiting`, `delivered`, `superseded` or `failed`; the last two with their reason.
    Column("state", Text, nullable=False),
    Column("because", Json),
    # What the far end answered, and how many seconds the handing over took.
    Column("answer", Json),
    Column("took", Float),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("ix_channels_letters_channel", "channel", "id"),
    Index("ix_channels_letters_ended", "channel", "ended_at"),
    Index("ix_channels_letters_at", "at"),
    Index("ix_channels_letters_waiting", "thread", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
)
reached = Table(
    "channels_reached",
    metadata,
    Column("letter", Text, primary_key=True),
    Column("address", CleanText, primary_key=True),
)

seen = Table(
    "channels_seen",
    metadata,
    # An account, and the id of the last message that it has read.
    Column("who", CleanText, primary_key=True),
    Column("upto", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
stopped = Table(
    "channels_stopped",
    metadata,
    # The digits of a phone that asked for no more text messages.
    Column("address", CleanText, primary_key=True),
    Column("channel", CleanText, nullable=False),
    Column("at", Instant, nullable=False),
)
contacts = Table(
    "channels_contacts",
    metadata,
    Column("person", CleanText, primary_key=True),
    Column("address", CleanText, primary_key=True),
    Column("asked_at", Instant, nullable=False),
    # The stamp of the code that was sent last; empty once it is used or tried too often.
    Column("code", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("verified_at", Instant),
)


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


def is_stopped(tx: Tx, phone: str) -> bool:
    """Say whether a phone, by its digits, asked for no more text messages."""
    return tx.run(select(stopped.c.address).where(stopped.c.address == phone)).first() is not None


def reached_by(tx: Tx, letter: str) -> set[str]:
    """Return the addresses that a letter which is not done with has reached."""
    return set(tx.run(select(reached.c.address).where(reached.c.letter == letter)).scalars())


def note_reached(tx: Tx, letter: str, address: str) -> None:
    """Keep that a letter has reached an address, so that the next attempt leaves it out."""
    if address not in reached_by(tx, letter):
        tx.run(insert(reached).values(letter=letter, address=address))


def forget_reached(tx: Tx, letter: str) -> None:
    """Forget it, once the letter is done with."""
    tx.run(delete(reached).where(reached.c.letter == letter))
