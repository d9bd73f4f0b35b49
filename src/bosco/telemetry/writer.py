"""What the writer thread does: rows in one transaction, rungs that are over, rows that are too old, checkpoints."""
# ruff: noqa: S608 - the names in the SQL are those that rooms declare in code, the rest are whole numbers

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb

from bosco.kit.refusal import Refusal
from bosco.telemetry.columns import Rows, together
from bosco.telemetry.file import BATCH, TelemetryFile
from bosco.telemetry.grid import DAY, HOUR, LEVELS, MINUTE, Level, micros
from bosco.telemetry.refusals import cannot_write
from bosco.telemetry.rollup import FINER, LAG, MARKS_TABLE, late_start_of, merge, start_of, take
from bosco.telemetry.table import INSTANT, Ladder, TelemetryTable

# What is wrong with the rows and not with the file.
_OF_THE_ROWS = (duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError)
# So much is written by one transaction when Bosco comes back after a long time, so that rows never wait long for it.
_AT_ONCE: dict[Level, int] = {"minute": 20 * MINUTE, "hour": 12 * HOUR, "day": 20 * DAY}
# So much where nobody's rows wait: each transaction costs as much as the rows of many hours.
_IN_HASTE: dict[Level, int] = {"minute": 2 * DAY, "hour": 4 * DAY, "day": 100 * DAY}


@dataclass
class Written:
    """What came of one group of rows: why each part that could not be written was refused, by its place."""

    refused: dict[int, Refusal] = field(default_factory=dict)
    # Nothing was written at all; the rows may be tried again.
    failed: Refusal | None = None


def _is_of_the_rows(error: Exception) -> bool:
    return isinstance(error, _OF_THE_ROWS) or not isinstance(error, duckdb.Error | OSError | Refusal)


class Writer:
    """Everything that changes the file; every method runs in the writer thread."""

    def __init__(self, file: TelemetryFile) -> None:
        self.file = file
        self.tables: dict[str, TelemetryTable] = {}

    def declare(self, tables: Sequence[TelemetryTable]) -> None:
        """Make tables that rooms have declared."""
        self.tables.update({table.name: table for table in tables})
        self.file.create(tables)

    def write(self, parts: Sequence[Rows]) -> Written:
        """Make the rows durable, all in one transaction; a part that cannot be written harms only itself."""
        try:
            self._commit(parts)
        except Exception as error:
            if _is_of_the_rows(error):
                return self.write_one_by_one(parts) if len(parts) > 1 else Written(refused={0: cannot_write(error)})
            # Nobody knows what state it is in: the next attempt reads the file anew.
            self.file.drop()
            return Written(failed=error if isinstance(error, Refusal) else cannot_write(error))
        return Written()

    def write_one_by_one(self, parts: Sequence[Rows]) -> Written:
        """Find those that cannot be written; if none can, it is not their fault."""
        refused: dict[int, Refusal] = {}
        why: Refusal | None = None
        for place, part in enumerate(parts):
            one = self.write([part])
            if why := one.failed or one.refused.get(0):
                refused[place] = why
        if why is not None and len(refused) == len(parts) > 1:
            return Written(failed=why)
        return Written(refused)

    def _commit(self, parts: Sequence[Rows]) -> None:
        self.file.connection.begin()
        try:
            for rows in together(parts):
                self._insert(rows)
            self.file.connection.commit()
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        try:
            self.file.connection.rollback()
        except duckdb.Error:
            # A failed commit has already rolled back.
            return

    def _insert(self, rows: Rows) -> None:
        ladders = rows.table.ladders
        columns = dict(rows.columns)
        at = columns.get(INSTANT)
        first = None if at is None or not len(at) else int(at.min())
        late = [
            (ladder, level)
            for ladder in ladders
            for level in LEVELS
            if first is not None and first < self.file.marks[ladder.name][level]
        ]
        if at is not None:
            columns.update({f"{level}_": self.file.grid.floors(level, at) for level in {level for _, level in late}})
        self.file.insert(rows.table, columns)
        for ladder, level in late:
            marks = self.file.marks[ladder.name]
            self._add(ladder, level, take(ladder, BATCH, late_start_of(level, marks), f"{INSTANT} < {marks[level]}"))
        self.file.let_go()

    def _add(self, ladder: Ladder, level: Level, rows: str) -> None:
        self.file.connection.execute(f"INSERT INTO {ladder.table(level)} BY NAME {rows}")

    def ladders(self) -> list[Ladder]:
        """Return every ladder."""
        return [ladder for table in self.tables.values() for ladder in table.ladders]

    def climb(self, ladder: Ladder, now: datetime, *, in_haste: bool = False) -> bool:
        """Write some buckets that are over, the finest first; say whether there may be more."""
        at_once = _IN_HASTE if in_haste else _AT_ONCE
        marks = self.file.marks[ladder.name]
        until = micros(now)
        for level in LEVELS:
            until = self.file.grid.floor(level, max(0, min(until, micros(now) - LAG[level])))
            if until > marks[level]:
                self._close(ladder, level, until, at_once[level])
                return True
        return False

    def _close(self, ladder: Ladder, level: Level, until: int, at_once: int) -> None:
        since = self.file.marks[ladder.name][level]
        finer = FINER[level]
        source = ladder.of if finer is None else ladder.table(finer)
        # Most of what lies between two marks may be empty: Bosco was away, or has just begun.
        lowest = self.file.count(
            f"SELECT min({INSTANT}) FROM {source} WHERE {INSTANT} >= {since} AND {INSTANT} < {until}"
        )
        low = max(since, lowest)
        if lowest:
            until = min(until, int(self.file.grid.starts(level, low, low + at_once)[-1]))
        self.file.connection.begin()
        try:
            if lowest:
                where = f"{INSTANT} >= {low} AND {INSTANT} < {until}"
                start = start_of(level, self.file.grid, (low, until), since)
                self._add(ladder, level, (take if finer is None else merge)(ladder, source, start, where))
            self.file.connection.execute(
                f"UPDATE {MARKS_TABLE} SET until = {until} WHERE ladder = ? AND level = ?", [ladder.name, level]
            )
            self.file.connection.commit()
        except BaseException:
            self._roll_back()
            raise
        self.file.marks[ladder.name][level] = until

    def limits(self, keep: Mapping[str, timedelta | None], now: datetime) -> dict[str, int]:
        """Return below which instant each table's rows may go: never what a coarser rung still needs."""
        found: dict[str, int] = {}
        for table in self.tables.values():
            needed: dict[str, int] = {}
            for ladder in table.ladders:
                marks = self.file.marks[ladder.name]
                for level in LEVELS:
                    finer = FINER[level]
                    source = table.name if finer is None else ladder.table(finer)
                    needed[source] = min(needed.get(source, marks[level]), marks[level])
            for name in table.spans():
                span = keep.get(name)
                if span is not None:
                    limit = micros(now) - span // timedelta(microseconds=1)
                    found[name] = min(limit, needed.get(name, limit))
        return found

    def oldest(self, table: str) -> int | None:
        """Return the instant of the table's oldest row."""
        row = self.file.connection.execute(f"SELECT min({INSTANT}) FROM {table}").fetchone()
        return None if row is None else row[0]

    def forget(self, table: str, below: int) -> int:
        """Delete the rows older than that, and say how many they were."""
        return self.file.count(f"DELETE FROM {table} WHERE {INSTANT} < {below}")

    def checkpoint(self) -> None:
        """Move the log into the file; readers go on, the next rows wait for it."""
        self.file.connection.execute("CHECKPOINT")
