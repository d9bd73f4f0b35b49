"""Values in order within their group and step: what topk and quantile stand on."""

from dataclasses import dataclass

import numpy as np

from bosco.promql.groups import Groups
from bosco.promql.source import Values
from bosco.promql.vector import Places, Vector


@dataclass(slots=True)
class Ranked:
    """The present values, ordered by group, then step, then value; what is not a number comes first (or last)."""

    rows: Places
    steps: Places
    values: Values
    # Which of the cells (group, step) each value is in, where that cell begins, and how many values it has.
    cell: Places
    begins: Places
    counts: Places


def ranked(vector: Vector, groups: Groups, downward: bool = False) -> Ranked:
    """Order the values of each group at each step; downward puts the greatest first, and NaN last of all."""
    steps = vector.values.shape[1]
    rows, columns = np.nonzero(vector.present)
    values = vector.values[rows, columns]
    cell = groups.of[rows] * steps + columns
    number = ~np.isnan(values)
    order = np.lexsort((rows, -values, ~number, cell) if downward else (rows, values, number, cell))
    cell = cell[order]
    counts = np.bincount(cell, minlength=len(groups) * steps)
    begins = np.concatenate(([0], np.cumsum(counts)[:-1]))
    return Ranked(rows[order], columns[order], values[order], cell, begins, counts)


def quantiles(ordered: Values, begins: Places, counts: Places, share: Values) -> Values:
    """Return, for each run of ordered values, the quantile as Prometheus interpolates it."""
    with np.errstate(all="ignore"):
        rank = np.nan_to_num(share) * (counts - 1)
        lower = np.clip(np.floor(rank), 0, None).astype(np.intp)
        lower = np.minimum(lower, np.maximum(counts - 1, 0))
        upper = np.minimum(lower + 1, np.maximum(counts - 1, 0))
        weight = rank - np.floor(rank)
        last = max(len(ordered) - 1, 0)
        padded = ordered if len(ordered) else np.array([np.nan])
        low, high = padded[np.minimum(begins + lower, last)], padded[np.minimum(begins + upper, last)]
        found = low * (1 - weight) + high * weight
    found = np.where(share < 0, -np.inf, np.where(share > 1, np.inf, found))
    return np.where(np.isnan(share) | (counts == 0), np.nan, found)
