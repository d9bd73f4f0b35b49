"""Which version went where, when, by whom."""

import sqlalchemy as sa
from alembic import op

revision = "services_0003"
down_revision = "services_0002"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "services_deployments",
        sa.Column("id", SERIAL, primary_key=True, autoincrement=True),
        sa.Column("service", sa.Text),
        sa.Column("environment", sa.Text),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
    )
    op.create_index("ix_services_deployments_service", "services_deployments", ["service", "at"])
    op.create_index("ix_services_deployments_environment", "services_deployments", ["environment", "at"])
