"""A long range query in slices of time: each reads its own samples alone, and their answers are put together."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bosco.promql.budget import Budget
from bosco.promql.grid import Asked, Grid
from bosco.promql.source import Labels, Source
from bosco.promql.tree import Node
from bosco.promql.vector import Key, Scalar, Vector, empty, key_of
from bosco.promql.wanted import Wanted, wanted


async def slices_of(source: Source, tree: Node, grid: Grid, asked: Asked, at_once: int) -> list[Grid]:
    """Return the grid in parts, as many as the samples that it needs ask for."""
    needs = [need for need in dict.fromkeys(wanted(tree, grid, asked)) if not need.newest]
    longest = max((_before(need, grid) for need in needs), default=0)
    # Every slice reads anew what lies before it: so long that this is never the larger part.
    most = min(grid.count, max(1, (grid.end - grid.start) // max(longest, 1)))
    if most < 2:
        return [grid]
    weight = 0
    for need in needs:
        share = 1.0 if need.every is None else need.every.span / need.every.step
        weight += round(await source.weigh(need.matchers, need.start, need.end) * share)
    count = min(most, -(-weight // at_once))
    if count < 2:
        return [grid]
    edges = [grid.count * number // count for number in range(count + 1)]
    return [Grid(grid.start + grid.step * first, grid.step, last - first) for first, last in pairwise(edges)]


def _before(need: Wanted, grid: Grid) -> int:
    return max(0, (need.end - need.start) - (grid.end - grid.start))


class Together:
    """The answers of slices on their way to become one."""

    def __init__(self, parts: Sequence[Grid], budget: Budget) -> None:
        self._steps = [part.count for part in parts]
        self._budget = budget
        self._found: list[Scalar | Vector] = []
        self._rows: list[np.ndarray] = []
        self._places: dict[Key, int] = {}
        self._labels: list[Labels] = []

    def add(self, found: Scalar | Vector) -> None:
        """Take the answer of the next slice."""
        if isinstance(found, Vector):
            before = self._found[-1] if self._found else None
            if isinstance(before, Vector) and before.labels == found.labels:
                self._rows.append(self._rows[-1])
            else:
                self._rows.append(np.array([self._place(one) for one in found.labels], dtype=np.intp))
            self._budget.hold(found.values.size)
        self._found.append(found)

    def _place(self, labels: Labels) -> int:
        place = self._places.setdefault(key_of(labels), len(self._labels))
        if place == len(self._labels):
            self._labels.append(labels)
        return place

    def found(self) -> Scalar | Vector:
        """Return them as one answer; a row of one slice is absent from the slices that do not know it."""
        scalars = [one.values for one in self._found if isinstance(one, Scalar)]
        if scalars:
            return Scalar(np.concatenate(scalars))
        steps = sum(self._steps)
        if not self._labels:
            return empty(steps)
        values = np.full((len(self._labels), steps), np.nan)
        present = np.zeros(values.shape, dtype=bool)
        first = 0
        for found, rows, count in zip(self._found, self._rows, self._steps, strict=True):
            assert isinstance(found, Vector)
            values[rows, first : first + count] = found.values
            present[rows, first : first + count] = found.present
            first += count
        return Vector(self._labels, values, present)
