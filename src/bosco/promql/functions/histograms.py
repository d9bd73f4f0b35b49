"""Quantiles of classic histograms: counters of what was at most so large, told apart by the label `le`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bosco.promql.groups import dropped, grouped
from bosco.promql.source import Values
from bosco.promql.tree import Call
from bosco.promql.vector import Mask, Vector, empty

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

EDGE = "le"


def _edge(text: str) -> float | None:
    if "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None


def _quantile(run: Evaluation, call: Call, grid: Grid) -> Vector:
    share, found = run.scalar(call.args[0], grid), run.vector(call.args[1], grid)
    edges = [_edge(labels.get(EDGE, "")) for labels in found.labels]
    chosen = [row for row, edge in enumerate(edges) if edge is not None]
    if not chosen:
        return empty(grid.count)
    buckets = found.rows(chosen)
    bounds = np.array([edges[row] for row in chosen], dtype=np.float64)
    groups = grouped(buckets.labels, dropped((EDGE,)))
    values = np.full((len(groups), grid.count), np.nan)
    order = np.lexsort((bounds, groups.of))
    begins = np.searchsorted(groups.of[order], np.arange(len(groups) + 1))
    with np.errstate(all="ignore"):
        for number in range(len(groups)):
            rows = order[begins[number] : begins[number + 1]]
            values[number] = _of_group(bounds[rows], buckets.values[rows], buckets.present[rows], share)
    return Vector(groups.labels, values, groups.folded(np.logical_or, buckets.present).astype(bool))


def _of_group(bounds: Values, counts: Values, present: Mask, share: Values) -> Values:
    """Return the quantile at each step; steps at which the same buckets are present are computed together."""
    if present.all():
        return _of_buckets(bounds, counts, share)
    found = np.full(present.shape[1], np.nan)
    patterns, which = np.unique(present, axis=1, return_inverse=True)
    for number in range(patterns.shape[1]):
        rows, steps = patterns[:, number], np.flatnonzero(which.ravel() == number)
        if rows.any():
            found[steps] = _of_buckets(bounds[rows], counts[rows][:, steps], share[steps])
    return found


def _of_buckets(bounds: Values, counts: Values, share: Values) -> Values:
    odd = np.where(share < 0, -np.inf, np.where(share > 1, np.inf, np.nan))
    if bounds[-1] != np.inf:
        return np.where(np.isnan(share) | ((share >= 0) & (share <= 1)), np.nan, odd)
    # Edges that are written differently and are the same (1, 1.0) are one bucket.
    begins = np.flatnonzero(np.concatenate(([True], bounds[1:] != bounds[:-1])))
    bounds, counts = bounds[begins], np.add.reduceat(counts, begins, axis=0)
    if len(bounds) < 2:
        return odd
    # Counters are read one after the other, so that a later one may be behind: what is smaller has not been seen yet.
    counts = np.fmax.accumulate(counts, axis=0)
    rank = share * counts[-1]
    last = len(bounds) - 1
    bucket = np.minimum((counts[:last] < rank).sum(axis=0), last)
    inside = np.minimum(bucket, last - 1)
    steps = np.arange(counts.shape[1])
    below = np.maximum(inside - 1, 0)
    lower = np.where(inside > 0, bounds[below], 0.0)
    before = np.where(inside > 0, counts[below, steps], 0.0)
    within = counts[inside, steps] - before
    found = lower + (bounds[inside] - lower) * ((rank - before) / within)
    found = np.where((inside == 0) & (bounds[0] <= 0), bounds[0], found)
    found = np.where(bucket == last, bounds[last - 1], found)
    found = np.where((counts[-1] == 0) | np.isnan(counts[-1]), np.nan, found)
    return np.where((share >= 0) & (share <= 1), found, odd)


FUNCTIONS = {"histogram_quantile": _quantile}
