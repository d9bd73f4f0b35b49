"""What a parcel is: a row of the outbox, and the ways it may end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Integer, Row, Table, Text, text

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json, Serial

BELL = "parcels"
# Written as they stand in the partial indexes: a bound value would keep SQLite from using them.
IS_PENDING = text("state = 'pending'")
HAS_ENDED = text("state <> 'pending'")

outbox = Table(
    "store_outbox",
    metadata,
    # The order within a lane: what was written later in the same lane has a greater place.
    Column("place", Serial, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("lane", CleanText),
    Column("key", CleanText),
    Column("body", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("put_at", Instant, nullable=False),
    # Not to be brought before this instant.
    Column("at", Instant, nullable=False),
    # When it may be claimed: `at` at first, later the end of a lease or of a pause.
    Column("next_try", Instant, nullable=False),
    Column("holder", Text),
    Column("attempts", Integer, nullable=False),
    Column("because", CleanText),
    Column("ended_at", Instant),
    Index("ix_store_outbox_next_try", "next_try", sqlite_where=IS_PENDING, postgresql_where=IS_PENDING),
    Index("ix_store_outbox_lane", "lane", "place", sqlite_where=IS_PENDING, postgresql_where=IS_PENDING),
    Index("ix_store_outbox_key", "kind", "key", sqlite_where=IS_PENDING, postgresql_where=IS_PENDING),
    Index("ix_store_outbox_ended_at", "ended_at", sqlite_where=HAS_ENDED, postgresql_where=HAS_ENDED),
    sqlite_autoincrement=True,
)


class State(StrEnum):
    """Where a parcel stands; every end but `delivered` has its reason."""

    PENDING = "pending"
    DELIVERED = "delivered"
    SUPERSEDED = "superseded"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivered:
    """The parcel has arrived."""

    because: str | None = None


@dataclass(frozen=True)
class TryAgain:
    """Not now: bring it at that instant, or after; its lane waits for it."""

    at: datetime
    because: str


@dataclass(frozen=True)
class Superseded:
    """It need not arrive any more."""

    because: str


@dataclass(frozen=True)
class Failed:
    """It will never arrive; whoever answers so has told somebody."""

    because: str


Answer = Delivered | TryAgain | Superseded | Failed


@dataclass(frozen=True)
class Parcel:
    """One row of the outbox; `id` stays the same at every attempt, so that receivers can tell a duplicate."""

    id: str
    place: int
    kind: str
    lane: str | None
    key: str | None
    body: Any
    put_at: datetime
    at: datetime
    attempt: int
    state: State
    because: str | None
    ended_at: datetime | None


def to_parcel(row: Row[Any], attempts: int | None = None) -> Parcel:
    """Return the row as a parcel."""
    return Parcel(
        id=row.id,
        place=row.place,
        kind=row.kind,
        lane=row.lane,
        key=row.key,
        body=row.body,
        put_at=row.put_at,
        at=row.at,
        attempt=row.attempts if attempts is None else attempts,
        state=State(row.state),
        because=row.because,
        ended_at=row.ended_at,
    )
