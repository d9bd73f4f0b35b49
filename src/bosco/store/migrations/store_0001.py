"""Timers and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "store_0001"
down_revision = None
branch_labels = ("store",)
depends_on = None

PENDING = sa.text("state = 'pending'")
ENDED = sa.text("state <> 'pending'")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "store_timers",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("next_try", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("because", sa.Text),
        sa.PrimaryKeyConstraint("name", "key", name="pk_store_timers"),
    )
    op.create_index("ix_store_timers_next_try", "store_timers", ["next_try"])
    op.create_table(
        "store_outbox",
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text),
        sa.Column("key", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("put_at", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("next_try", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("because", sa.Text),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("place", name="pk_store_outbox"),
        sa.UniqueConstraint("id", name="uq_store_outbox_id"),
        sqlite_autoincrement=True,
    )
    for name, columns, only in (
        ("next_try", ["next_try"], PENDING),
        ("lane", ["lane", "place"], PENDING),
        ("key", ["kind", "key"], PENDING),
        ("ended_at", ["ended_at"], ENDED),
    ):
        op.create_index(f"ix_store_outbox_{name}", "store_outbox", columns, sqlite_where=only, postgresql_where=only)
