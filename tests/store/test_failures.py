"""A database that fails is told calmly to everybody, and nothing is half done."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from tests.conftest import START

from bosco.kit.clock import RealClock, VirtualClock, run_virtually
from bosco.kit.ids import RealIds, SeededIds
from bosco.kit.refusal import Code, Refusal
from bosco.store import timers
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.store.tx import Tx

ROOT = Path(__file__).resolve().parents[2]

# Files of this process may not grow any more: the disk is full, as far as SQLite can tell.
FULL_DISK = """
import asyncio, os, resource, sys
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.refusal import Refusal
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.types import from_microseconds
store = Store.open(sys.argv[1], RealClock(), RealIds())
store.write_now(lambda tx: timers.set(tx, "kept", "", from_microseconds(0)))
limits = resource.getrlimit(resource.RLIMIT_FSIZE)

async def story():
    wal = os.path.getsize(sys.argv[1] + "/bosco.db-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal + 20_000, limits[1]))
    def work(n):
        return lambda tx: timers.set(tx, "lost", str(n), from_microseconds(0), "x" * 20_000)
    ends = await asyncio.gather(*(store.write(work(n)) for n in range(20)), return_exceptions=True)
    print(sum(isinstance(end, Refusal) for end in ends), sum(end is None for end in ends))
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    await store.write(lambda tx: timers.set(tx, "after", "", from_microseconds(0)))

asyncio.run(story())
store.close()
"""


def names(tx: Tx) -> dict[str, int]:
    counted = text("SELECT name, count(*) FROM store_timers GROUP BY name")
    return {row[0]: row[1] for row in tx.run(counted)}


def test_a_full_disk_is_told_to_everybody_and_the_store_goes_on_when_there_is_room(
    tmp_path: Path, migrated_folder: Path
) -> None:
    shutil.copytree(migrated_folder, tmp_path / "data")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "data")], capture_output=True, cwd=ROOT, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    refused, stored = map(int, done.stdout.split())
    assert refused > 0
    assert refused + stored == 20
    store = Store.open(tmp_path / "data", RealClock(), RealIds())
    # What was answered is there, what was refused is not.
    assert store.read_now(names) == {"kept": 1, "after": 1, **({"lost": stored} if stored else {})}
    assert store.read_now(lambda tx: tx.run(text("PRAGMA integrity_check")).scalar()) == "ok"
    store.close()


def test_a_connection_that_broke_before_the_commit_is_replaced_silently(
    migrated_database: str, clock: VirtualClock
) -> None:
    store = Store.open(migrated_database, clock, SeededIds(), durable=False, alone=True)
    broken: list[int] = []

    def work(tx: Tx) -> str:
        own = tx.run(text("SELECT pg_backend_pid()")).scalar_one()
        if len(broken) < 2:
            broken.append(own)
            with psycopg.connect(migrated_database, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [own])
        tx.run(text("SELECT 1"))
        return "done"

    async def story() -> None:
        assert await store.write(work) == "done"
        broken.clear()
        assert await store.read(work) == "done"

    run_virtually(clock, story)
    broken.clear()
    assert store.write_now(work) == "done"
    store.close()


def test_a_database_that_does_not_answer_is_refused_after_a_while(clock: VirtualClock) -> None:
    store = Store.open("postgresql://nobody@127.0.0.1:1/none", clock, SeededIds())

    async def story() -> None:
        for ask in (store.write, store.read):
            with pytest.raises(Refusal) as refused:
                await ask(names)
            assert refused.value.code == Code.UNAVAILABLE
            assert "does not answer" in str(refused.value.says)

    run_virtually(clock, story)
    assert clock.read() > START
    with pytest.raises(Refusal, match="does not answer"):
        store.write_now(names)
    store.close()


@pytest.mark.parametrize("url", ["postgresql://", "mysql://there/x", "://", "postgresql://host:port/name"])
def test_an_address_that_is_none_is_refused(url: str, clock: VirtualClock) -> None:
    with pytest.raises(Refusal, match="address"):
        Store.open(url, clock, SeededIds())


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="cannot be used"):
        Store.open(tmp_path / "file" / "data", clock, SeededIds())


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bosco.db").write_bytes(b"this is not a database" * 400)
    store = Store.open(tmp_path, RealClock(), RealIds())
    with pytest.raises(Refusal, match="not a database"):
        migrate(store)
    store.close()


def test_the_state_is_for_its_owner_alone(tmp_path: Path, clock: VirtualClock) -> None:
    store = Store.open(tmp_path / "data", clock, SeededIds())
    store.write_now(lambda tx: tx.run(text("SELECT 1")).scalar())
    store.close()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "data").iterdir() if file.stat().st_mode & 0o077] == []


def test_a_closed_store_says_so(store: Store, clock: VirtualClock) -> None:
    store.close()

    async def story() -> None:
        with pytest.raises(RuntimeError):
            await store.write(lambda tx: timers.set(tx, "n", "", START))

    run_virtually(clock, story)


def test_everything_asked_before_the_close_is_stored(where: str) -> None:
    store = Store.open(where, RealClock(), RealIds(), durable=False)

    async def story() -> None:
        asked = [
            asyncio.ensure_future(store.write(lambda tx, n=n: timers.set(tx, "n", str(n), START))) for n in range(30)
        ]
        await asyncio.sleep(0)
        store.close()
        await asyncio.gather(*asked)

    asyncio.run(story())
    again = Store.open(where, RealClock(), RealIds())
    assert again.read_now(names) == {"n": 30}
    again.close()
