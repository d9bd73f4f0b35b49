"""How much came in each hour."""

import sqlalchemy as sa
from alembic import op

revision = "receivers_0002"
down_revision = "receivers_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "receivers_hours",
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("hour", sa.BigInteger, primary_key=True),
        sa.Column("alerts", sa.BigInteger, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
    )
