"""What the samples of a window are together: `avg_over_time` and its like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bosco.promql.absent import labels_of_absence
from bosco.promql.ranks import quantiles
from bosco.promql.rows import over_windows
from bosco.promql.source import Values
from bosco.promql.tree import Call
from bosco.promql.vector import Mask, Vector, empty
from bosco.promql.windows import Spread, Windows

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

Taken = tuple[Values, Mask]


def _mean(windows: Windows) -> Values:
    mean = windows.total(windows.values) / windows.counts
    if np.isfinite(mean[windows.filled]).all():
        return mean
    # A sum may be too large for a number whose mean is not.
    wide = windows.total(windows.values / 2.0**64) / windows.counts * 2.0**64
    return np.where(np.isfinite(mean), mean, wide)


def _variance(windows: Windows) -> Values:
    if windows.crowded:
        return _variance_by_totals(windows)
    means = _mean(windows).ravel()

    def work(part: Spread) -> Values:
        away = windows.values[part.places] - means[part.chosen][part.owner]
        squares = np.bincount(part.owner, away * away, minlength=len(part.counts))
        return squares / part.counts

    return windows.each(work)


def _variance_by_totals(windows: Windows) -> Values:
    # About the middle of each series, so that little is lost when the squares are subtracted.
    lengths = np.diff(windows.starts)
    middles = np.array(
        [
            np.nan_to_num(np.median(part), posinf=0.0, neginf=0.0) if len(part) else 0.0
            for part in np.split(windows.values[: windows.size], windows.starts[1:-1])
        ]
    )
    away = np.append(windows.values[: windows.size] - np.repeat(middles, lengths), np.nan)
    mean = windows.total(away) / windows.counts
    return np.maximum(windows.total(away * away) / windows.counts - mean * mean, 0.0)


def _quantile(windows: Windows, share: Values) -> Values:
    shares = np.broadcast_to(share, windows.low.shape).ravel()

    def work(part: Spread) -> Values:
        values = windows.values[part.places]
        order = np.lexsort((values, ~np.isnan(values), part.owner))
        return quantiles(values[order], part.begins, part.counts, shares[part.chosen])

    return windows.each(work)


def _deviation(windows: Windows) -> Values:
    middles = _quantile(windows, np.array([0.5])).ravel()

    def work(part: Spread) -> Values:
        away = np.abs(windows.values[part.places] - middles[part.chosen][part.owner])
        order = np.lexsort((away, ~np.isnan(away), part.owner))
        return quantiles(away[order], part.begins, part.counts, np.full(len(part.counts), 0.5))

    return windows.each(work)


_PLAIN: dict[str, Callable[[Windows], Values]] = {
    "sum_over_time": lambda windows: windows.total(windows.values),
    "avg_over_time": _mean,
    "min_over_time": Windows.least,
    "max_over_time": Windows.most,
    "count_over_time": lambda windows: windows.counts.astype(np.float64),
    "last_over_time": lambda windows: windows.last(windows.values),
    "present_over_time": lambda windows: np.ones(windows.low.shape),
    "stdvar_over_time": _variance,
    "stddev_over_time": lambda windows: np.sqrt(_variance(windows)),
    "mad_over_time": _deviation,
}


def _plain(run: Evaluation, call: Call, grid: Grid) -> Vector:
    find = _PLAIN[call.name]

    def taken(windows: Windows) -> Taken:
        return find(windows), windows.filled

    return over_windows(run, call.args[0], grid, taken, named=call.name == "last_over_time")


def _quantile_over_time(run: Evaluation, call: Call, grid: Grid) -> Vector:
    share = run.scalar(call.args[0], grid)

    def taken(windows: Windows) -> Taken:
        return _quantile(windows, share), windows.filled

    return over_windows(run, call.args[1], grid, taken)


def _absent_over_time(run: Evaluation, call: Call, grid: Grid) -> Vector:
    there = np.zeros(grid.count, dtype=bool)
    for windows in run.windows(call.args[0], grid):
        there |= windows.filled.any(axis=0)
    if there.all():
        return empty(grid.count)
    return Vector([labels_of_absence(call.args[0])], np.ones((1, grid.count)), ~there[None, :])


FUNCTIONS = {
    **dict.fromkeys(_PLAIN, _plain),
    "quantile_over_time": _quantile_over_time,
    "absent_over_time": _absent_over_time,
}
