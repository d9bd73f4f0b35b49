"""The outbox: what must be brought somewhere, as rows written with the fact that caused it."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json, Serial

# Written as it stands in the partial indexes: a bound value would keep SQLite from using them.
IS_PENDING = text("state = 'pending'")
HAS_ENDED = text("state <> 'pending'")

outbox = Table(
    "store_outbox",
    metadata,
    # The order within a lane; what was written later in the same lane has a greater place.
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
