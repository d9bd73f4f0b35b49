"""The tables of the probes: states, intervals, the times Bosco was away, heartbeats and their pings."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from bosco.services.intervals import interval_table
from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json, Serial

states = Table(
    "probes_states",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("because", Json, nullable=False),
    Column("flapping", Boolean, nullable=False),
    # What the next look is judged with.
    Column("memory", Json, nullable=False),
)
spans = interval_table("probes_intervals", metadata)

# When Bosco saw nothing: it was stopped, or the machine slept.
gaps = Table(
    "probes_gaps",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("start", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Index("ix_probes_gaps_ended", "ended"),
)

# Single values of this installation: until when Bosco was awake, its ping key.
settings = Table(
    "probes_settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

heartbeats = Table(
    "probes_heartbeats",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    # What is remembered of the pings.
    Column("beat", Json, nullable=False),
    Column("pings", BigInteger, nullable=False),
)

pings = Table(
    "probes_pings",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("heartbeat", CleanText, nullable=False),
    # The how-manieth ping of its heartbeat.
    Column("number", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Integer),
    Column("run", Text),
    Column("method", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("agent", CleanText, nullable=False),
    Column("body", CleanText),
    Index("ix_probes_pings_heartbeat", "heartbeat", "number"),
)

# What another process asks of the one that watches: to take a ping that came to it, to look at a probe now.
errands = Table(
    "probes_errands",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("body", Json, nullable=False),
    Column("put_at", Instant, nullable=False),
)
