"""The measures of a probe over a time: what its looks counted besides whether and how fast it answered."""
# ruff: noqa: S608 - the names in the SQL are those of our tables, the rest are whole numbers

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bosco.probes.chart import Source, Wish, grid_of
from bosco.probes.rollup import MEASURES, MEASURES_LADDER
from bosco.telemetry.grid import SECOND
from bosco.telemetry.reader import Reader


@dataclass(frozen=True)
class Measured:
    """One measure point by point; a point without a value is not there."""

    step: timedelta
    source: Source
    # Seconds since 1970, where each point begins.
    at: list[float] = field(default_factory=list)
    mean: list[float] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)


def measured_of(wish: Wish, kept: Callable[[str], timedelta | None], reader: Reader) -> dict[int, Measured]:
    """Return each measure of a probe by its number."""
    start, until, step, source, point = grid_of(wish, kept, reader)
    if not wish.numbers or until <= start:
        return {}
    if source == "looks":
        figures = ", ".join(f"{figure.taking} AS {figure.name}" for figure in MEASURES_LADDER.figures)
        span = f"instant >= {start} AND instant < {until}"
        rows = f"{MEASURES} WHERE probe = {wish.numbers[0]} AND {span} AND {MEASURES_LADDER.only}"
    else:
        figures = ", ".join(f"{figure.merging} AS {figure.name}" for figure in MEASURES_LADDER.figures)
        rows = reader.rungs(MEASURES_LADDER, source, (start, until), {"probe": wish.numbers})
    sql = f"SELECT measure, {point} AS point, {figures} FROM {rows} GROUP BY measure, point ORDER BY measure, point"
    found: dict[int, Measured] = {}
    for measure, place, looks, total, least, most in reader.rows(sql):
        series = found.setdefault(measure, Measured(timedelta(microseconds=step), source))
        series.at.append((start + place * step) / SECOND)
        series.mean.append(total / looks)
        series.least.append(least)
        series.most.append(most)
    return found
