"""Alerts that hold are found by themselves; a silence asked for twice is made once."""

import sqlalchemy as sa
from alembic import op

revision = "alerts_0003"
down_revision = "alerts_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index and the column."""
    still = sa.text("resolved_at IS NULL")
    op.create_index("ix_alerts_alerts_holding", "alerts_alerts", ["id"], sqlite_where=still, postgresql_where=still)
    op.add_column("alerts_silences", sa.Column("asked", sa.Text))
    op.create_index("ix_alerts_silences_asked", "alerts_silences", ["asked"], unique=True)
