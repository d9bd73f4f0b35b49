"""Matters, bundles, what is owed, what was told, and preferences."""

import sqlalchemy as sa
from alembic import op

revision = "notices_0001"
down_revision = None
branch_labels = ("notices",)
depends_on = None


def _index(name: str, table: str, columns: list[str], where: str | None = None) -> None:
    partial = None if where is None else sa.text(where)
    op.create_index(name, table, columns, sqlite_where=partial, postgresql_where=partial)


def upgrade() -> None:
    """Create the tables."""
    text, instant = sa.Text, sa.BigInteger
    op.create_table(
        "notices_matters",
        sa.Column("key", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("subject", "body", "priority", "cause", "state")),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("closed_at", instant),
        sa.Column("acked_by", text),
        sa.Column("acked_at", instant),
        sa.Column("acked_until", instant),
        sa.Column("held_at", instant),
        sa.Column("held_why", text),
        sa.Column("into_key", text),
        sa.Column("ladder", text, nullable=False),
        sa.Column("done", text, nullable=False),
        sa.Column("unheard_at", instant),
    )
    _index("ix_notices_matters_open", "notices_matters", ["opened_at"], "state = 'open'")
    op.create_table(
        "notices_bundles",
        sa.Column("key", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("channel", "audience", "cause")),
        sa.Column("rhythm", text),
        sa.Column("thread", text),
        sa.Column("begun_at", instant),
        sa.Column("standing", sa.Integer, nullable=False),
        *(sa.Column(name, instant) for name in ("last_at", "due", "again")),
    )
    _index("ix_notices_bundles_channel", "notices_bundles", ["channel", "last_at"])
    _index("ix_notices_bundles_due", "notices_bundles", ["due"], "due IS NOT NULL")
    op.create_table(
        "notices_owed",
        sa.Column("bundle", text, primary_key=True),
        sa.Column("matter", text, primary_key=True),
        sa.Column("how", text, nullable=False),
        sa.Column("news", text),
        sa.Column("due", instant),
        sa.Column("why", text),
        sa.Column("mention", text, nullable=False),
        sa.Column("put_at", instant, nullable=False),
        sa.Column("told_at", instant),
        sa.Column("state", text, nullable=False),
        sa.Column("because", text),
        sa.Column("ended_at", instant),
    )
    _index("ix_notices_owed_matter", "notices_owed", ["matter"])
    _index("ix_notices_owed_news", "notices_owed", ["bundle", "due"], "news IS NOT NULL")
    op.create_table(
        "notices_tellings",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("bundle", "channel", "event")),
        sa.Column("at", instant, nullable=False),
        sa.Column("why", text, nullable=False),
        sa.Column("title", text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
    _index("ix_notices_tellings_bundle", "notices_tellings", ["bundle", "at"])
    _index("ix_notices_tellings_channel", "notices_tellings", ["channel", "at"])
    op.create_table(
        "notices_mentions",
        sa.Column("telling", text, primary_key=True),
        sa.Column("matter", text, primary_key=True),
    )
    _index("ix_notices_mentions_matter", "notices_mentions", ["matter"])
    op.create_table(
        "notices_letters",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("telling", "channel", "person", "address")),
        sa.Column("at", instant, nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("because", text),
        sa.Column("ended_at", instant),
    )
    _index("ix_notices_letters_telling", "notices_letters", ["telling"])
    _index("ix_notices_letters_person", "notices_letters", ["person", "at"])
    op.create_table(
        "notices_preferences",
        sa.Column("person", text, primary_key=True),
        sa.Column("body", text, nullable=False),
        sa.Column("changed_at", instant, nullable=False),
    )
