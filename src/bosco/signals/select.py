"""Reads samples of chosen series out of telemetry, as columns, each series in the order of time."""
# ruff: noqa: S608 - the names in the SQL are our own, the rest are whole numbers

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.promql.source import Every, Series, Times, Values
from bosco.signals.labels import Key, labels_of
from bosco.signals.sample_tables import SAMPLES, VALUES, read
from bosco.telemetry.columns import Array
from bosco.telemetry.grid import FIRST, LAST
from bosco.telemetry.reader import Reader

MILLISECOND = 1000
# As many as fit into the memory of a small machine while they are laid in order.
MOST_SAMPLES = 20_000_000
# Above that share of all numbers, reading everything and choosing afterwards is quicker.
_FEW = 2000


@dataclass(frozen=True)
class Wanted:
    """Numbers of series, the row in the answer that each belongs to, and the span in milliseconds."""

    numbers: Array
    rows: Array
    start: int
    end: int
    every: Every | None = None


def samples_of(reader: Reader, wanted: Wanted, keys: list[Key], tables: tuple[str, ...]) -> list[Series]:
    """Return the series that have samples, each with its samples; of equal instants the last that came counts."""
    parts = [_read(reader, table, wanted, len(keys)) for table in tables]
    if len(parts) == 1:
        rows, times, values = parts[0]
    else:
        rows, times, values = (np.concatenate([part[place] for part in parts]) for place in range(3))
    return _in_order(rows, times, values, keys)


def count_of(reader: Reader, wanted: Wanted, tables: tuple[str, ...]) -> int:
    """Return how many samples there are, some that came twice counted twice."""
    return sum(reader.rows(f"SELECT count(*) FROM {table} WHERE {_where(wanted)}")[0][0] for table in tables)


def _read(reader: Reader, table: str, wanted: Wanted, count: int) -> tuple[Array, Times, Values]:
    """Return the row, instant and value of each sample; whose row is `count` is not wanted."""
    found = reader.columns(
        f"SELECT series, (instant // {MILLISECOND}) AS moment, value, special FROM {table} "
        f"WHERE {_where(wanted)} LIMIT {MOST_SAMPLES + 1}"
    )
    series, times = np.asarray(found["series"]), np.asarray(found["moment"])
    if len(series) > MOST_SAMPLES:
        raise Refusal(
            Code.INVALID,
            msg("The question would read more than {n} samples.", n=MOST_SAMPLES),
            msg("Ask for a shorter time or for fewer series."),
        )
    values = read(np.asarray(found["value"]), np.asarray(found["special"], dtype=bool))
    low = int(wanted.numbers.min())
    # Short numbers are sorted by radix, many times quicker than by comparing.
    short = np.uint16 if count < 0xFFFF else np.int32
    row_of = np.full(int(wanted.numbers.max()) - low + 1, count, dtype=short)
    row_of[wanted.numbers - low] = wanted.rows
    return row_of[series - low], times.astype(np.int64, copy=False), values


def _where(wanted: Wanted) -> str:
    start, end = max(FIRST, wanted.start * MILLISECOND), min(LAST, wanted.end * MILLISECOND)
    where = f"instant BETWEEN {start} AND {end}"
    if len(wanted.numbers) <= _FEW:
        where += f" AND series IN ({', '.join(map(str, wanted.numbers.tolist()))})"
    else:
        where += f" AND series BETWEEN {wanted.numbers.min()} AND {wanted.numbers.max()}"
    if wanted.every is not None:
        step, span = wanted.every.step * MILLISECOND, wanted.every.span * MILLISECOND
        # As whole milliseconds: what is finer was cut off when the sample was kept.
        where += f" AND (instant - {wanted.start * MILLISECOND}) % {step} < {span + MILLISECOND}"
    return where


def _in_order(rows: Array, times: Times, values: Values, keys: list[Key]) -> list[Series]:
    ends = np.cumsum(np.bincount(rows, minlength=len(keys))[: len(keys)])
    if not len(ends) or not ends[-1]:
        return []
    starts = np.concatenate(([0], ends[:-1]))
    order = np.argsort(rows, kind="stable")[: ends[-1]]
    times, values = times[order], values[order]
    late = times[1:] <= times[:-1]
    late[starts[(starts > 0) & (starts < len(times))] - 1] = False
    if late.any():
        return _untangled(rows[order], times, values, keys)
    return [
        Series(labels_of(key), times[start:end], values[start:end])
        for key, start, end in zip(keys, starts.tolist(), ends.tolist(), strict=True)
        if start < end
    ]


def _untangled(rows: Array, times: Times, values: Values, keys: list[Key]) -> list[Series]:
    """Return series whose samples came in another order, or twice."""
    order = np.lexsort((times, rows))
    rows, times, values = rows[order], times[order], values[order]
    last = np.ones(len(rows), dtype=bool)
    last[:-1] = (rows[1:] != rows[:-1]) | (times[1:] != times[:-1])
    return _in_order(rows[last], times[last], values[last], keys)


def wanted_of(
    found: Mapping[Key, list[int]], start: int, end: int, every: Every | None = None
) -> tuple[Wanted, list[Key]]:
    """Return what to read of series that may have several numbers each: one for each time they lived."""
    keys = list(found)
    numbers = np.array([number for several in found.values() for number in several], dtype=np.int64)
    rows = np.array([row for row, several in enumerate(found.values()) for _ in several], dtype=np.int32)
    return Wanted(numbers, rows, start, end, every), keys


def tables_of(own: Array) -> tuple[str, ...]:
    """Return where samples of such series stand."""
    return tuple(table for table, needed in ((VALUES.name, own.any()), (SAMPLES.name, not own.all())) if needed)
