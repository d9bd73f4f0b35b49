"""What a process that is not at the helm asks of the one that is."""

import sqlalchemy as sa
from alembic import op

revision = "probes_0002"
down_revision = "probes_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "probes_errands",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("put_at", sa.BigInteger, nullable=False),
    )
