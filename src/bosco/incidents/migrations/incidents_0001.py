"""Which alerts belong to which record, when a case was well again, and post-mortems."""

import sqlalchemy as sa
from alembic import op

revision = "incidents_0001"
down_revision = None
branch_labels = ("incidents",)
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "incidents_cases",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("service", sa.Text),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("detected", sa.BigInteger, nullable=False),
        sa.Column("recovered", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
    )
    still = sa.text("ended IS NULL")
    op.create_index("ix_incidents_cases_open", "incidents_cases", ["kind"], sqlite_where=still, postgresql_where=still)
    op.create_index("ix_incidents_cases_began", "incidents_cases", ["began"])
    op.create_table(
        "incidents_alerts",
        sa.Column("alert", sa.Text, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("service", sa.Text),
        sa.Column("fired", sa.BigInteger, nullable=False),
        sa.Column("resolved", sa.BigInteger),
    )
    op.create_index("ix_incidents_alerts_number", "incidents_alerts", ["number"])
    op.create_index("ix_incidents_alerts_fingerprint", "incidents_alerts", ["fingerprint"])
    op.create_table(
        "incidents_postmortems",
        sa.Column("number", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("drafted", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("published", sa.BigInteger),
    )
    op.create_index("ix_incidents_postmortems_state", "incidents_postmortems", ["state", "due"])
