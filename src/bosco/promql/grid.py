"""The instants at which a query is computed, equally far apart."""

from dataclasses import dataclass

import numpy as np

from bosco.promql.source import Times
from bosco.promql.tree import At, Subquery

# The step of `[1h:]`: the evaluation interval, which is a minute where nobody says otherwise.
DEFAULT_STEP = 60_000


@dataclass(frozen=True, slots=True)
class Grid:
    """`count` instants from `start` on, `step` milliseconds apart."""

    start: int
    step: int
    count: int

    @property
    def times(self) -> Times:
        """Return the instants."""
        return self.start + self.step * np.arange(self.count, dtype=np.int64)

    @property
    def end(self) -> int:
        """Return the last instant."""
        return self.start + self.step * (self.count - 1)

    def first(self) -> "Grid":
        """Return the grid's first instant alone."""
        return Grid(self.start, self.step, 1)


# The start and the end that were asked for: what `@ start()` and `@ end()` mean, also inside subqueries.
Asked = tuple[int, int]


def shifted(grid: Grid, offset: int, at: At, asked: Asked) -> Grid:
    """Return when a part is looked at: at the steps, or where `@` nails it; `offset` earlier."""
    if at is None:
        return Grid(grid.start - offset, grid.step, grid.count)
    instant = asked[0] if at == "start" else asked[1] if at == "end" else at
    return Grid(instant - offset, 0, grid.count)


def inner(node: Subquery, grid: Grid, asked: Asked) -> Grid:
    """Return when the query inside a subquery is computed: at multiples of its step, within all its windows."""
    outer = shifted(grid, node.offset, node.at, asked)
    step = node.step or DEFAULT_STEP
    start = -((node.span - outer.start) // step) * step
    return Grid(start, step, max(0, (outer.end - start) // step + 1))
