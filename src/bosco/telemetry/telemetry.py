"""The door to telemetry: columns go in by groups and are durable when told so, questions never block them."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from bosco.kit.clock import Clock
from bosco.kit.refusal import Refusal
from bosco.telemetry.columns import Given, Row, Rows, check
from bosco.telemetry.figures import TelemetryStats
from bosco.telemetry.file import TelemetryFile
from bosco.telemetry.grid import Grid
from bosco.telemetry.groups import Groups, Pace
from bosco.telemetry.reader import READERS, Reader, Reading
from bosco.telemetry.refusals import not_open
from bosco.telemetry.table import TelemetryTable
from bosco.telemetry.upkeep import Piece, Upkeep
from bosco.telemetry.writer import Writer, Written

T = TypeVar("T")

FILE = "telemetry.duckdb"
# With no question for so long, memory that only caches the file is given back.
QUIET = 30.0


class Telemetry:
    """The telemetry of a data folder: `declare` tables, `open`, then `append` columns and `read`."""

    def __init__(self, folder: Path, clock: Clock, pace: Pace = Pace()) -> None:  # noqa: B008 - it is frozen
        self._clock = clock
        self._tables: dict[str, TelemetryTable] = {}
        self._made = 0
        self._open = False
        self._last_read = 0.0
        self._threads: tuple[ThreadPoolExecutor, ThreadPoolExecutor] | None = None
        self._stats = TelemetryStats()
        self._file = TelemetryFile(Path(folder) / FILE, pace.memory)
        self._writer = Writer(self._file)
        self._said: dict[str, timedelta] = {}
        self._keep: dict[str, timedelta | None] = {}
        self._upkeep = Upkeep(self._writer, self._keep, pace.checkpoint_at)
        self._reading = Reading(pace.question)
        self._groups = Groups(clock, pace, self, self._in_writer, self._stats)

    def declare(self, *tables: TelemetryTable) -> None:
        """Name tables that a room appends to; before or after `open`."""
        for table in tables:
            if table.name in self._tables:
                if self._tables[table.name] != table:
                    raise ValueError(f"two rooms declare a table {table.name}")
                continue
            self._tables[table.name] = table
            self._keep_table(table)

    def keep(self, table: str, span: timedelta | None) -> None:
        """Change for how long a table or a rung (`<ladder>_minute`) keeps its rows; None is for ever."""
        self._keep[table] = span

    def keep_as(self, said: Mapping[str, timedelta]) -> None:
        """Keep rows as the plan says, by its words; what it leaves out is kept as its table says, from now on."""
        self._said = dict(said)
        for table in self._tables.values():
            self._keep_table(table)

    def _keep_table(self, table: TelemetryTable) -> None:
        words = table.words()
        for name, span in table.spans().items():
            self._keep[name] = self._said.get(words.get(name, ""), span)

    def kept(self, table: str) -> timedelta | None:
        """Return for how long a table keeps its rows."""
        return self._keep.get(table)

    def use_zone(self, zone: tzinfo) -> None:
        """Let days begin at midnight of that time zone from now on; what is already rolled up stays as it is."""
        self._file.grid = Grid(zone)

    @property
    def grid(self) -> Grid:
        """Return where hours and days begin."""
        return self._file.grid

    async def open(self) -> None:
        """Open the file of the data folder, or refuse with the reason."""
        self._threads = ThreadPoolExecutor(1, "telemetry-writer"), ThreadPoolExecutor(READERS, "telemetry-reader")
        try:
            await self._in_writer(self._make_tables)
        except BaseException:
            self._end_threads()
            raise
        self._open = True
        self._last_read = self._clock.monotonic()

    async def close(self) -> None:
        """Write what waits, then close the file."""
        if self._open:
            await self._groups.stop()
            self._open = False
            await self._in_writer(self._shut)
            self._end_threads()

    async def append(self, table: TelemetryTable, columns: Given) -> None:
        """Hand over rows and wait until they are durable; refused if they cannot be."""
        done = asyncio.get_running_loop().create_future()
        self._hand_over(Rows(table, check(table, columns), done))
        await done

    def append_soon(self, table: TelemetryTable, columns: Given) -> None:
        """Hand over rows, durable a moment later; those handed over without an `await` between share a transaction."""
        self._hand_over(Rows(table, check(table, columns)))

    def append_row_soon(self, table: TelemetryTable, row: Row) -> None:
        """Hand over one row, in the order of the table's columns: cheap for rows that come one by one."""
        self._must_take(table)
        self._groups.hand_over_row(table, row)

    async def flush(self) -> None:
        """Wait until all that was handed over so far is durable."""
        if not self._open:
            raise not_open()
        await self._groups.flush()

    async def read(self, work: Callable[[Reader], T]) -> T:
        """Run a question on a snapshot, in a thread of the readers; it sees what was durable when it began."""
        if not self._open or self._threads is None:
            raise not_open()
        if self._made < len(self._tables):
            await self._in_writer(self._make_tables)
        self._stats.questions += 1
        self._last_read = self._clock.monotonic()
        return await self._clock.in_thread(self._threads[1], lambda: self._reading.ask(work, self._file.grid))

    async def settle(self) -> None:
        """Do at once all upkeep that would come by itself: rungs that are over, rows that are too old, memory."""
        await self.flush()
        now = self._clock.read()
        self._upkeep.hurry()
        while pieces := await self._in_writer(lambda: self._upkeep.due(now, quiet=True, in_haste=True)):
            for piece in pieces:
                while await self._in_writer(piece):
                    continue

    def stats(self) -> TelemetryStats:
        """Return figures about the store itself."""
        self._stats.waiting = self._groups.rows
        self._stats.forgotten = self._upkeep.forgotten
        self._stats.checkpoints = self._upkeep.checkpoints
        self._stats.file_bytes = self._file.file_size()
        self._stats.log_bytes = self._file.wal_size()
        return self._stats

    @property
    def trouble(self) -> Refusal | None:
        """Return why the last rows could not be written, until some can be again."""
        return self._groups.trouble

    def write(self, parts: list[Rows], one_by_one: bool) -> Written:
        """Make the parts durable; runs in the writer thread."""
        try:
            if self._made < len(self._tables):
                self._make_tables()
        except Refusal as refusal:
            return Written(failed=refusal)
        written = self._writer.write_one_by_one(parts) if one_by_one else self._writer.write(parts)
        self._renew_readers()
        return written

    def due(self, now: datetime) -> list[Piece]:
        """Return the upkeep that is due; runs in the writer thread."""
        return self._upkeep.due(now, quiet=self._clock.monotonic() - self._last_read > QUIET)

    def _hand_over(self, rows: Rows) -> None:
        self._must_take(rows.table)
        self._groups.hand_over(rows)

    def _must_take(self, table: TelemetryTable) -> None:
        if not self._open:
            raise not_open()
        if self._tables.get(table.name) is not table:
            raise LookupError(f"nobody has declared the table {table.name}")

    def _make_tables(self) -> None:
        wanted = list(self._tables.values())
        self._writer.declare(wanted)
        self._made = len(wanted)
        self._renew_readers()

    def _renew_readers(self) -> None:
        if not self._file.is_open:
            # A full disk does not keep anybody from reading.
            self._reading.close()
            with contextlib.suppress(Refusal):
                _ = self._file.connection
        if self._file.is_open and self._reading.opened != self._file.opened:
            self._reading.close()
            self._reading.renew(self._file.connection, self._file.opened)

    def _shut(self) -> None:
        self._reading.close()
        if self._file.is_open:
            with contextlib.suppress(duckdb.Error):
                self._writer.checkpoint()
            self._file.drop()

    async def _in_writer(self, work: Callable[[], Any]) -> Any:
        if self._threads is None:
            raise not_open()
        return await self._clock.in_thread(self._threads[0], work)

    def _end_threads(self) -> None:
        if self._threads is not None:
            for pool in self._threads:
                pool.shutdown()
            self._threads = None
