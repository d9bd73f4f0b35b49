"""The tables of the journal: what waits for its place, the lines, their seals, and where the chain ends."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects import postgresql

from bosco.store.tables import metadata
from bosco.store.types import Serial

# In the order of its bytes on both databases, so that words with one beginning stand together in the index.
Bytewise = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")

# What transactions write: no order is promised here, for they may commit in another one.
waiting = Table(
    "journal_waiting",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("why", Text),
    Column("data", Text),
    sqlite_autoincrement=True,
)

# Subjects, kinds and actors come again and again; a number for each makes a line a third smaller.
words = Table(
    "journal_words",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("word", Bytewise, nullable=False, unique=True),
)

lines = Table(
    "journal_lines",
    metadata,
    Column("place", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    Column("subject", BigInteger, nullable=False),
    Column("what", BigInteger, nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("why", Text),
    Column("data", Text),
    Column("digest", LargeBinary, nullable=False),
    Index("ix_journal_lines_subject", "subject", "place"),
    Index("ix_journal_lines_what", "what", "place"),
    Index("ix_journal_lines_actor", "actor", "place"),
)

seals = Table(
    "journal_seals",
    metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("first_place", BigInteger, nullable=False),
    Column("last_place", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    # Instants of lines are not strictly in the order of places; these tell which seals a span of time touches.
    Column("earliest", BigInteger, nullable=False),
    Column("latest", BigInteger, nullable=False),
)

# One row: how far the chain goes. Whoever cuts the end of the lines off must also change this.
head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("place", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("seals", BigInteger, nullable=False),
    Column("sealed_place", BigInteger, nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
)
