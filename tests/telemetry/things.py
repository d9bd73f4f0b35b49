"""A table with a ladder, and a telemetry store around a story, for the tests of this room."""

from datetime import timedelta
from pathlib import Path

from bosco.kit.clock import Clock
from bosco.telemetry.grid import LEVELS, Level, micros
from bosco.telemetry.groups import Pace
from bosco.telemetry.reader import Reader
from bosco.telemetry.table import Figure, Ladder, TelemetryTable
from bosco.telemetry.telemetry import Telemetry

LADDER = Ladder(
    name="thing",
    of="things",
    key=("kind",),
    figures=(
        Figure("n", "UINTEGER", "count(*)"),
        Figure("total", "BIGINT", "sum(worth)"),
        Figure("least", "BIGINT", "min(worth)", "min({})"),
        Figure("most", "BIGINT", "max(worth)", "max({})"),
    ),
)
THINGS = TelemetryTable(
    "things",
    {"kind": "INTEGER", "instant": "BIGINT", "worth": "BIGINT", "said": "VARCHAR"},
    ladders=(LADDER,),
)
QUICK = Pace(soon=timedelta(milliseconds=2), asked=timedelta(milliseconds=1), again=timedelta(milliseconds=10))


class opened:  # noqa: N801 - reads as `async with opened(…)`
    """A telemetry store for the time of a block."""

    def __init__(self, folder: Path, clock: Clock, *tables: TelemetryTable, pace: Pace = QUICK) -> None:
        self.telemetry = Telemetry(folder, clock, pace)
        self.telemetry.declare(*(tables or (THINGS,)))

    async def __aenter__(self) -> Telemetry:
        await self.telemetry.open()
        return self.telemetry

    async def __aexit__(self, *_: object) -> None:
        await self.telemetry.close()


async def add(telemetry: Telemetry, *rows: tuple[int, int, int]) -> None:
    kinds, instants, worths = zip(*rows, strict=True)
    await telemetry.append(THINGS, {"kind": kinds, "instant": instants, "worth": worths, "said": [None] * len(rows)})


Sums = list[tuple[int, int, int, int, int, int]]


def summed(reader: Reader, level: Level, since: int, until: int) -> Sums:
    merged = ", ".join(figure.merging for figure in LADDER.figures)
    rungs = reader.rungs(LADDER, level, (since, until))
    return reader.rows(f"SELECT kind, instant, {merged} FROM {rungs} GROUP BY ALL ORDER BY ALL")  # type: ignore[return-value]


def expected(rows: list[tuple[int, int, int]], telemetry: Telemetry, level: Level, since: int, until: int) -> Sums:
    found: dict[tuple[int, int], list[int]] = {}
    for kind, at, worth in rows:
        start = telemetry.grid.floor(level, at)
        if since <= at < until:
            found.setdefault((kind, start), []).append(worth)
    return sorted((*key, len(worths), sum(worths), min(worths), max(worths)) for key, worths in found.items())


__all__ = ["LADDER", "LEVELS", "QUICK", "THINGS", "add", "expected", "micros", "opened", "summed"]
