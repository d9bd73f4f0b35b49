"""Planned work that has begun, and until when the calendar has been followed."""

import sqlalchemy as sa
from alembic import op

revision = "agenda_0001"
down_revision = None
branch_labels = ("agenda",)
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "agenda_works",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("impact", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_agenda_works_service", "agenda_works", ["service", "start"])
    op.create_index("ix_agenda_works_ended", "agenda_works", ["ended"])
    op.create_table(
        "agenda_instants",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
