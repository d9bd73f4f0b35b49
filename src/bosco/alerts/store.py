"""The tables of the alerts: one row for each alert that ever was, and the silences."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant, Json

_RESOLVED: Column[object] = Column("resolved_at", Instant)

alerts = Table(
    "alerts_alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("fingerprint", CleanText, nullable=False),
    Column("source", CleanText, nullable=False),
    Column("title", Json, nullable=False),
    Column("priority", CleanText, nullable=False),
    Column("level", CleanText, nullable=False),
    Column("service", CleanText),
    Column("labels", Json, nullable=False),
    Column("seen", Json),
    Column("against", Json),
    Column("why", Json),
    Column("since", Instant, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("link", CleanText),
    Column("details", Json, nullable=False),
    Column("acknowledged_by", CleanText),
    # When that changed last.
    Column("acknowledged_at", Instant),
    Column("acknowledged_until", Instant),
    # Why it is told to nobody for now.
    Column("held_by", Text),
    Column("held_why", Json),
    Column("held_until", Instant),
    # When people were first owed a word of it.
    Column("told_at", Instant),
    Column("resolved_at", Instant),
    Column("resolved_why", Json),
    Column("resolved_by", CleanText),
    # When it will be over if it stays well until then.
    Column("calm_at", Instant),
    # While it holds, there is one alert for one trouble.
    Index(
        "ix_alerts_alerts_open",
        "fingerprint",
        unique=True,
        sqlite_where=_RESOLVED.is_(None),
        postgresql_where=_RESOLVED.is_(None),
    ),
    Index("ix_alerts_alerts_holding", "id", sqlite_where=_RESOLVED.is_(None), postgresql_where=_RESOLVED.is_(None)),
    Index("ix_alerts_alerts_fingerprint", "fingerprint", "raised_at"),
    Index("ix_alerts_alerts_told", "told_at"),
    Index("ix_alerts_alerts_service", "service", "raised_at"),
)

silences = Table(
    "alerts_silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("author", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    # What must be equal for it to cover an alert.
    Column("covers", Json, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", CleanText),
    # Who asked for it under which key of theirs: asked again, it is the same silence.
    Column("asked", CleanText),
    Index("ix_alerts_silences_ends", "ends_at"),
    Index("ix_alerts_silences_asked", "asked", unique=True),
)

# What is remembered of each rule and series that is not simply fine; both instants are milliseconds.
judged = Table(
    "alerts_judged",
    metadata,
    Column("rule", CleanText, primary_key=True),
    Column("subject", CleanText, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("unknown_since", BigInteger, nullable=False),
    Column("phase", Integer, nullable=False),
)
# Single values: until when everything was judged.
settings = Table(
    "alerts_settings", metadata, Column("name", Text, primary_key=True), Column("at", Instant, nullable=False)
)
