"""Samples of many series, one series after the other in the same two columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bosco.promql.source import Labels, Series, Times, Values, is_stale
from bosco.promql.vector import Places, Vector

# Samples, or places of a grid, that are worked on at once: the memory of a step in between is bounded by it.
AT_ONCE = 2_000_000


@dataclass(slots=True)
class Samples:
    """Series `i` stands at `starts[i]:starts[i + 1]`."""

    labels: list[Labels]
    times: Times
    values: Values
    starts: Places

    def without_stale(self) -> "Samples":
        """Return them without stale markers."""
        stale = is_stale(self.values)
        if not stale.any():
            return self
        gone = np.concatenate(([0], np.cumsum(stale)))
        return Samples(self.labels, self.times[~stale], self.values[~stale], self.starts - gone[self.starts])


def _together(series: Sequence[Series]) -> Samples:
    starts = np.concatenate(([0], np.cumsum([len(one.times) for one in series], dtype=np.intp)))
    times = np.concatenate([one.times for one in series])
    values = np.concatenate([one.values for one in series])
    return Samples([one.labels for one in series], times, values, starts)


def in_batches(series: Sequence[Series], steps: int) -> Iterator[Samples]:
    """Put series together, as many at once as may be worked on for that many steps."""
    batch: list[Series] = []
    weight = 0
    for one in series:
        batch.append(one)
        weight += max(steps, len(one.times))
        if weight >= AT_ONCE:
            yield _together(batch)
            batch, weight = [], 0
    if batch:
        yield _together(batch)


def of_vector(vector: Vector, times: Times, steps: int) -> Iterator[Samples]:
    """Take the rows of a vector as series: a sample at each step where a row is present."""
    weight = max(1, AT_ONCE // max(1, steps, len(times)))
    for first in range(0, len(vector.labels), weight):
        rows = slice(first, first + weight)
        present = vector.present[rows]
        starts = np.concatenate(([0], np.cumsum(present.sum(axis=1), dtype=np.intp)))
        flat = np.broadcast_to(times, present.shape)[present]
        yield Samples(vector.labels[rows], flat, vector.values[rows][present], starts)
