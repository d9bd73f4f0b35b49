"""Which samples a query needs: found before anything is computed, so that they are read at once and once."""

from collections.abc import Iterator
from dataclasses import dataclass

from bosco.promql.grid import Asked, Grid, inner, shifted
from bosco.promql.source import Every, Matcher
from bosco.promql.tree import Aggregate, Binary, Call, Negative, Node, Selector, Subquery, Window, is_fixed

# How long a sample is the present value of its series, as in Prometheus.
LOOKBACK = 5 * 60_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Samples of some series from `start` to `end`, both included; of each only the `newest` where that is enough.

    With `every`, what lies between its stretches is not needed.
    """

    matchers: tuple[Matcher, ...]
    start: int
    end: int
    newest: bool = False
    every: Every | None = None


def narrowed(node: Node, grid: Grid) -> Grid:
    """Return the grid's first instant where the answer is the same at every step."""
    return grid.first() if grid.count > 1 and is_fixed(node) else grid


def of_selector(node: Selector, grid: Grid, asked: Asked) -> Wanted:
    """Return what the present values of a selector need."""
    when = shifted(grid, node.offset, node.at, asked)
    start = when.start - LOOKBACK
    return Wanted(node.matchers, start, when.end, newest=when.start == when.end, every=_every(when, LOOKBACK))


def of_window(node: Window, grid: Grid, asked: Asked) -> Wanted:
    """Return what the windows of a selector need."""
    when = shifted(grid, node.of.offset, node.of.at, asked)
    return Wanted(node.of.matchers, when.start - node.span, when.end, every=_every(when, node.span))


def _every(when: Grid, span: int) -> Every | None:
    return Every(when.step, span) if when.count > 1 and when.step > span else None


def wanted(node: Node, grid: Grid, asked: Asked) -> Iterator[Wanted]:
    """List what a query needs."""
    grid = narrowed(node, grid)
    if not grid.count:
        return
    match node:
        case Selector():
            yield of_selector(node, grid, asked)
        case Window():
            yield of_window(node, grid, asked)
        case Subquery():
            yield from wanted(node.of, inner(node, grid, asked), asked)
        case Negative():
            yield from wanted(node.of, grid, asked)
        case Aggregate():
            yield from wanted(node.of, grid, asked)
            if node.param is not None:
                yield from wanted(node.param, grid, asked)
        case Binary():
            yield from wanted(node.left, grid, asked)
            yield from wanted(node.right, grid, asked)
        case Call():
            for arg in node.args:
                yield from wanted(arg, grid, asked)
        case _:
            return
