"""Every statement is a place to die: what the disk holds there is opened again and counted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.telemetry.things import LADDER, LEVELS, THINGS, expected, micros, opened, summed

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.telemetry.columns import Rows, check
from bosco.telemetry.file import TelemetryFile
from bosco.telemetry.grid import DAY, HOUR, MINUTE
from bosco.telemetry.telemetry import FILE
from bosco.telemetry.writer import Writer

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Snapshots:
    """A connection that copies what is on disk before and after each thing it is asked to do."""

    def __init__(self, inner: Any, folder: Path, copies: list[Path]) -> None:
        self._inner = inner
        self._folder = folder
        self._copies = copies

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in ("execute", "begin", "commit"):
            return found

        def watched(*given: Any) -> Any:
            self._copy()
            answer = found(*given)
            self._copy()
            return answer

        return watched

    def _copy(self) -> None:
        held = {path.name: path.read_bytes() for path in self._folder.iterdir() if path.is_file()}
        if not self._copies or held != {path.name: path.read_bytes() for path in self._copies[-1].iterdir()}:
            copy = self._folder.parent / f"copy-{len(self._copies)}"
            copy.mkdir()
            for name, content in held.items():
                (copy / name).write_bytes(content)
            self._copies.append(copy)


class WatchedFile(TelemetryFile):
    """A telemetry file that is photographed at every step."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / FILE, 64)
        self.folder = folder
        self.copies: list[Path] = []
        self.watching = False

    @property
    def connection(self) -> Any:
        inner = super().connection
        return Snapshots(inner, self.folder, self.copies) if self.watching else inner


def rows_at(*instants: int) -> Rows:
    count = len(instants)
    columns = {"kind": [1] * count, "instant": instants, "worth": [7] * count, "said": [None] * count}
    return Rows(THINGS, check(THINGS, columns))


def test_wherever_bosco_dies_each_row_counts_once_in_every_rung(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    file = WatchedFile(folder)
    writer = Writer(file)
    writer.declare([THINGS])
    first = micros(START)
    file.watching = True
    assert writer.write([rows_at(*[first + n * MINUTE for n in range(0, 1500, 97)])]).failed is None
    while writer.climb(LADDER, START + timedelta(days=1, hours=3)):
        continue
    # Late for every rung, for one of them, and for none.
    assert writer.write([rows_at(first, first + 26 * HOUR, first + 27 * HOUR)]).failed is None
    writer.checkpoint()
    writer.forget("things", first + 2 * HOUR)
    file.watching = False
    file.drop()
    # Three rungs in several steps, two groups of rows, a checkpoint, a deletion.
    assert len(file.copies) > 8
    counts = {count_everything(copy) for copy in file.copies}
    assert counts == {0, 16, 19}


def count_everything(folder: Path) -> int:
    """Hold every rung against the others, and return how many rows they count."""
    clock = VirtualClock(START + timedelta(days=1, hours=3))

    async def story() -> int:
        async with opened(folder, clock) as telemetry:
            # What was under way is done again.
            await telemetry.settle()
            rows = await telemetry.read(lambda reader: reader.rows("SELECT kind, instant, worth FROM things"))
            since, until = micros(START) - DAY, micros(START) + 3 * DAY
            found = [await telemetry.read(lambda reader: summed(reader, level, since, until)) for level in LEVELS]  # noqa: B023
            days = found[LEVELS.index("day")]
            counts = {sum(row[2] for row in sums) for sums in found}
            assert len(counts) == 1, folder
            (count,) = counts
            if count == len(rows):
                assert days == expected(rows, telemetry, "day", since, until)
            else:
                # Some were already forgotten, all of them rolled up before.
                assert count > len(rows) > 0
            return count

    return run_virtually(clock, story)
