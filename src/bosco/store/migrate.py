"""Brings the database to the tables of this Bosco, also when several processes start at once."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store.failures import lost_connection, not_stored, unreachable
from bosco.store.revisions import folders, heads, known
from bosco.store.store import Store

# Any number that no other program on the same database uses.
_LOCK = 0x626F73636F


def migrate(store: Store, places: list[Path] | None = None) -> None:
    """Upgrade every room's tables; does nothing, and quickly, when they are up to date.

    A database written by a newer Bosco is refused. If a migration fails, nothing of it remains.
    """
    places = folders() if places is None else places
    revisions = known(places)
    try:
        with store.reads.connect() as connection, connection.begin():
            if _up_to_date(connection, {one.name for one in revisions}, heads(revisions)):
                return
        if store.turn:
            with store.turn:
                _upgrade_sqlite(store, places)
        else:
            _upgrade_postgresql(store, places)
    except Refusal:
        raise
    except Exception as error:
        raise unreachable(error) if lost_connection(error) else not_stored(error) from error


def up_to_date(store: Store) -> bool:
    """Say whether every room's tables are as this Bosco wants them; refuse a database of a newer one."""
    revisions = known(folders())
    try:
        with store.reads.connect() as connection, connection.begin():
            return _up_to_date(connection, {one.name for one in revisions}, heads(revisions))
    except Refusal:
        raise
    except Exception as error:
        raise unreachable(error) if lost_connection(error) else not_stored(error) from error


def _up_to_date(connection: Connection, names: set[str], newest: set[str]) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    reached = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
    if unknown := reached - names:
        raise Refusal(
            Code.CONFLICT,
            msg("This database was written by a newer Bosco (it knows {names}).", names=", ".join(sorted(unknown))),
            msg("Start that version again, or give this one another data folder."),
        )
    return reached == newest


def _upgrade_sqlite(store: Store, places: list[Path]) -> None:
    with store.engine.connect() as connection:
        # Changing a table means writing it anew, which must not empty those that refer to it.
        connection.connection.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                _run(connection, places)
                if broken := connection.execute(text("PRAGMA foreign_key_check")).fetchall():
                    raise RuntimeError(f"a migration left {len(broken)} rows that refer to nothing")
        finally:
            connection.connection.execute("PRAGMA foreign_keys = ON")


def _upgrade_postgresql(store: Store, places: list[Path]) -> None:
    with store.engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _run(connection, places)


def _run(connection: Connection, places: list[Path]) -> None:
    # Alembic takes a third of a second to import: only when there is something to do.
    from alembic.operations import Operations  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext, RevisionStep  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    script = ScriptDirectory(str(places[0]), version_locations=[str(place) for place in places])

    def steps(current: tuple[str, ...], _: MigrationContext) -> list[RevisionStep]:
        return script._upgrade_revs("heads", current)  # type: ignore[arg-type]

    context = MigrationContext.configure(
        connection, opts={"fn": steps, "transactional_ddl": True, "render_as_batch": True}
    )
    with Operations.context(context):
        context.run_migrations()
