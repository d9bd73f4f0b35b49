"""Where something is going: least squares, and smoothing that follows level and trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bosco.kit.words import msg
from bosco.promql.refusals import failed
from bosco.promql.rows import over_windows
from bosco.promql.source import Values
from bosco.promql.tree import Call
from bosco.promql.vector import Mask, Vector
from bosco.promql.windows import Spread, Windows

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid


def _line(windows: Windows) -> tuple[Values, Values, Values]:
    """Return slope (each second), the mean value, and the mean instant in seconds after the window's first sample."""
    slopes = np.full(windows.low.size, np.nan)
    heights, middles = slopes.copy(), slopes.copy()
    begun = windows.first(windows.times).ravel()
    for part in windows.spread():
        size = len(part.counts)

        def mean(column: Values, part: Spread = part, size: int = size) -> Values:
            found: Values = np.bincount(part.owner, column, minlength=size) / part.counts
            return found

        after = (windows.times[part.places] - begun[part.chosen][part.owner]) / 1000.0
        value = windows.values[part.places]
        middle, height = mean(after), mean(value)
        away = after - middle[part.owner]
        slopes[part.chosen] = mean(away * (value - height[part.owner])) / mean(away * away)
        heights[part.chosen], middles[part.chosen] = height, middle
        _flat(windows, part, slopes, heights)
    shape = windows.low.shape
    return slopes.reshape(shape), heights.reshape(shape), middles.reshape(shape)


def _flat(windows: Windows, part: Spread, slopes: Values, heights: Values) -> None:
    # A value that never changes has no slope, exactly; what is always infinite has none at all.
    low = windows.low.ravel()[part.chosen]
    first = windows.values[low]
    other = np.bincount(part.owner, windows.values[part.places] != first[part.owner], minlength=len(part.counts)) > 0
    same = ~other & (part.counts > 0)
    endless = np.isinf(first)
    slopes[part.chosen] = np.where(same, np.where(endless, np.nan, 0.0), slopes[part.chosen])
    heights[part.chosen] = np.where(same, np.where(endless, np.nan, first), heights[part.chosen])


def _deriv(run: Evaluation, call: Call, grid: Grid) -> Vector:
    def taken(windows: Windows) -> tuple[Values, Mask]:
        return _line(windows)[0], windows.counts > 1

    return over_windows(run, call.args[0], grid, taken)


def _predict_linear(run: Evaluation, call: Call, grid: Grid) -> Vector:
    ahead = run.scalar(call.args[1], grid)

    def taken(windows: Windows) -> tuple[Values, Mask]:
        slope, height, middle = _line(windows)
        since = (windows.at - windows.first(windows.times)) / 1000.0 - middle
        return height + slope * (since + ahead), windows.counts > 1

    return over_windows(run, call.args[0], grid, taken)


def _smoothed(run: Evaluation, call: Call, grid: Grid) -> Vector:
    level, trend = (run.scalar(arg, grid) for arg in call.args[1:3])
    for factor, says in (
        (level, msg("The smoothing factor is between 0 and 1.")),
        (trend, msg("The trend factor is between 0 and 1.")),
    ):
        if not ((factor > 0) & (factor < 1)).all():
            raise failed(says)

    def taken(windows: Windows) -> tuple[Values, Mask]:
        return _smooth(windows, level, trend), windows.counts > 1

    return over_windows(run, call.args[0], grid, taken)


def _smooth(windows: Windows, level: Values, trend: Values) -> Values:
    # Each sample changes what follows, so the windows advance together, sample by sample.
    values, low, counts = windows.values, windows.low, windows.counts
    last = windows.size
    before, now = np.zeros(low.shape), values[low]
    slope = values[np.minimum(low + 1, last)] - now
    for number in range(1, int(counts.max(initial=0))):
        windows.budget.look()
        going = counts > number
        sloping = slope if number == 1 else trend * (now - before) + (1 - trend) * slope
        after = level * values[np.minimum(low + number, last)] + (1 - level) * (now + sloping)
        slope = np.where(going, sloping, slope)
        before, now = np.where(going, now, before), np.where(going, after, now)
    return now


FUNCTIONS = {
    "deriv": _deriv,
    "predict_linear": _predict_linear,
    "holt_winters": _smoothed,
    "double_exponential_smoothing": _smoothed,
}
