"""What is done between two groups of rows, a little at a time: rungs, old rows, checkpoints, memory."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import duckdb

from bosco.telemetry.grid import HOUR, MINUTE, SECOND
from bosco.telemetry.writer import Writer

# A checkpoint of so much log takes about a tenth of a second, and reading it again at a restart not much more.
CHECKPOINT_AT = 16 * 1024 * 1024
QUIET_CHECKPOINT = timedelta(minutes=30)
CLIMB_EVERY = timedelta(seconds=20)
BREATHE_EVERY = timedelta(minutes=1)
# One deletion of so many rows takes one or two milliseconds.
ROWS_AT_ONCE = 20_000
PATIENCE = 20

# Says whether it is to be run again, because there is more of the same.
Piece = Callable[[], bool | None]


class Forgetting:
    """How far one table's old rows have been deleted, and how long a time the next deletion takes away."""

    def __init__(self, oldest: int) -> None:
        self.until = oldest
        self.stretch = MINUTE

    def done(self, until: int, rows: int) -> None:
        """Note what was deleted; the next time holds about as many rows as one deletion should."""
        self.until = until
        if rows < ROWS_AT_ONCE // 2:
            self.stretch = min(self.stretch * 2, HOUR)
        elif rows > ROWS_AT_ONCE:
            self.stretch = max(self.stretch // 2, SECOND)


class Upkeep:
    """Tells what is due as short pieces of work; all of it runs in the writer thread."""

    def __init__(self, writer: Writer, keep: dict[str, timedelta | None], checkpoint_at: int = CHECKPOINT_AT) -> None:
        self._writer = writer
        self._keep = keep
        self._checkpoint_at = checkpoint_at
        self._forgetting: dict[str, Forgetting] = {}
        self._climbed: datetime | None = None
        self._checkpointed: datetime | None = None
        self._breathed: datetime | None = None
        self._in_the_way = 0
        self.forgotten = 0
        self.checkpoints = 0

    def due(self, now: datetime, *, quiet: bool, in_haste: bool = False) -> list[Piece]:
        """Return the pieces that are due; in haste they are fewer and longer, for nobody's rows wait meanwhile."""
        work: list[Piece] = []
        if _passed(self._climbed, now, CLIMB_EVERY):
            self._climbed = now
            work.extend(
                partial(self._writer.climb, ladder, now, in_haste=in_haste) for ladder in self._writer.ladders()
            )
        work.extend(self._deletions(now, in_haste=in_haste))
        self._checkpointed = self._checkpointed or now
        size = self._writer.file.wal_size()
        if size >= self._checkpoint_at or (size and _passed(self._checkpointed, now, QUIET_CHECKPOINT)):
            work.append(partial(self.checkpoint, now))
        if quiet and _passed(self._breathed, now, BREATHE_EVERY):
            self._breathed = now
            work.append(self._writer.file.shrink)
        return work

    def hurry(self) -> None:
        """Let everything be due that waits for its time."""
        self._climbed = self._breathed = None

    def _deletions(self, now: datetime, *, in_haste: bool) -> list[Piece]:
        work: list[Piece] = []
        for table, limit in self._writer.limits(self._keep, now).items():
            if limit <= 0:
                continue
            if table not in self._forgetting:
                oldest = self._writer.oldest(table)
                self._forgetting[table] = Forgetting(limit if oldest is None else oldest)
            place = self._forgetting[table]
            if place.until + place.stretch <= limit:
                until = limit if in_haste else place.until + place.stretch
                work.append(partial(self._forget, table, until))
        return work

    def _forget(self, table: str, until: int) -> None:
        rows = self._writer.forget(table, until)
        self.forgotten += rows
        place = self._forgetting[table]
        place.done(until, rows)
        if not rows and (oldest := self._writer.oldest(table)) is not None:
            # Nothing for a long time: go on where there is something again.
            place.until = max(until, oldest)

    def checkpoint(self, now: datetime) -> None:
        """Move the log into the file, or leave it for the next time if a question that just began is in the way."""
        try:
            self._writer.checkpoint()
        except duckdb.TransactionException:
            self._in_the_way += 1
            if self._in_the_way < PATIENCE:
                return
            raise
        self._in_the_way = 0
        self._checkpointed = now
        self.checkpoints += 1


def _passed(last: datetime | None, now: datetime, span: timedelta) -> bool:
    # A clock that was set back must not stop the upkeep until it has caught up.
    return last is None or not timedelta(0) <= now - last < span
