"""Who is at the helm."""

import sqlalchemy as sa
from alembic import op

revision = "store_0002"
down_revision = "store_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "store_helm",
        sa.Column("turn", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("beat", sa.BigInteger, nullable=False),
        sa.Column("heard_of", sa.BigInteger),
        sa.PrimaryKeyConstraint("turn", name="pk_store_helm"),
        sa.UniqueConstraint("name", name="uq_store_helm_name"),
    )
