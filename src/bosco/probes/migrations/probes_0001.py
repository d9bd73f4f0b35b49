"""States of probes and their intervals, the times Bosco was away, heartbeats and their pings."""

import sqlalchemy as sa
from alembic import op

revision = "probes_0001"
down_revision = None
branch_labels = ("probes",)
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "probes_states",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("flapping", sa.Boolean, nullable=False),
        sa.Column("memory", sa.Text, nullable=False),
    )
    op.create_table(
        "probes_intervals",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
    )
    op.create_index("ix_probes_intervals_name", "probes_intervals", ["name", "start"])
    still = sa.text("ended IS NULL")
    op.create_index(
        "ix_probes_intervals_open", "probes_intervals", ["name"], sqlite_where=still, postgresql_where=still
    )
    op.create_table(
        "probes_gaps",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_probes_gaps_ended", "probes_gaps", ["ended"])
    op.create_table(
        "probes_settings",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "probes_heartbeats",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("beat", sa.Text, nullable=False),
        sa.Column("pings", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("key", name="uq_probes_heartbeats_key"),
    )
    op.create_table(
        "probes_pings",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("heartbeat", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("run", sa.Text),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
    )
    op.create_index("ix_probes_pings_heartbeat", "probes_pings", ["heartbeat", "number"])
