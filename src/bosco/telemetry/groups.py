"""Rows wait a moment for company and are written as one group; whoever waits for them is told."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import duckdb

from bosco.kit.clock import Clock
from bosco.kit.refusal import Refusal
from bosco.telemetry.columns import Row, Rows, Waiting, check
from bosco.telemetry.figures import TelemetryStats
from bosco.telemetry.refusals import too_much
from bosco.telemetry.table import TelemetryTable
from bosco.telemetry.upkeep import CHECKPOINT_AT, Piece
from bosco.telemetry.writer import Written

log = logging.getLogger(__name__)
# After so many failures in a row, look for rows whose fault it might be.
SUSPICIOUS = 3
# What waits for others has no rows of its own.
_NOTHING = TelemetryTable("nothing", {})


@dataclass(frozen=True)
class Pace:
    """How long rows wait for company, how many may wait, and what the file and a question may use."""

    # While nobody waits for them, and as soon as somebody does.
    soon: timedelta = timedelta(milliseconds=200)
    asked: timedelta = timedelta(milliseconds=40)
    group: int = 100_000
    most_waiting: int = 64 * 1024 * 1024
    again: timedelta = timedelta(seconds=1)
    # Megabytes that DuckDB may keep, and bytes of log before a checkpoint.
    memory: int = 64
    checkpoint_at: int = CHECKPOINT_AT
    # How long one question may take.
    question: timedelta = timedelta(seconds=10)


class Thread(Protocol):
    """What the writer thread does for the groups."""

    def write(self, parts: list[Rows], one_by_one: bool) -> Written:
        """Make the parts durable."""

    def due(self, now: datetime) -> list[Piece]:
        """Return the upkeep that is due."""


class Groups:
    """Takes rows on the event loop, has them written by the writer thread, one group after the other."""

    def __init__(
        self,
        clock: Clock,
        pace: Pace,
        thread: Thread,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
        stats: TelemetryStats,
    ) -> None:
        self._clock = clock
        self._pace = pace
        self._thread = thread
        self._in_thread = in_thread
        self._stats = stats
        self._waiting = Waiting()
        self._pieces: deque[Piece] = deque()
        self._asked = asyncio.Event()
        self._full = asyncio.Event()
        self._working: asyncio.Task[None] | None = None
        self.trouble: Refusal | None = None

    @property
    def rows(self) -> int:
        """Return how many rows wait."""
        return self._waiting.rows

    def hand_over(self, rows: Rows) -> None:
        """Take rows; refused, or dropped if nobody waits for them, when too many wait already."""
        if len(rows) and self._waiting.cost > self._pace.most_waiting and not rows.table.referred:
            return self._refuse(rows, too_much(self._waiting.rows))
        self._waiting.add(rows)
        if rows.done is not None:
            self._asked.set()
        return self._begin()

    def hand_over_row(self, table: TelemetryTable, row: Row) -> None:
        """Take one row that nobody waits for; dropped when too many wait already."""
        if self._waiting.cost > self._pace.most_waiting and not table.referred:
            self._stats.dropped += 1
            return
        self._waiting.add_row(table, row)
        self._begin()

    def _begin(self) -> None:
        if self._waiting.rows >= self._pace.group:
            self._full.set()
        if self._working is None or self._working.done():
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def flush(self) -> None:
        """Wait until all that was handed over so far is durable."""
        if self._waiting:
            done = asyncio.get_running_loop().create_future()
            self.hand_over(Rows(_NOTHING, check(_NOTHING, {}), done))
            await done
        else:
            # Behind whatever the thread is at.
            await self._in_thread(lambda: None)

    async def stop(self) -> None:
        """Write what waits, as far as that is possible, and take no more."""
        with contextlib.suppress(Refusal):
            await self.flush()
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        self._stats.dropped += self._waiting.rows

    async def _work(self) -> None:
        failures = 0
        while self._waiting:
            if failures:
                await self._clock.sleep(self._pace.again)
            else:
                await self._gather()
            group, self._waiting = self._waiting, Waiting()
            self._asked.clear()
            self._full.clear()
            failures = 0 if await self._write(group, failures) else failures + 1
            await self._keep_up()

    async def _gather(self) -> None:
        soon = max(timedelta(0), self._pace.soon - self._pace.asked)
        for event, span in ((self._asked, soon), (self._full, self._pace.asked)):
            if not event.is_set() and not self._full.is_set():
                with contextlib.suppress(TimeoutError):
                    async with self._clock.limit(span):
                        await event.wait()

    async def _write(self, group: Waiting, failures: int) -> bool:
        began = self._clock.monotonic()
        try:
            written = await self._in_thread(lambda: self._lay_and_write(group, one_by_one=failures >= SUSPICIOUS))
        except asyncio.CancelledError:
            # Nothing that waits may wait for ever.
            for part in group.parts:
                if part.done is not None:
                    part.done.cancel()
            raise
        self._note(self._clock.monotonic() - began)
        self.trouble = written.failed
        if written.failed is not None:
            log.warning("telemetry could not be written, %d rows wait: %s", group.rows, written.failed)
            self._stats.failures += 1
            self._put_back(group, written.failed)
            return False
        rows = [part for part in group.parts if len(part)]
        for place, part in enumerate([*rows, *(part for part in group.parts if not len(part))]):
            if why := written.refused.get(place):
                self._refuse(part, why)
                continue
            self._stats.rows += len(part)
            if part.done is not None and not part.done.done():
                part.done.set_result(None)
        return True

    def _lay_and_write(self, group: Waiting, *, one_by_one: bool) -> Written:
        for why in group.lay():
            self._stats.dropped += 1
            log.error("a row is lost: %s", why)
        return self._thread.write([part for part in group.parts if len(part)], one_by_one)

    def _note(self, took: float) -> None:
        self._stats.commits += 1
        self._stats.seconds += took
        self._stats.slowest = max(self._stats.slowest, took)

    def _refuse(self, part: Rows, why: Refusal) -> None:
        self._stats.dropped += len(part)
        if part.done is None:
            log.error("%d rows of %s are lost: %s", len(part), part.table.name, why)
        elif not part.done.done():
            part.done.set_exception(why)

    def _put_back(self, group: Waiting, why: Refusal) -> None:
        # Who waits is told, and decides; what nobody waits for is tried again.
        for part in group.parts:
            if part.done is not None:
                self._refuse(part, why)
        self._waiting.put_back([part for part in group.parts if part.done is None])

    async def _keep_up(self) -> None:
        if not self._pieces:
            now = self._clock.read()
            self._pieces.extend(await self._kept(lambda: self._thread.due(now)) or ())
        while self._pieces:
            piece = self._pieces.popleft()
            if await self._kept(piece):
                self._pieces.appendleft(piece)
            # Rows go first; but a piece is done each time, or none would ever be done under load.
            if self._asked.is_set() or self._full.is_set():
                return

    async def _kept(self, piece: Callable[[], Any]) -> Any:
        try:
            return await self._in_thread(piece)
        except (duckdb.Error, Refusal) as error:
            log.warning("telemetry could not be kept up: %s", error)
        except Exception:
            # Whatever is wrong here, rows go on being written.
            log.exception("the upkeep of telemetry broke")
        self._stats.failures += 1
        return None
