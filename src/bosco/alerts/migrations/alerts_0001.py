"""Alerts and silences."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_0001"
down_revision = None
branch_labels = ("alerts",)
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "alerts_alerts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("service", sa.Text),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("seen", sa.Text),
        sa.Column("against", sa.Text),
        sa.Column("why", sa.Text),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("link", sa.Text),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("acknowledged_at", sa.BigInteger),
        sa.Column("acknowledged_until", sa.BigInteger),
        sa.Column("held_by", sa.Text),
        sa.Column("held_why", sa.Text),
        sa.Column("held_until", sa.BigInteger),
        sa.Column("told_at", sa.BigInteger),
        sa.Column("resolved_at", sa.BigInteger),
        sa.Column("resolved_why", sa.Text),
        sa.Column("resolved_by", sa.Text),
        sa.Column("calm_at", sa.BigInteger),
    )
    still = sa.text("resolved_at IS NULL")
    op.create_index(
        "ix_alerts_alerts_open",
        "alerts_alerts",
        ["fingerprint"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
    op.create_index("ix_alerts_alerts_fingerprint", "alerts_alerts", ["fingerprint", "raised_at"])
    op.create_index("ix_alerts_alerts_told", "alerts_alerts", ["told_at"])
    op.create_index("ix_alerts_alerts_service", "alerts_alerts", ["service", "raised_at"])
    op.create_table(
        "alerts_silences",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("covers", sa.Text, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.Text),
    )
    op.create_index("ix_alerts_silences_ends", "alerts_silences", ["ends_at"])
