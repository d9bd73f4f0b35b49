"""The one DuckDB file, as its writer thread sees it: opened, given its tables, written, checkpointed."""
# ruff: noqa: S608 - the names in the SQL are those that rooms declare in code, the rest are whole numbers

from collections.abc import Iterable
from pathlib import Path

import duckdb

from bosco.telemetry.columns import Array
from bosco.telemetry.grid import LEVELS, Grid, Level
from bosco.telemetry.refusals import cannot_open
from bosco.telemetry.rollup import MARKS_TABLE, definition
from bosco.telemetry.table import Ladder, TelemetryTable

# Each is one connection's own thread, so that a question never takes a core from the appends.
_SETTINGS: dict[str, str | int | float | list[str]] = {
    "threads": 1,
    "async_threads": 1,
    # Nothing in a question may reach a file, the network or an extension.
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    # We checkpoint ourselves, after those who wait have been answered.
    "wal_autocheckpoint": "1TB",
}
# DuckDB writes three headers first; a file without them was left by a start that was killed and never held a row.
_HEADERS = 3 * 4096
BATCH = "arriving"


class TelemetryFile:
    """What the writer thread owns; every method runs in that thread."""

    def __init__(self, path: Path, memory: int) -> None:
        self.path = path
        self.grid = Grid()
        self.marks: dict[str, dict[Level, int]] = {}
        self._memory = memory
        self._made: dict[str, TelemetryTable] = {}
        self._connection: duckdb.DuckDBPyConnection | None = None
        # Grows whenever the file has been opened anew, so that readers let go of what was before.
        self.opened = 0

    @property
    def wal(self) -> Path:
        """Return where the write-ahead log stands."""
        return self.path.with_name(self.path.name + ".wal")

    @property
    def is_open(self) -> bool:
        """Say whether there is a connection."""
        return self._connection is not None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the connection, opening the file anew if an earlier failure had closed it."""
        if self._connection is None:
            self._connection = self._connect()
            self.opened += 1
            for table in self._made.values():
                self._create(table)
        return self._connection

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.path.is_file() and self.path.stat().st_size < _HEADERS and not self.wal.exists():
                self.path.unlink()
            is_new = not self.path.exists()
            made = duckdb.connect(str(self.path), config={**_SETTINGS, "memory_limit": f"{self._memory}MiB"})
            # Only its owner may read it, whatever the umask; an existing file keeps what its owner chose.
            if is_new:
                self.path.chmod(0o600)
            made.execute(f"CREATE TABLE IF NOT EXISTS {MARKS_TABLE} (ladder VARCHAR, level VARCHAR, until BIGINT)")
            marks = made.execute(f"SELECT ladder, level, max(until) FROM {MARKS_TABLE} GROUP BY ALL").fetchall()
        except (duckdb.Error, OSError) as error:
            raise cannot_open(self.path, error) from error
        self.marks = {}
        for ladder, level, until in marks:
            self.marks.setdefault(ladder, {})[level] = until
        return made

    def create(self, tables: Iterable[TelemetryTable]) -> None:
        """Make the tables that are not there yet, and the columns that have been added since."""
        for table in tables:
            self._made[table.name] = table
            if self._connection is not None:
                self._create(table)
        _ = self.connection

    def _create(self, table: TelemetryTable) -> None:
        assert self._connection is not None
        try:
            self._connection.begin()
            self._fit(table.name, dict(table.columns))
            for ladder in table.ladders:
                for level in LEVELS:
                    self._fit(ladder.table(level), definition(ladder, level, table.columns))
                self._first_marks(ladder)
            self._connection.commit()
        except duckdb.Error as error:
            self.drop()
            raise cannot_open(self.path, error) from error

    def _fit(self, name: str, columns: dict[str, str]) -> None:
        assert self._connection is not None
        told = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({told})")
        there = {row[0] for row in self._connection.execute(f"DESCRIBE {name}").fetchall()}
        for column, kind in columns.items():
            if column not in there:
                nothing = "" if kind == "VARCHAR" else " DEFAULT 0"
                self._connection.execute(f"ALTER TABLE {name} ADD COLUMN {column} {kind}{nothing}")

    def _first_marks(self, ladder: Ladder) -> None:
        assert self._connection is not None
        marks = self.marks.setdefault(ladder.name, {})
        for level in LEVELS:
            if level not in marks:
                self._connection.execute(f"INSERT INTO {MARKS_TABLE} VALUES (?, ?, 0)", [ladder.name, level])
                marks[level] = 0

    def insert(self, table: TelemetryTable, columns: dict[str, Array]) -> None:
        """Write rows inside the transaction under way; they stay at hand as `arriving` until `let_go`."""
        names = ", ".join(table.columns)
        self.connection.register(BATCH, columns)
        self.connection.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {BATCH}")

    def let_go(self) -> None:
        """Forget the rows at hand."""
        self.connection.unregister(BATCH)

    def count(self, sql: str) -> int:
        """Run a statement that answers with one number, or with nothing."""
        row = self.connection.execute(sql).fetchone()
        return 0 if row is None or row[0] is None else int(row[0])

    def drop(self) -> None:
        """Close after a failure; what is asked next opens the file anew."""
        broken, self._connection = self._connection, None
        if broken is not None:
            try:
                broken.close()
            except duckdb.Error:
                return

    def wal_size(self) -> int:
        """Return the bytes that a restart would have to read again."""
        try:
            return self.wal.stat().st_size
        except OSError:
            return 0

    def file_size(self) -> int:
        """Return the bytes of the file itself."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def shrink(self) -> None:
        """Give memory that only caches the file back to the system."""
        for limit in (8, self._memory):
            try:
                self.connection.execute(f"SET memory_limit = '{limit}MiB'")
            except duckdb.OutOfMemoryException:
                continue
