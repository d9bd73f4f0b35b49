"""Records: their events, and what is derived of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "records_0001"
down_revision = None
branch_labels = ("records",)
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTEWISE = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "records_events",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_table(
        "records_records",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("over", sa.Boolean, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("service", sa.Text),
        sa.Column("assignee", sa.Text),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("over_at", sa.BigInteger),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("broken", sa.Boolean, nullable=False),
        sa.UniqueConstraint("number", name="uq_records_records_number"),
    )
    for name, columns in {
        "urgent": ["over", "urgency", "due", "id"],
        "changed": ["over", "changed_at", "id"],
        "due": ["over", "due", "id"],
        "service": ["service", "over", "id"],
        "assignee": ["assignee", "over", "id"],
        "kind": ["kind", "over", "id"],
    }.items():
        op.create_index(f"ix_records_records_{name}", "records_records", columns)
    op.create_table(
        "records_states",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "records_numbers",
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "records_links",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, primary_key=True),
    )
    op.create_index("ix_records_links_number", "records_links", ["number"])
    op.create_table(
        "records_words",
        sa.Column("word", BYTEWISE, primary_key=True),
        sa.Column("record", sa.BigInteger, primary_key=True),
    )
    op.create_index("ix_records_words_record", "records_words", ["record", "word"])
    op.create_table(
        "records_asked",
        sa.Column("actor", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_records_asked_at", "records_asked", ["at"])
