"""Timers: what is due, as rows."""

from sqlalchemy import Column, Index, Integer, Table, Text

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json

timers = Table(
    "store_timers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("key", CleanText, primary_key=True),
    # A new one at each `set`: whoever ran the replaced timer cannot end the new one.
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
