"""The sheets that anomalies came with."""

import sqlalchemy as sa
from alembic import op

revision = "anomalies_0001"
down_revision = None
branch_labels = ("anomalies",)
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "anomalies_sheets",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("taken", sa.BigInteger, nullable=False),
    )
