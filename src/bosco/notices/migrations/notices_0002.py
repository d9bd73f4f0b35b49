"""Since when a telling has been tried, by this way and others before it."""

import sqlalchemy as sa
from alembic import op

revision = "notices_0002"
down_revision = "notices_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("notices_tellings", sa.Column("begun", sa.BigInteger))
