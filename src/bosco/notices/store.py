"""The tables of telling: matters, bundles of what is owed together, what was told, and every letter of it."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json

# Written as they stand in the partial indexes: a bound value would keep SQLite from using them.
IS_OPEN = text("state = 'open'")
HAS_NEWS = text("news IS NOT NULL")
HAS_DUE = text("due IS NOT NULL")

matters = Table(
    "notices_matters",
    metadata,
    Column("key", CleanText, primary_key=True),
    Column("subject", CleanText, nullable=False),
    Column("body", Json, nullable=False),
    Column("priority", CleanText, nullable=False),
    # What it is told together with.
    Column("cause", CleanText, nullable=False),
    # `open`, `closed`, or `taken` when another matter speaks for it.
    Column("state", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("acked_by", CleanText),
    Column("acked_at", Instant),
    Column("acked_until", Instant),
    Column("held_at", Instant),
    Column("held_why", Json),
    # The matter that has taken it over.
    Column("into_key", CleanText),
    # The escalation as the plan had it when it began, and the steps that have been taken.
    Column("ladder", Json, nullable=False),
    Column("done", Json, nullable=False),
    # Since when somebody is owed a word and nobody could be told.
    Column("unheard_at", Instant),
    Index("ix_notices_matters_open", "opened_at", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
)
bundles = Table(
    "notices_bundles",
    metadata,
    Column("key", CleanText, primary_key=True),
    Column("channel", CleanText, nullable=False),
    # Whom: targets of the plan, or nobody for the channel as such.
    Column("audience", Json, nullable=False),
    Column("cause", CleanText, nullable=False),
    # The rhythm of a digest as the plan writes it.
    Column("rhythm", CleanText),
    # What the letters of its present run share; None while nothing of it is going on.
    Column("thread", CleanText),
    Column("begun_at", Instant),
    # How many matters were told in it and are not over.
    Column("standing", Integer, nullable=False),
    Column("last_at", Instant),
    # By when something new is to be told, and when what is still so is told again.
    Column("due", Instant),
    Column("again", Instant),
    Index("ix_notices_bundles_channel", "channel", "last_at"),
    Index("ix_notices_bundles_due", "due", sqlite_where=HAS_DUE, postgresql_where=HAS_DUE),
)
owed = Table(
    "notices_owed",
    metadata,
    Column("bundle", CleanText, primary_key=True),
    Column("matter", CleanText, primary_key=True),
    Column("how", Text, nullable=False),
    # What is still to be told of it, by when, and why; None when everything has been told.
    Column("news", Text),
    Column("due", Instant),
    Column("why", Json),
    # Whom to mention in a letter to a channel as such.
    Column("mention", Json, nullable=False),
    Column("put_at", Instant, nullable=False),
    Column("told_at", Instant),
    # `owed`, `told`, `over`, `superseded`; the last with its reason.
    Column("state", Text, nullable=False),
    Column("because", Json),
    Column("ended_at", Instant),
    Index("ix_notices_owed_matter", "matter"),
    Index("ix_notices_owed_news", "bundle", "due", sqlite_where=HAS_NEWS, postgresql_where=HAS_NEWS),
)
tellings = Table(
    "notices_tellings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("bundle", CleanText, nullable=False),
    Column("channel", CleanText, nullable=False),
    Column("event", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("why", Json, nullable=False),
    Column("title", Json, nullable=False),
    Column("count", Integer, nullable=False),
    # When it was first told, by a way that could not bring it.
    Column("begun", Instant),
    Index("ix_notices_tellings_bundle", "bundle", "at"),
    Index("ix_notices_tellings_channel", "channel", "at"),
)
mentions = Table(
    "notices_mentions",
    metadata,
    Column("telling", Text, primary_key=True),
    Column("matter", CleanText, primary_key=True),
    Index("ix_notices_mentions_matter", "matter"),
)
letters = Table(
    "notices_letters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("telling", Text, nullable=False),
    Column("channel", CleanText, nullable=False),
    # Empty for a channel as such.
    Column("person", CleanText, nullable=False),
    Column("address", CleanText, nullable=False),
    Column("at", Instant, nullable=False),
    # `on-its-way`, `delivered` or `failed`.
    Column("state", Text, nullable=False),
    Column("because", Json),
    Column("ended_at", Instant),
    Index("ix_notices_letters_telling", "telling"),
    Index("ix_notices_letters_person", "person", "at"),
)
preferences = Table(
    "notices_preferences",
    metadata,
    Column("person", CleanText, primary_key=True),
    Column("body", Json, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
