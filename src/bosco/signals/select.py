"""Reads samples of chosen series out of telemetry, as columns, each series in the order of time."""
# ruff: noqa: S608 - the names in the SQL are our own, the rest are whole numbers

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.promql.source import Series, Times, Values
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


def samples_of(reader: Reader, wanted: Wanted, keys: list[Key], tables: tuple[str, ...]) -> list[Series]:
    """Return the series that have samples, each with its samples; of equal instants the last that came counts."""
    parts = [_read(reader, table, wanted) for table in tables]
    rows = np.concatenate([part[0] for part in parts])
    times = np.concatenate([part[1] for part in parts])
    values = np.concatenate([part[2] for part in parts])
    return _in_order(rows, times, values, keys)


def _read(reader: Reader, table: str, wanted: Wanted) -> tuple[Array, Times, Values]:
    start, end = max(FIRST, wanted.start * MILLISECOND), min(LAST, wanted.end * MILLISECOND)
    where = f"instant BETWEEN {start} AND {end}"
    if len(wanted.numbers) <= _FEW:
        where += f" AND series IN ({', '.join(map(str, wanted.numbers.tolist())) or 'NULL'})"
    else:
        where += f" AND series BETWEEN {wanted.numbers.min()} AND {wanted.numbers.max()}"
    found = reader.columns(
        f"SELECT series, (instant // {MILLISECOND}) AS moment, value, special FROM {table} WHERE {where} "
        f"LIMIT {MOST_SAMPLES + 1}"
    )
    series, times = np.asarray(found["series"]), np.asarray(found["moment"])
    if len(series) > MOST_SAMPLES:
        raise Refusal(
            Code.INVALID,
            msg("The question would read more than {n} samples.", n=MOST_SAMPLES),
            msg("Ask for a shorter time or for fewer series."),
        )
    values = read(np.asarray(found["value"]), np.asarray(found["special"], dtype=bool))
    if not len(series):
        return np.zeros(0, np.int32), np.zeros(0, np.int64), values
    low = int(wanted.numbers.min())
    row_of = np.full(int(wanted.numbers.max()) - low + 1, -1, dtype=np.int32)
    row_of[wanted.numbers - low] = wanted.rows
    rows = row_of[series - low]
    if (rows < 0).any():
        kept = rows >= 0
        rows, times, values = rows[kept], times[kept], values[kept]
    return rows, times.astype(np.int64, copy=False), values


def _in_order(rows: Array, times: Times, values: Values, keys: list[Key]) -> list[Series]:
    if not len(rows):
        return []
    # Short numbers are sorted by radix, many times quicker than by comparing.
    order = np.argsort(rows.astype(np.uint16) if len(keys) <= 0xFFFF else rows, kind="stable")
    rows, times, values = rows[order], times[order], values[order]
    same = rows[1:] == rows[:-1]
    if (same & (times[1:] <= times[:-1])).any():
        order = np.lexsort((times, rows))
        rows, times, values = rows[order], times[order], values[order]
        last = np.ones(len(rows), dtype=bool)
        last[:-1] = (rows[1:] != rows[:-1]) | (times[1:] != times[:-1])
        rows, times, values = rows[last], times[last], values[last]
    edges = np.flatnonzero(np.diff(rows)) + 1
    starts = [0, *edges.tolist()]
    ends = [*edges.tolist(), len(rows)]
    return [
        Series(labels_of(keys[rows[start]]), times[start:end], values[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def wanted_of(found: Mapping[Key, list[int]], start: int, end: int) -> tuple[Wanted, list[Key]]:
    """Return what to read of series that may have several numbers each: one for each time they lived."""
    keys = list(found)
    numbers = np.array([number for several in found.values() for number in several], dtype=np.int64)
    rows = np.array([row for row, several in enumerate(found.values()) for _ in several], dtype=np.int32)
    return Wanted(numbers, rows, start, end), keys


def tables_of(own: Array) -> tuple[str, ...]:
    """Return where samples of such series stand."""
    return tuple(table for table, needed in ((VALUES.name, own.any()), (SAMPLES.name, not own.all())) if needed)
