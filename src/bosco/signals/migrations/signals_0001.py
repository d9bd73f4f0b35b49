"""What was pushed under a key, so that the same sent again counts once."""

import sqlalchemy as sa
from alembic import op

revision = "signals_0001"
down_revision = None
branch_labels = ("signals",)
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "signals_pushed",
        sa.Column("sender", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
    )
    op.create_index("ix_signals_pushed_at", "signals_pushed", ["at"])
