"""What senders said last of each alert, what was delivered already, how each address fares."""

import sqlalchemy as sa
from alembic import op

revision = "receivers_0001"
down_revision = None
branch_labels = ("receivers",)
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "receivers_heard",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("until", sa.BigInteger),
    )
    op.create_index("ix_receivers_heard_receiver", "receivers_heard", ["receiver", "until"])
    op.create_table(
        "receivers_deliveries",
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("delivery", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("ix_receivers_deliveries_at", "receivers_deliveries", ["at"])
    op.create_table(
        "receivers_kept",
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("received_at", sa.BigInteger),
        sa.Column("alerts", sa.BigInteger, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("refused_at", sa.BigInteger),
        sa.Column("refused_why", sa.Text),
    )
