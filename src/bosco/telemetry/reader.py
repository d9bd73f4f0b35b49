"""Questions to telemetry: a snapshot each, in a few threads of their own, bounded in time."""
# ruff: noqa: S608 - the names in the SQL are those that rooms declare in code, the rest are whole numbers

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from queue import SimpleQueue
from typing import Any, TypeVar

import duckdb

from bosco.telemetry.columns import Array
from bosco.telemetry.grid import LEVELS, Grid, Level
from bosco.telemetry.refusals import cannot_read, not_open
from bosco.telemetry.rollup import MARKS_TABLE, rungs
from bosco.telemetry.table import Ladder

T = TypeVar("T")
READERS = 2


class Reader:
    """What a question may do, inside one snapshot."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, grid: Grid) -> None:
        self.grid = grid
        self._cursor = cursor
        self._marks: dict[str, dict[Level, int]] | None = None

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the answer row by row."""
        return self._cursor.execute(sql, list(parameters)).fetchall()

    def columns(self, sql: str, parameters: Sequence[Any] = ()) -> dict[str, Array]:
        """Return the answer as NumPy columns; a column that holds nulls is a masked array."""
        found: dict[str, Array] = self._cursor.execute(sql, list(parameters)).fetchnumpy()
        return found

    def rungs(
        self,
        ladder: Ladder,
        level: Level,
        span: tuple[int, int],
        keys: Mapping[str, Sequence[int]] | None = None,
    ) -> str:
        """Return the SQL of a ladder's rows of that level within the span, also of what is not over yet.

        One bucket may have several rows, to be put together by `Figure.merging`. Begin at the start of a bucket.
        """
        return f"({rungs(ladder, level, span, self._marks_of(ladder), self.grid, keys or {})})"

    def _marks_of(self, ladder: Ladder) -> dict[Level, int]:
        if self._marks is None:
            self._marks = {}
            for name, level, until in self.rows(f"SELECT ladder, level, until FROM {MARKS_TABLE}"):
                self._marks.setdefault(name, {})[level] = until
        return self._marks.get(ladder.name) or dict.fromkeys(LEVELS, 0)


class Reading:
    """The readers' connections, made by the writer whenever it has opened the file."""

    def __init__(self, limit: timedelta) -> None:
        self._limit = limit
        self._cursors: SimpleQueue[tuple[int, duckdb.DuckDBPyConnection]] = SimpleQueue()
        self.opened = 0

    def renew(self, connection: duckdb.DuckDBPyConnection, opened: int) -> None:
        """Give the readers connections to the file as it is open now."""
        self.opened = opened
        for _ in range(READERS):
            cursor = connection.cursor()
            cursor.execute(f"SET max_execution_time = {self._limit // timedelta(milliseconds=1)}")
            self._cursors.put((opened, cursor))

    def close(self) -> None:
        """Let go of every connection that nobody is using; one in use is let go when its question is answered."""
        self.opened = 0
        while not self._cursors.empty():
            self._cursors.get()[1].close()

    def ask(self, work: Callable[[Reader], T], grid: Grid) -> T:
        """Run the work on a snapshot, in the calling thread."""
        if not self.opened:
            raise not_open()
        opened, cursor = self._cursors.get(timeout=self._limit.total_seconds() * 2)
        try:
            cursor.begin()
            try:
                return work(Reader(cursor, grid))
            finally:
                cursor.rollback()
        except duckdb.Error as error:
            raise cannot_read(error) from error
        finally:
            if opened == self.opened:
                self._cursors.put((opened, cursor))
            else:
                cursor.close()
