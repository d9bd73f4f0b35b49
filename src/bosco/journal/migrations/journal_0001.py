"""Lines, seals and the end of the chain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "journal_0001"
down_revision = None
branch_labels = ("journal",)
depends_on = None

BYTEWISE = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# A guard against our own mistakes, not against somebody who may change the database: that is what the seals are for.
GUARD_SQLITE = """
CREATE TRIGGER journal_lines_no_{verb} BEFORE {verb} ON journal_lines
BEGIN SELECT RAISE(ABORT, 'a line of the journal is never changed or removed'); END
"""
GUARD_POSTGRESQL = """
CREATE FUNCTION journal_lines_guard() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a line of the journal is never changed or removed'; END $$
"""
GUARDED_POSTGRESQL = """
CREATE TRIGGER journal_lines_guard BEFORE UPDATE OR DELETE ON journal_lines
FOR EACH ROW EXECUTE FUNCTION journal_lines_guard()
"""


def upgrade() -> None:
    """Create the tables, and the chain's beginning."""
    op.create_table(
        "journal_waiting",
        sa.Column("number", SERIAL, nullable=False, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("data", sa.Text),
        sa.PrimaryKeyConstraint("number", name="pk_journal_waiting"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "journal_words",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("word", BYTEWISE, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal_words"),
        sa.UniqueConstraint("word", name="uq_journal_words_word"),
    )
    op.create_table(
        "journal_lines",
        sa.Column("place", SERIAL, nullable=False, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.BigInteger, nullable=False),
        sa.Column("what", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("data", sa.Text),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_journal_lines"),
        sa.UniqueConstraint("id", name="uq_journal_lines_id"),
    )
    for column in ("subject", "what", "actor"):
        op.create_index(f"ix_journal_lines_{column}", "journal_lines", [column, "place"])
    op.create_table(
        "journal_seals",
        sa.Column("number", SERIAL, nullable=False, autoincrement=False),
        sa.Column("first_place", sa.BigInteger, nullable=False),
        sa.Column("last_place", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("sealed_at", sa.BigInteger, nullable=False),
        sa.Column("earliest", sa.BigInteger, nullable=False),
        sa.Column("latest", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_journal_seals"),
    )
    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("seals", sa.BigInteger, nullable=False),
        sa.Column("sealed_place", sa.BigInteger, nullable=False),
        sa.Column("sealed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal_head"),
    )
    _guard()


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(GUARD_POSTGRESQL)
        op.execute(GUARDED_POSTGRESQL)
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(GUARD_SQLITE.format(verb=verb))
