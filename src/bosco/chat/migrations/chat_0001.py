"""The message that follows each incident, and what has been heard already."""

import sqlalchemy as sa
from alembic import op

revision = "chat_0001"
down_revision = None
branch_labels = ("chat",)
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "chat_threads",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("upto", sa.Text, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
    )
    op.create_index("ix_chat_threads_ts", "chat_threads", ["place", "ts"])
    op.create_table(
        "chat_heard",
        sa.Column("event", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_chat_heard_at", "chat_heard", ["at"])
