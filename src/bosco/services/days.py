"""Day by day, how long something was up, degraded or down: the bars of ninety days, the same cost after a year."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from bosco.services.intervals import Interval
from bosco.telemetry.columns import Array
from bosco.telemetry.grid import DAY, Instants, instant, micros
from bosco.telemetry.names import Names
from bosco.telemetry.table import TelemetryTable
from bosco.telemetry.telemetry import Telemetry

KNOWN = ("up", "degraded", "down")
# A change is dated back to when it began: by then, no day older than this changes any more.
SETTLED = 3 * DAY

Ask = Callable[[Sequence[str], datetime, datetime], Awaitable[list[Interval]]]


@dataclass(frozen=True)
class DayBar:
    """One day of one thing; what is left of its length was seen by nobody."""

    start: datetime
    length: timedelta
    up: timedelta
    degraded: timedelta
    down: timedelta

    @property
    def unknown(self) -> timedelta:
        """Return the time of which nothing is known; of today, only what has passed."""
        return max(self.length - self.up - self.degraded - self.down, timedelta(0))


def by_day(intervals: Iterable[Interval], edges: Instants, until: int) -> dict[str, Array]:
    """Return by name the microseconds of each day in each known state; days lie between the edges."""
    found: dict[str, Array] = {}
    for one in intervals:
        if one.state in KNOWN:
            start, end = micros(one.start), until if one.end is None else min(micros(one.end), until)
            table = found.setdefault(one.name, np.zeros((len(edges) - 1, len(KNOWN)), dtype=np.int64))
            table[:, KNOWN.index(one.state)] += np.clip(
                np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0, None
            )
    return found


class StateDays:
    """Keeps the days that are settled, and counts the last ones anew from the intervals."""

    def __init__(self, telemetry: Telemetry, table: str) -> None:
        self._telemetry = telemetry
        self._names = Names(telemetry, f"{table}_names")
        self._table = TelemetryTable(
            table,
            {"number": "INTEGER", "instant": "BIGINT", **dict.fromkeys(KNOWN, "BIGINT")},
            keep=timedelta(days=400),
        )
        telemetry.declare(self._table)

    async def load(self) -> None:
        """Read what was kept before; once, when telemetry has been opened."""
        await self._names.load()

    async def bars(self, names: Sequence[str], days: int, now: datetime, ask: Ask) -> dict[str, list[DayBar]]:
        """Return the last days of each name, today last; `ask` gives the intervals of names within a span."""
        until = micros(now)
        edges = self._telemetry.grid.starts("day", until - (days + 1) * DAY, until)[-days - 1 :]
        settled = int(np.searchsorted(edges[1:], until - SETTLED, side="right"))
        tables = {name: np.zeros((len(edges) - 1, len(KNOWN)), dtype=np.int64) for name in names}
        kept = await self._kept(tables, edges, settled)
        lacking = [name for name in names if not kept[name].all()]
        if settled < len(edges) - 1:
            await self._count(names, tables, edges, slice(settled, None), until, ask)
        if lacking:
            first = min(int(np.argmin(kept[name])) for name in lacking)
            await self._count(lacking, tables, edges, slice(first, settled), until, ask)
            self._keep({name: tables[name][:settled] for name in lacking}, kept, edges)
        passed = np.minimum(edges[1:], until) - edges[:-1]
        return {name: _drawn(edges, passed, table) for name, table in tables.items()}

    async def _kept(self, tables: dict[str, Array], edges: Instants, settled: int) -> dict[str, Array]:
        """Fill in the days that were kept, and return by name which ones they are."""
        there = {name: np.zeros(settled, dtype=bool) for name in tables}
        numbers = {self._names.number(name): name for name in tables}
        if not settled:
            return there
        sums = ", ".join(f"max({state}) AS {state}" for state in KNOWN)
        sql = (
            f"SELECT number, instant, {sums} FROM {self._table.name} "  # noqa: S608 - whole numbers
            f"WHERE instant >= {edges[0]} AND instant < {edges[settled]} GROUP BY number, instant"
        )
        found = await self._telemetry.read(lambda reader: reader.columns(sql))
        days = np.searchsorted(edges, found["instant"])
        # A day that was kept in another time zone begins at another instant, and is counted anew.
        fits = edges[days] == found["instant"]
        rows = zip(
            found["number"].tolist(), days.tolist(), fits.tolist(), *(found[state] for state in KNOWN), strict=True
        )
        for number, day, fit, *times in rows:
            if fit and (name := numbers.get(number)) is not None:
                tables[name][day] = times
                there[name][day] = True
        return there

    async def _count(
        self, names: Sequence[str], tables: dict[str, Array], edges: Instants, days: slice, until: int, ask: Ask
    ) -> None:
        wanted = edges[days.start : None if days.stop is None else days.stop + 1]
        end = min(int(wanted[-1]), until)
        intervals = await ask(names, instant(int(wanted[0])), instant(end))
        for name, table in by_day(intervals, wanted, end).items():
            tables[name][days] = table

    def _keep(self, counted: dict[str, Array], kept: dict[str, Array], edges: Instants) -> None:
        for name, table in counted.items():
            new = np.flatnonzero(~kept[name])
            columns: dict[str, Array] = {state: table[new, place] for place, state in enumerate(KNOWN)}
            number = np.full(len(new), self._names.number(name), dtype=np.int32)
            self._telemetry.append_soon(self._table, {"number": number, "instant": edges[new], **columns})


def _drawn(edges: Instants, passed: Instants, table: Array) -> list[DayBar]:
    return [
        DayBar(instant(start), *(timedelta(microseconds=span) for span in (length, *times)))
        for start, length, times in zip(edges[:-1].tolist(), passed.tolist(), table.tolist(), strict=True)
    ]
