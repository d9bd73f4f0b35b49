"""The revisions of the plan."""

import sqlalchemy as sa
from alembic import op

revision = "revisions_1"
down_revision = None
branch_labels = ("revisions",)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "revisions_plans",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("sources", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
    )
