"""Aggregations: many rows become one for each group, at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bosco.kit.words import msg
from bosco.promql.groups import Groups, dropped, grouped, picked
from bosco.promql.numbers import plain
from bosco.promql.ranks import quantiles, ranked
from bosco.promql.refusals import failed
from bosco.promql.same import one_of_each
from bosco.promql.source import Values
from bosco.promql.tree import Aggregate, Text
from bosco.promql.vector import Vector, empty

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

_LARGEST = float(2**63)


def aggregate(run: Evaluation, node: Aggregate, grid: Grid) -> Vector:
    """Compute an aggregation."""
    vector = run.vector(node.of, grid)
    if node.op == "count_values":
        assert isinstance(node.param, Text)
        return _count_values(vector, node, node.param.value)
    param = None if node.param is None else run.scalar(node.param, grid)
    if not vector.labels:
        return empty(grid.count)
    groups = grouped(vector.labels, dropped(node.labels) if node.without else picked(node.labels))
    if node.op in {"topk", "bottomk"}:
        assert param is not None
        return _best(vector, groups, param, node.op == "topk")
    if node.op == "quantile":
        assert param is not None
        values = _quantile(vector, groups, param)
    else:
        with np.errstate(all="ignore"):
            values = _FOLDS[node.op](vector, groups)
    return Vector(groups.labels, values, groups.folded(np.logical_or, vector.present).astype(bool))


def _total(vector: Vector, groups: Groups) -> Values:
    return groups.folded(np.add, np.where(vector.present, vector.values, 0.0)).astype(np.float64)


def _count(vector: Vector, groups: Groups) -> Values:
    return groups.folded(np.add, vector.present.astype(np.int64)).astype(np.float64)


def _mean(vector: Vector, groups: Groups) -> Values:
    count = _count(vector, groups)
    mean = _total(vector, groups) / count
    if np.isfinite(mean).all():
        return mean
    # A sum may be too large for a number whose mean is not.
    wide = np.where(vector.present, vector.values, 0.0).astype(np.longdouble)
    total: Values = (groups.folded(np.add, wide).astype(np.longdouble) / count).astype(np.float64)
    return total


def _variance(vector: Vector, groups: Groups) -> Values:
    away = np.where(vector.present, vector.values - _mean(vector, groups)[groups.of], 0.0)
    count = _count(vector, groups)
    found: Values = groups.folded(np.add, away * away).astype(np.float64) / count
    # One alone does not vary, whatever it is.
    return np.where(count == 1, 0.0, found)


def _extreme(how: np.ufunc) -> Callable[[Vector, Groups], Values]:
    def fold(vector: Vector, groups: Groups) -> Values:
        return groups.folded(how, np.where(vector.present, vector.values, np.nan)).astype(np.float64)

    return fold


_FOLDS: dict[str, Callable[[Vector, Groups], Values]] = {
    "sum": _total,
    "count": _count,
    "avg": _mean,
    "min": _extreme(np.fmin),
    "max": _extreme(np.fmax),
    "group": lambda vector, groups: np.ones((len(groups), vector.values.shape[1])),
    "stdvar": _variance,
    "stddev": lambda vector, groups: np.sqrt(_variance(vector, groups)),
}


def _quantile(vector: Vector, groups: Groups, share: Values) -> Values:
    order = ranked(vector, groups)
    shares = np.tile(share, len(groups))
    return quantiles(order.values, order.begins, order.counts, shares).reshape(len(groups), -1)


def _best(vector: Vector, groups: Groups, most: Values, top: bool) -> Vector:
    odd = most[~((most < _LARGEST) & (most >= -_LARGEST))]
    if len(odd):
        raise failed(msg("{value} is not a whole number of rows.", value=plain(float(odd[0]))))
    turned = vector if top else Vector(vector.labels, -vector.values, vector.present)
    order = ranked(turned, groups, downward=True)
    kept = np.arange(len(order.cell)) - order.begins[order.cell] < np.trunc(most)[order.steps]
    present = np.zeros(vector.present.shape, dtype=bool)
    present[order.rows[kept], order.steps[kept]] = True
    best = Vector(vector.labels, vector.values, present)
    if vector.values.shape[1] == 1:
        # At one instant the rows come in their order.
        return best.rows(order.rows[kept])
    return best.rows(np.flatnonzero(present.any(axis=1)))


def _count_values(vector: Vector, node: Aggregate, label: str) -> Vector:
    if not label.isidentifier() or not label.isascii():
        raise failed(msg("“{name}” is not a name for a label.", name=label[:80]))
    kept = dropped(node.labels) if node.without else picked([*node.labels, label])
    rows, columns = np.nonzero(vector.present)
    # Told apart by their bits, as nought and minus nought are by their words.
    found, which = np.unique(vector.values[rows, columns].view(np.int64), return_inverse=True)
    words = [plain(value) for value in found.view(np.float64).tolist()]
    pairs, pair_of = np.unique(rows * len(words) + which, return_inverse=True)
    labels = [{**vector.labels[pair // len(words)], label: words[pair % len(words)]} for pair in pairs.tolist()]
    groups = grouped(labels, kept)
    counts = np.zeros((len(groups), vector.values.shape[1]))
    np.add.at(counts, (groups.of[pair_of.ravel()], columns), 1.0)
    return one_of_each(Vector(groups.labels, counts, counts > 0))
