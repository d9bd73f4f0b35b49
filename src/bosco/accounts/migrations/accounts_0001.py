"""Users, their proofs, API tokens, and failed tries."""

import sqlalchemy as sa
from alembic import op

revision = "accounts_0001"
down_revision = None
branch_labels = ("accounts",)
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _users()
    _proofs()
    op.create_table(
        "accounts_tries",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_accounts_tries"),
    )
    op.create_index("ix_accounts_tries_last", "accounts_tries", ["last"])


def _users() -> None:
    op.create_table(
        "accounts_users",
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("theme", sa.Text),
        sa.Column("timezone", sa.Text),
        sa.Column("password", sa.Text),
        sa.Column("totp", sa.Text),
        sa.Column("totp_step", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger),
        sa.Column("disabled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("login", name="pk_accounts_users"),
        sa.UniqueConstraint("email", name="uq_accounts_users_email"),
    )


def _owned(name: str, *columns: sa.Column[object], key: str = "digest", nullable: bool = False) -> None:
    table = f"accounts_{name}"
    op.create_table(
        table,
        sa.Column(key, sa.Text, nullable=False),
        sa.Column("login", sa.Text, nullable=nullable),
        *columns,
        sa.PrimaryKeyConstraint(key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["login"], ["accounts_users.login"], name=f"fk_{table}_login", ondelete="CASCADE"),
    )
    op.create_index(f"ix_{table}_login", table, ["login"])


def _text(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Text, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _proofs() -> None:
    _owned("recovery_codes", _instant("used_at", nullable=True), key="stamp")
    _owned(
        "sessions",
        _text("id"),
        _text("stage"),
        _instant("made_at"),
        _instant("seen_at"),
        _instant("ends_at"),
        _text("address"),
        _text("agent"),
        sa.Column("wrong_codes", sa.Integer, nullable=False),
        sa.Column("pending", sa.Text),
    )
    with op.batch_alter_table("accounts_sessions") as table:
        table.create_unique_constraint("uq_accounts_sessions_id", ["id"])
    op.create_index("ix_accounts_sessions_ends_at", "accounts_sessions", ["ends_at"])
    _owned("devices", _instant("made_at"), _instant("seen_at"))
    _owned(
        "links",
        _text("purpose"),
        _instant("made_at"),
        _instant("ends_at"),
        _instant("used_at", nullable=True),
        nullable=True,
    )
    _owned(
        "tokens",
        _text("digest"),
        _text("name"),
        _text("role"),
        _text("made_by"),
        _instant("made_at"),
        *(_instant(name, nullable=True) for name in ("ends_at", "used_at", "revoked_at")),
        key="id",
        nullable=True,
    )
