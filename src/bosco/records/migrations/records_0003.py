"""Indexes for lists by the order of opening, by priority and by broken promises."""

from alembic import op

revision = "records_0003"
down_revision = "records_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("ix_records_records_open", "records_records", ["over", "id"])
    op.create_index("ix_records_records_priority", "records_records", ["priority", "over", "id"])
    op.create_index("ix_records_records_broken", "records_records", ["broken", "over", "id"])
