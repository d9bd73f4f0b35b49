"""Changes of the plan's turns, exchanges, who was last on call, calendars in and out."""

import sqlalchemy as sa
from alembic import op

revision = "people_0001"
down_revision = None
branch_labels = ("people",)
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "people_changes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("rotation", sa.Text),
        sa.Column("whom", sa.Text),
        sa.Column("who", sa.Text),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("cancelled_at", sa.BigInteger),
    )
    op.create_index("ix_people_changes_ended", "people_changes", ["ended"])
    op.create_index("ix_people_changes_source", "people_changes", ["source"])
    op.create_table(
        "people_exchanges",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("rotation", sa.Text, nullable=False),
        sa.Column("first", sa.Text, nullable=False),
        sa.Column("first_start", sa.BigInteger, nullable=False),
        sa.Column("first_end", sa.BigInteger, nullable=False),
        sa.Column("second", sa.Text, nullable=False),
        sa.Column("second_start", sa.BigInteger, nullable=False),
        sa.Column("second_end", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ended_by", sa.Text),
    )
    op.create_table(
        "people_duties",
        sa.Column("rotation", sa.Text, primary_key=True),
        sa.Column("people", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "people_feeds",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.UniqueConstraint("secret", name="uq_people_feeds_secret"),
    )
    op.create_table(
        "people_calendars",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("read_at", sa.BigInteger),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("trouble", sa.Text),
    )
