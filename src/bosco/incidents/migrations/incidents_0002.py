"""What moved first around the start of a case."""

import sqlalchemy as sa
from alembic import op

revision = "incidents_0002"
down_revision = "incidents_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "incidents_moves",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("looked", sa.BigInteger, nullable=False),
        sa.Column("moves", sa.Text, nullable=False),
    )
