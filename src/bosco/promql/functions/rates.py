"""How fast something grows: counters that may begin anew, and gauges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bosco.promql.rows import over_windows
from bosco.promql.source import Values
from bosco.promql.tree import Call
from bosco.promql.vector import Mask, Vector
from bosco.promql.windows import Windows

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

# An edge that is farther from the samples than this many of their distances is not reached: half a distance is.
_REACH = 1.1


def _before(column: Values) -> Values:
    return np.concatenate(([np.nan], column[:-1]))


def _resets(windows: Windows) -> Mask:
    fell: Mask = windows.values < _before(windows.values)
    # What stands before the first sample of a series is another's.
    fell[windows.starts[:-1]] = False
    return fell


def _growth(windows: Windows, counter: bool) -> Values:
    """Return last minus first, what a counter lost by beginning anew put back."""
    growth: Values = windows.last(windows.values) - windows.first(windows.values)
    if counter:
        growth = growth + windows.total_where(_resets(windows), _before(windows.values))
    return growth


def _extrapolated(windows: Windows, counter: bool) -> Values:
    """Return the growth over the whole window, as if it went on to the edges like between the samples."""
    growth = _growth(windows, counter)
    begun, ended = windows.first(windows.times), windows.last(windows.times)
    span = (ended - begun) / 1000.0
    before = (begun - (windows.ends - windows.span)) / 1000.0
    after = (windows.ends - ended) / 1000.0
    apart = span / (windows.counts - 1)
    if counter:
        first = windows.first(windows.values)
        # A counter is never below nought: it cannot have begun before that.
        from_nought = span * (first / growth)
        before = np.where((growth > 0) & (first >= 0) & (from_nought < before), from_nought, before)
    reach = apart * _REACH
    whole = span + np.where(before < reach, before, apart / 2) + np.where(after < reach, after, apart / 2)
    found: Values = growth * (whole / span)
    return found


def _extrapolating(run: Evaluation, call: Call, grid: Grid) -> Vector:
    counter, each_second = call.name != "delta", call.name == "rate"

    def taken(windows: Windows) -> tuple[Values, Mask]:
        found = _extrapolated(windows, counter)
        return (found / (windows.span / 1000.0) if each_second else found), windows.counts > 1

    return over_windows(run, call.args[0], grid, taken)


def _instant(run: Evaluation, call: Call, grid: Grid) -> Vector:
    counter = call.name == "irate"

    def taken(windows: Windows) -> tuple[Values, Mask]:
        last, previous = windows.last(windows.values), windows.last(windows.values, back=1)
        growth = last - previous
        if counter:
            growth = np.where(last < previous, last, growth)
            growth = growth / ((windows.last(windows.times) - windows.last(windows.times, back=1)) / 1000.0)
        return growth, windows.counts > 1

    return over_windows(run, call.args[0], grid, taken)


def _counting(run: Evaluation, call: Call, grid: Grid) -> Vector:
    def taken(windows: Windows) -> tuple[Values, Mask]:
        if call.name == "resets":
            marks = _resets(windows)
        else:
            now, then = windows.values, _before(windows.values)
            marks = (now != then) & ~(np.isnan(now) & np.isnan(then))
        return windows.counted(marks).astype(np.float64), windows.filled

    return over_windows(run, call.args[0], grid, taken)


FUNCTIONS = {
    **dict.fromkeys(("rate", "increase", "delta"), _extrapolating),
    **dict.fromkeys(("irate", "idelta"), _instant),
    **dict.fromkeys(("resets", "changes"), _counting),
}
