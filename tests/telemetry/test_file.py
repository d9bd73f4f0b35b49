import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.telemetry.things import THINGS, add, opened

from bosco.kit.clock import RealClock
from bosco.kit.refusal import Code, Refusal
from bosco.telemetry.table import TelemetryTable
from bosco.telemetry.telemetry import FILE, Telemetry

AT = 1_772_000_000_000_000

HOLDER = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def refusal_of(folder: Path) -> Refusal:
    async def story() -> None:
        async with opened(folder, RealClock()) as telemetry:
            await telemetry.read(lambda reader: reader.rows("SELECT sum(worth), max(said) FROM things"))

    with pytest.raises(Refusal) as refused:
        asyncio.run(story())
    return refused.value


def filled(folder: Path) -> Path:
    async def story() -> None:
        async with opened(folder, RealClock()) as telemetry:
            for start in range(0, 50_000, 10_000):
                at = [AT + n * n for n in range(start, start + 10_000)]
                said = [f"said {n * 7919 % 10_007}" for n in range(10_000)]
                worth = [n * n % 1009 for n in range(10_000)]
                await telemetry.append(THINGS, {"kind": [1] * 10_000, "instant": at, "worth": worth, "said": said})

    asyncio.run(story())
    return folder / FILE


def test_a_second_process_is_told_who_holds_the_file(tmp_path: Path) -> None:
    file = filled(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        refusal = refusal_of(tmp_path)
        assert refusal.code is Code.CONFLICT
        assert str(holder.pid) in str(refusal)
    finally:
        holder.communicate("")
    assert holder.returncode == 0

    async def now_it_is_free() -> None:
        async with opened(tmp_path, RealClock()):
            pass

    asyncio.run(now_it_is_free())


def garbage(file: Path) -> None:
    file.write_bytes(os.urandom(100_000))


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def bad_blocks(file: Path) -> None:
    held = bytearray(file.read_bytes())
    for offset in range(12_288, len(held), 262_144):
        held[offset + 100 : offset + 200] = os.urandom(100)
    file.write_bytes(held)


def bad_log(file: Path) -> None:
    log = file.with_name(file.name + ".wal")

    async def story() -> bytes:
        telemetry = Telemetry(file.parent, RealClock())
        telemetry.declare(THINGS)
        await telemetry.open()
        for _ in range(3):
            await add(telemetry, *[(1, AT + n * n, n) for n in range(3000)])
        written = log.read_bytes()
        await telemetry.close()
        return written

    held = file.read_bytes()
    written = asyncio.run(story())
    middle = len(written) // 2
    # As after a kill: the file of before, and a log that was damaged in its middle.
    file.write_bytes(held)
    log.write_bytes(written[:middle] + os.urandom(40) + written[middle + 40 :])


@pytest.mark.parametrize("breaking", [garbage, half, bad_blocks, bad_log])
def test_a_broken_file_is_refused_with_a_way_out_and_left_as_it_is(
    tmp_path: Path, breaking: Callable[[Path], None]
) -> None:
    file = filled(tmp_path)
    breaking(file)
    before = file.read_bytes()
    refusal = refusal_of(tmp_path)
    assert refusal.code is Code.UNAVAILABLE
    assert "could not be read" in str(refusal) or "cannot be read" in str(refusal)
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    refusal = refusal_of(tmp_path / "data")
    assert refusal.code is Code.UNAVAILABLE
    assert "cannot be opened" in str(refusal)


@pytest.mark.parametrize("size", [0, 4096])
def test_a_file_whose_making_was_interrupted_is_made_anew(tmp_path: Path, size: int) -> None:
    (tmp_path / FILE).write_bytes(b"\0" * size)

    async def story() -> None:
        async with opened(tmp_path, RealClock()) as telemetry:
            await add(telemetry, (1, AT, 1))

    asyncio.run(story())


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path / "data", RealClock()) as telemetry:
            await add(telemetry, (1, AT, 1))

    before = os.umask(0)
    try:
        asyncio.run(story())
    finally:
        os.umask(before)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / FILE).stat().st_mode & 0o777 == 0o600


def test_a_later_version_may_add_columns_and_tables(tmp_path: Path) -> None:
    filled(tmp_path)
    wider = TelemetryTable(THINGS.name, {**THINGS.columns, "colour": "INTEGER", "note": "VARCHAR"})
    other = TelemetryTable("others", {"instant": "BIGINT"})

    async def story() -> None:
        async with opened(tmp_path, RealClock(), wider) as telemetry:
            telemetry.declare(other)
            await telemetry.append(other, {"instant": [AT]})
            row = {"kind": [2], "instant": [AT], "worth": [1], "said": ["x"], "colour": [3], "note": ["n"]}
            await telemetry.append(wider, row)
            found = await telemetry.read(
                lambda reader: reader.rows("SELECT kind, colour, note, count(*) FROM things GROUP BY ALL ORDER BY ALL")
            )
            assert found == [(1, 0, None, 50_000), (2, 3, "n", 1)]

    asyncio.run(story())


def test_two_rooms_cannot_declare_one_table(tmp_path: Path) -> None:
    telemetry = Telemetry(tmp_path, RealClock())
    telemetry.declare(THINGS)
    telemetry.declare(THINGS)
    with pytest.raises(ValueError, match="things"):
        telemetry.declare(TelemetryTable("things", {"instant": "BIGINT"}, keep=timedelta(days=1)))


def test_a_question_cannot_reach_the_machine(tmp_path: Path) -> None:
    filled(tmp_path)

    async def story() -> None:
        async with opened(tmp_path, RealClock()) as telemetry:
            for sql in (
                "SELECT * FROM read_csv('/etc/passwd')",
                f"ATTACH '{tmp_path / 'other.duckdb'}' AS other",
                "INSTALL httpfs",
            ):
                with pytest.raises(Refusal):
                    await telemetry.read(lambda reader: reader.rows(sql))  # noqa: B023 - awaited here

    asyncio.run(story())
