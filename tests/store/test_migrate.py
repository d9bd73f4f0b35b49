"""The tables come to be by themselves: once, whole or not at all, whoever starts first."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from tests.stores import new_database

from bosco.app.wiring import room_modules
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.refusal import Code, Refusal
from bosco.store import migrate as migrating
from bosco.store import revisions, timers
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.store.tables import metadata
from bosco.store.types import from_microseconds

ROOT = Path(__file__).resolve().parents[2]
START_TOGETHER = """
import sys
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.migrate import migrate
from bosco.store.store import Store
store = Store.open(sys.argv[1], RealClock(), RealIds())
migrate(store)
store.close()
print("alembic" in sys.modules)
"""
START = [sys.executable, "-c", START_TOGETHER]


@pytest.fixture(params=["sqlite", "postgresql"])
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place without any table."""
    if request.param == "sqlite":
        yield str(tmp_path / "data")
    else:
        yield from new_database("empty")


@pytest.fixture
def empty(nowhere: str) -> Iterator[Store]:
    store = Store.open(nowhere, RealClock(), RealIds(), durable=False)
    yield store
    store.close()


def write_revision(folder: Path, name: str, down: str | None, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(
        f'from alembic import op\nrevision = "{name}"\ndown_revision = {down!r}\n\ndef upgrade():\n    {body}\n'
    )


def tables_of(store: Store) -> set[str]:
    found = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if store.on_postgresql
        else ("SELECT name FROM sqlite_master WHERE type = 'table'")
    )
    return set(store.read_now(lambda tx: tx.run(text(found)).scalars().all()))


def test_the_migrations_of_every_room_lead_to_its_tables(store: Store) -> None:
    list(room_modules("store"))
    with store.reads.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_table_bears_the_name_of_its_room() -> None:
    rooms = {module.__name__.split(".")[1] for module in room_modules("store")}
    assert {name.split("_")[0] for name in metadata.tables} <= rooms | {"store"}
    assert "store_timers" in metadata.tables


def test_every_room_has_a_branch_of_its_own() -> None:
    for folder in revisions.folders():
        room = folder.parent.name
        own = revisions.known([folder])
        assert len(revisions.heads(own)) == 1, room
        assert [one.name for one in own if not one.name.startswith(f"{room}_")] == []


def test_starting_again_changes_nothing_and_is_quick(nowhere: str) -> None:
    said = [subprocess.run([*START, nowhere], capture_output=True, check=True, cwd=ROOT).stdout for _ in range(2)]
    # Alembic takes longer to import than everything else: the second start does without.
    assert said == [b"True\n", b"False\n"]


def test_processes_that_start_at_once_migrate_once(nowhere: str) -> None:
    starting = [subprocess.Popen([*START, nowhere], stderr=subprocess.PIPE, cwd=ROOT) for _ in range(5)]
    assert [process.communicate()[1].decode() for process in starting] == [""] * 5
    store = Store.open(nowhere, RealClock(), RealIds())
    migrate(store)
    store.write_now(lambda tx: timers.set(tx, "n", "", from_microseconds(0)))
    store.close()


def test_a_database_of_a_newer_bosco_is_refused(store: Store, where: str) -> None:
    forget = "UPDATE alembic_version SET version_num = '{}' WHERE version_num = '{}'"
    store.write_now(lambda tx: tx.run(text(forget.format("store_9999", "store_0002"))).rowcount)
    with pytest.raises(Refusal, match="newer Bosco") as refused:
        migrate(store)
    assert refused.value.code == Code.CONFLICT
    store.write_now(lambda tx: tx.run(text(forget.format("store_0002", "store_9999"))).rowcount)


def test_a_migration_that_fails_leaves_nothing(empty: Store, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    write_revision(folder, "good", None, 'op.execute("CREATE TABLE good (id INTEGER)")')
    write_revision(folder, "bad", "good", 'op.execute("CREATE TABLE bad (id INTEGER)"); op.execute("nonsense")')
    with pytest.raises(Refusal, match="Nothing was stored"):
        migrate(empty, [folder])
    assert tables_of(empty) & {"good", "bad", "alembic_version"} == set()
    write_revision(folder, "bad", "good", 'op.execute("CREATE TABLE bad (id INTEGER)")')
    migrate(empty, [folder])
    assert {"good", "bad"} <= tables_of(empty)


def test_branches_of_rooms_grow_independently(empty: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_revision(first, "first_1", None, 'op.execute("CREATE TABLE one (id INTEGER)")')
    migrate(empty, [first])
    write_revision(second, "second_1", None, 'op.execute("CREATE TABLE two (id INTEGER)")')
    write_revision(first, "first_2", "first_1", 'op.execute("ALTER TABLE one ADD COLUMN more INTEGER")')
    migrate(empty, [first, second])
    migrate(empty, [first, second])
    assert {"one", "two"} <= tables_of(empty)
    assert empty.read_now(lambda tx: tx.run(text("SELECT count(more) FROM one")).scalar()) == 0


def test_writing_a_table_anew_keeps_those_that_refer_to_it(tmp_path: Path) -> None:
    """On SQLite a changed table is written anew, and dropping the old one must not take its children along."""
    store = Store.open(tmp_path / "data", RealClock(), RealIds(), durable=False)
    folder = tmp_path / "migrations"
    write_revision(
        folder,
        "first",
        None,
        'op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY, word TEXT)");'
        ' op.execute("CREATE TABLE child (id INTEGER, parent INTEGER REFERENCES parent ON DELETE CASCADE)");'
        ' op.execute("INSERT INTO parent VALUES (1, \'a\')"); op.execute("INSERT INTO child VALUES (1, 1)")',
    )
    migrate(store, [folder])
    write_revision(
        folder,
        "second",
        "first",
        'with op.batch_alter_table("parent") as parent: parent.drop_column("word")',
    )
    migrate(store, [folder])
    assert store.read_now(lambda tx: tx.run(text("SELECT count(*) FROM child")).scalar()) == 1
    # And the guard against orphans stands again.
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.write_now(lambda tx: tx.run(text("INSERT INTO child VALUES (2, 99)")).rowcount)
    store.close()


def test_a_migration_that_leaves_orphans_is_undone(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", RealClock(), RealIds(), durable=False)
    folder = tmp_path / "migrations"
    write_revision(
        folder,
        "only",
        None,
        'op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)");'
        ' op.execute("CREATE TABLE child (parent INTEGER REFERENCES parent)");'
        ' op.execute("INSERT INTO child VALUES (7)")',
    )
    with pytest.raises(Refusal, match="refer to nothing"):
        migrate(store, [folder])
    assert "child" not in tables_of(store)
    store.close()


def test_a_file_that_is_no_revision_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("x = 1\n")
    with pytest.raises(ImportError, match=r"odd\.py"):
        revisions.known([tmp_path])


def test_the_lock_of_postgresql_is_a_number_of_our_own() -> None:
    assert migrating._LOCK.to_bytes(5, "big") == b"bosco"
