"""Every letter and how it ended, and whom one that goes to several has reached."""

import sqlalchemy as sa
from alembic import op

revision = "channels_0002"
down_revision = "channels_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "channels_letters",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("channel", "thread", "event", "subject")),
        sa.Column("priority", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "why", "receivers", "state")),
        sa.Column("because", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("took", sa.Float),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index("ix_channels_letters_channel", "channels_letters", ["channel", "id"])
    op.create_index("ix_channels_letters_ended", "channels_letters", ["channel", "ended_at"])
    op.create_index("ix_channels_letters_at", "channels_letters", ["at"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_channels_letters_waiting",
        "channels_letters",
        ["thread"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "channels_reached",
        sa.Column("letter", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, primary_key=True),
    )
