"""The tables of the records: their events, which are the truth, and what is derived of them for lists and searches."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects import postgresql

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json, Serial

# In the order of its bytes on both databases, so that words with one beginning stand together in the index.
Bytewise = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

events = Table(
    "records_events",
    metadata,
    Column("number", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", CleanText),
    Column("data", Json, nullable=False),
)

# Slim rows, for a list may look at all of them.
records = Table(
    "records_records",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("number", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("title", CleanText, nullable=False),
    Column("stage", Text, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("priority", Text, nullable=False),
    # How far from the top its priority stands.
    Column("urgency", Integer, nullable=False),
    Column("service", CleanText),
    Column("assignee", CleanText),
    Column("opened_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("over_at", Instant),
    # When its next promise is due; far away if nothing is.
    Column("due", Instant, nullable=False),
    Column("broken", Boolean, nullable=False),
    Index("ix_records_records_open", "over", "id"),
    Index("ix_records_records_priority", "priority", "over", "id"),
    Index("ix_records_records_broken", "broken", "over", "id"),
    Index("ix_records_records_urgent", "over", "urgency", "due", "id"),
    Index("ix_records_records_changed", "over", "changed_at", "id"),
    Index("ix_records_records_due", "over", "due", "id"),
    Index("ix_records_records_service", "service", "over", "id"),
    Index("ix_records_records_assignee", "assignee", "over", "id"),
    Index("ix_records_records_kind", "kind", "over", "id"),
)

states = Table(
    "records_states",
    metadata,
    Column("number", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("state", Json, nullable=False),
)

# How far each series of numbers has come.
numbers = Table(
    "records_numbers",
    metadata,
    Column("series", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

# What each record has to do with, from the other end.
links = Table(
    "records_links",
    metadata,
    Column("target", CleanText, primary_key=True),
    Column("number", Text, primary_key=True),
    Index("ix_records_links_number", "number"),
)

# The words of each record, for the search.
words = Table(
    "records_words",
    metadata,
    Column("word", Bytewise, primary_key=True),
    Column("record", BigInteger, primary_key=True),
    Index("ix_records_words_record", "record", "word"),
)

# What a program asked for once, so that asking again makes no second record.
asked = Table(
    "records_asked",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", CleanText, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("answer", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_records_asked_at", "at"),
)

# Which record holds which file; the bytes are kept once, however many hold them.
files = Table(
    "records_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index("ix_records_files_number", "number"),
    Index("ix_records_files_digest", "digest"),
)

contents = Table(
    "records_contents",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("piece", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)
