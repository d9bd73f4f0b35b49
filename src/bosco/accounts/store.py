"""The tables of the accounts."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from bosco.store.tables import metadata
from bosco.store.types import CleanText, Instant

__all__ = ["devices", "key", "links", "recovery_codes", "sessions", "tokens", "tries", "users"]


def _whose(nullable: bool = False) -> Column[str]:
    return Column("login", Text, ForeignKey("accounts_users.login", ondelete="CASCADE"), nullable=nullable)


users = Table(
    "accounts_users",
    metadata,
    # Never changed and never given to somebody else: the journal names people by it.
    Column("login", Text, primary_key=True),
    Column("email", Text, unique=True),
    Column("name", CleanText, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text),
    Column("theme", Text),
    Column("timezone", Text),
    Column("password", Text),
    Column("totp", Text),
    Column("totp_step", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant),
    Column("disabled_at", Instant),
)

recovery_codes = Table(
    "accounts_recovery_codes",
    metadata,
    Column("stamp", Text, primary_key=True),
    _whose(),
    Column("used_at", Instant),
    Index("ix_accounts_recovery_codes_login", "login"),
)

# Of cookies, links and tokens only a digest is kept: who reads the database cannot sign in with it.
sessions = Table(
    "accounts_sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _whose(),
    Column("stage", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("address", CleanText, nullable=False),
    Column("agent", CleanText, nullable=False),
    Column("wrong_codes", Integer, nullable=False),
    Column("pending", Text),
    Index("ix_accounts_sessions_login", "login"),
    Index("ix_accounts_sessions_ends_at", "ends_at"),
)

# Browsers that somebody has completely signed in with: strangers' failures never slow them.
devices = Table(
    "accounts_devices",
    metadata,
    Column("digest", Text, primary_key=True),
    _whose(),
    Column("made_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("ix_accounts_devices_login", "login"),
)

links = Table(
    "accounts_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    _whose(nullable=True),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("ix_accounts_links_login", "login"),
)

tokens = Table(
    "accounts_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("name", CleanText, nullable=False),
    Column("role", Text, nullable=False),
    _whose(nullable=True),
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    Index("ix_accounts_tokens_login", "login"),
)

# How often somebody failed, by a stamp of who and from where; forgotten after a day.
tries = Table(
    "accounts_tries",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("last", Instant, nullable=False),
    Index("ix_accounts_tries_last", "last"),
)

# One row: by what the key is recognised that second factors are sealed with.
key = Table(
    "accounts_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Text, nullable=False),
)
