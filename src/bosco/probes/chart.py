"""A chart of one probe: the roll-up that gives enough points and not too many, whatever the span."""
# ruff: noqa: S608 - the names in the SQL are those of our tables, the rest are whole numbers

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from bosco.probes.rollup import ANSWERED, LOOKS, LOOKS_LADDER, OUTCOMES, PHASES, TOOK_LADDER
from bosco.probes.took import CLASSES, percentiles
from bosco.telemetry.columns import Array
from bosco.telemetry.grid import DAY, HOUR, LEVELS, MINUTE, SECOND, micros
from bosco.telemetry.reader import Reader

Source = Literal["looks", "minute", "hour", "day"]
SHARES = (0.5, 0.95, 0.99)

# How far apart points may lie, and the finest rows that are needed for it: each question reads about as many rows.
STEPS: tuple[tuple[int, Source], ...] = (
    *((seconds * SECOND, "looks") for seconds in (1, 2, 5, 10, 15, 20, 30)),
    *((minutes * MINUTE, "minute") for minutes in (1, 2, 3, 5)),
    *((hours * HOUR, "hour") for hours in (1, 2, 3, 4, 6, 8, 12)),
    *((days * DAY, "day") for days in (1, 2, 4, 7, 14, 28)),
)


@dataclass(frozen=True)
class Series:
    """What a chart shows, point by point; a point without a look is not there. Durations are in milliseconds."""

    since: datetime
    until: datetime
    step: timedelta
    source: Source
    # Seconds since 1970, where each point begins.
    at: list[float] = field(default_factory=list)
    up: list[int] = field(default_factory=list)
    degraded: list[int] = field(default_factory=list)
    down: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    # None where nothing was answered.
    mean: list[float | None] = field(default_factory=list)
    least: list[float | None] = field(default_factory=list)
    most: list[float | None] = field(default_factory=list)
    p50: list[float | None] = field(default_factory=list)
    p95: list[float | None] = field(default_factory=list)
    p99: list[float | None] = field(default_factory=list)
    # The mean of each phase; together with the rest of `mean` they make the whole.
    phases: dict[str, list[float | None]] = field(default_factory=dict)


def step_of(span: int, points: int, age: int, kept: Mapping[Source, int | None]) -> tuple[int, Source]:
    """Return how far apart points lie, and from which rows: the finest of which there are still some that old."""
    for step, source in STEPS:
        keep = kept[source]
        if span <= step * points and (keep is None or age <= keep):
            return step, source
    days = -(-span // (points * DAY))
    return days * DAY, "day"


def _kept(kept: Callable[[str], timedelta | None]) -> dict[Source, int | None]:
    spans: dict[Source, timedelta | None] = {level: kept(LOOKS_LADDER.table(level)) for level in LEVELS}
    spans["looks"] = kept(LOOKS)
    return {source: None if span is None else span // timedelta(microseconds=1) for source, span in spans.items()}


@dataclass(frozen=True)
class Wish:
    """A chart that somebody wants; `numbers` is empty for a probe that has never been looked at."""

    numbers: Sequence[int]
    since: datetime
    until: datetime
    points: int
    now: datetime


def grid_of(wish: Wish, kept: Callable[[str], timedelta | None], reader: Reader) -> tuple[int, int, int, Source, str]:
    """Return where a chart begins and ends, how far apart its points are, from which rows, and a row's point in SQL."""
    since, until = micros(wish.since), micros(wish.until)
    points = min(max(wish.points, 10), 2000)
    step, source = step_of(until - since, points, micros(wish.now) - since, _kept(kept))
    start = since - since % step if source == "looks" else reader.grid.floor(source, since)
    if source == "minute":
        start -= start % step
    return start, until, step, source, _point(source, start, step)


def series_of(wish: Wish, kept: Callable[[str], timedelta | None], reader: Reader) -> Series:
    """Return the chart of a probe."""
    start, until, step, source, _ = grid_of(wish, kept, reader)
    numbers = wish.numbers
    empty = Series(wish.since, wish.until, timedelta(microseconds=step), source)
    if not numbers or until <= micros(wish.since):
        return empty
    sums = _sums(reader, numbers, source, (start, until), step)
    classes = _classes(reader, numbers, source, (start, until), step)
    return _drawn(empty, start, step, sums, classes)


def _point(source: Source, start: int, step: int) -> str:
    # A day of a clock change begins an hour sooner or later than a count of 24 hours says.
    middle = DAY // 2 if source == "day" else 0
    return f"(instant - {start} + {middle}) // {step}"


def _sums(reader: Reader, numbers: Sequence[int], source: Source, span: tuple[int, int], step: int) -> dict[str, Array]:
    if source == "looks":
        figures = ", ".join(f"{figure.taking} AS {figure.name}" for figure in LOOKS_LADDER.figures)
        rows = f"{LOOKS} WHERE probe = {numbers[0]} AND instant >= {span[0]} AND instant < {span[1]}"
    else:
        figures = ", ".join(f"{figure.merging} AS {figure.name}" for figure in LOOKS_LADDER.figures)
        rows = reader.rungs(LOOKS_LADDER, source, span, {"probe": numbers})
    point = _point(source, span[0], step)
    return reader.columns(f"SELECT {point} AS point, {figures} FROM {rows} GROUP BY point ORDER BY point")


def _classes(
    reader: Reader, numbers: Sequence[int], source: Source, span: tuple[int, int], step: int
) -> dict[str, Array]:
    if source == "looks":
        looks = "count(*)"
        rows = f"{LOOKS} WHERE probe = {numbers[0]} AND instant >= {span[0]} AND instant < {span[1]} AND {ANSWERED}"
    else:
        looks = "CAST(sum(looks) AS BIGINT)"
        rows = reader.rungs(TOOK_LADDER, source, span, {"probe": numbers})
    point = _point(source, span[0], step)
    return reader.columns(f"SELECT {point} AS point, class, {looks} AS looks FROM {rows} GROUP BY ALL")


def _drawn(empty: Series, start: int, step: int, sums: dict[str, Array], classes: dict[str, Array]) -> Series:
    counts = np.zeros((len(sums["point"]), CLASSES), dtype=np.int64)
    np.add.at(counts, (np.searchsorted(sums["point"], classes["point"]), classes["class"]), classes["looks"])
    answered = (sums["up"].astype(np.int64) + sums["degraded"]).tolist()
    least, most = (np.ma.filled(sums[name], 0).tolist() for name in ("least", "most"))
    shares = [
        percentiles(row, SHARES, low, high) if row.any() else None
        for row, low, high in zip(counts, least, most, strict=True)
    ]

    def of_answers(values: list[int]) -> list[float | None]:
        return [round(value / 1000, 3) if number else None for value, number in zip(values, answered, strict=True)]

    def mean(name: str) -> list[float | None]:
        sums_of = sums[name].tolist()
        return [
            round(total / number / 1000, 3) if number else None for total, number in zip(sums_of, answered, strict=True)
        ]

    def share(place: int) -> list[float | None]:
        return [None if found is None else round(found[place] / 1000, 3) for found in shares]

    return Series(
        empty.since,
        empty.until,
        empty.step,
        empty.source,
        at=[(start + int(point) * step) / SECOND for point in sums["point"]],
        **{outcome: sums[outcome].tolist() for outcome in OUTCOMES},
        mean=mean("took"),
        least=of_answers(least),
        most=of_answers(most),
        p50=share(0),
        p95=share(1),
        p99=share(2),
        phases={name: mean(name) for name in PHASES if sums[name].any()},
    )
