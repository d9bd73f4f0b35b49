"""Computes the tree of a query on a grid of instants: every part at all steps at once."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bosco.kit.words import msg
from bosco.promql.aggregate import aggregate
from bosco.promql.align import places
from bosco.promql.binary import binary
from bosco.promql.budget import Budget
from bosco.promql.grid import Asked, Grid, inner, shifted
from bosco.promql.known import FUNCTIONS
from bosco.promql.refusals import wrong
from bosco.promql.same import one_of_each
from bosco.promql.samples import Samples, in_batches, of_vector
from bosco.promql.source import Series, Values, is_stale
from bosco.promql.tree import (
    Aggregate,
    Binary,
    Call,
    Negative,
    Node,
    Number,
    Selector,
    Subquery,
    Window,
)
from bosco.promql.vector import Scalar, Vector, empty, nameless
from bosco.promql.wanted import LOOKBACK, Wanted, narrowed, of_selector, of_window
from bosco.promql.windows import Windows

Data = Mapping[Wanted, Sequence[Series]]


class Evaluation:
    """One query being computed, over the samples that were read for it."""

    def __init__(self, data: Data, asked: Asked, budget: Budget) -> None:
        self._data = data
        self.asked = asked
        self.budget = budget

    def value(self, node: Node, grid: Grid) -> Scalar | Vector:
        """Return what a part is worth at each step."""
        self.budget.look()
        narrow = narrowed(node, grid)
        if narrow is grid or isinstance(node, Number):
            return self._value(node, grid)
        return _repeated(self._value(node, narrow), grid.count)

    def vector(self, node: Node, grid: Grid) -> Vector:
        """Return the rows of a part whose type the parser has checked."""
        found = self.value(node, grid)
        assert isinstance(found, Vector)
        return found

    def scalar(self, node: Node, grid: Grid) -> Values:
        """Return the numbers of a part whose type the parser has checked."""
        found = self.value(node, grid)
        assert isinstance(found, Scalar)
        return found.values

    def _value(self, node: Node, grid: Grid) -> Scalar | Vector:
        match node:
            case Number():
                return Scalar(np.full(grid.count, node.value))
            case Selector():
                return self.selected(node, grid)[0]
            case Negative():
                return self._negative(node, grid)
            case Aggregate():
                return aggregate(self, node, grid)
            case Binary():
                return binary(self, node, grid)
            case Call():
                found: Scalar | Vector = FUNCTIONS[node.name](self, node, grid)
                return found
        raise wrong(msg("A range of samples has no single value: take a function of it, such as rate()."))

    def _negative(self, node: Negative, grid: Grid) -> Scalar | Vector:
        found = self.value(node.of, grid)
        if isinstance(found, Scalar):
            return Scalar(-found.values)
        labels = [nameless(one) for one in found.labels]
        return one_of_each(Vector(labels, -found.values, found.present), ever=True)

    def selected(self, node: Selector, grid: Grid, stamps: bool = False) -> tuple[Vector, Values | None]:
        """Return the present values of a selector, and if wanted the instants of those samples in seconds."""
        when = shifted(grid, node.offset, node.at, self.asked)
        series = self._data[of_selector(node, grid, self.asked)]
        self.budget.hold(len(series) * grid.count)
        parts: list[Vector] = []
        times: list[Values] = []
        for batch in in_batches(series, grid.count):
            self.budget.look()
            place = places(batch, when.times, "right") - 1
            inside = place >= batch.starts[:-1, None]
            place = np.maximum(place, 0)
            present = inside & (batch.times[place] >= when.times - LOOKBACK)
            present &= ~is_stale(batch.values)[place]
            parts.append(Vector(batch.labels, batch.values[place], present))
            if stamps:
                times.append(batch.times[place] / 1000.0)
        found = _joined(parts, grid.count)
        some = found.ever
        stamped = (np.concatenate(times)[some] if times else np.empty((0, grid.count))) if stamps else None
        return (found if some.all() else found.rows(np.flatnonzero(some))), stamped

    def windows(self, node: Node, grid: Grid) -> Iterator[Windows]:
        """Return the windows of a range of samples, or of a subquery, in batches of series."""
        if isinstance(node, Window):
            series = self._data[of_window(node, grid, self.asked)]
            when = shifted(grid, node.of.offset, node.of.at, self.asked)
            yield from self._windows(in_batches(series, grid.count), when, grid, node.span)
            return
        assert isinstance(node, Subquery)
        inside = inner(node, grid, self.asked)
        if not inside.count:
            return
        self.budget.hold(inside.count)
        found = self.vector_of(node.of, inside)
        when = shifted(grid, node.offset, node.at, self.asked)
        yield from self._windows(of_vector(found, inside.times, grid.count), when, grid, node.span)

    def range_of(self, node: Subquery, grid: Grid) -> list[Series]:
        """Return the rows of a subquery as they are, with their own instants."""
        inside = inner(node, grid, self.asked)
        found = self.vector_of(node.of, inside)
        times = inside.times
        return [
            Series(labels, times[there], values[there])
            for labels, values, there in zip(found.labels, found.values, found.present, strict=True)
            if there.any()
        ]

    def vector_of(self, node: Node, grid: Grid) -> Vector:
        """Return the rows of a part; a number becomes one row without labels."""
        found = self.value(node, grid)
        if isinstance(found, Vector):
            return found
        return Vector([{}], found.values[None, :], np.ones((1, grid.count), dtype=bool))

    def _windows(self, batches: Iterator[Samples], when: Grid, grid: Grid, span: int) -> Iterator[Windows]:
        for batch in batches:
            self.budget.look()
            self.budget.hold(len(batch.labels) * grid.count)
            yield Windows(batch.without_stale(), when.times, grid.times, span, self.budget)


def _repeated(found: Scalar | Vector, steps: int) -> Scalar | Vector:
    if isinstance(found, Scalar):
        return Scalar(np.broadcast_to(found.values, steps))
    shape = (len(found.labels), steps)
    return Vector(found.labels, np.broadcast_to(found.values, shape), np.broadcast_to(found.present, shape))


def _joined(parts: list[Vector], steps: int) -> Vector:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return empty(steps)
    labels = [one for part in parts for one in part.labels]
    values = np.concatenate([part.values for part in parts])
    return Vector(labels, values, np.concatenate([part.present for part in parts]))
