"""Instants as numbers, and what the calendar says of them, in UTC."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bosco.promql.rows import changed
from bosco.promql.same import one_of_each
from bosco.promql.source import Values
from bosco.promql.tree import Call, Selector
from bosco.promql.vector import Scalar, Vector, nameless

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

Seconds = npt.NDArray[np.int64]
_DAY = 86_400
# What lies farther away than this has no date here: NaN.
_FARTHEST = 8.64e15


def _part(seconds: Seconds, whole: str, part: str) -> npt.NDArray[np.int64]:
    instants = seconds.astype("datetime64[s]")
    begun = instants.astype(f"datetime64[{whole}]")
    passed: Seconds = (instants.astype(f"datetime64[{part}]") - begun.astype(f"datetime64[{part}]")).astype(np.int64)
    return passed


def _days_in_month(seconds: Seconds) -> npt.NDArray[np.int64]:
    month = seconds.astype("datetime64[s]").astype("datetime64[M]")
    days: Seconds = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    return days


_CALENDAR: dict[str, Callable[[Seconds], npt.NDArray[np.int64]]] = {
    "minute": lambda seconds: seconds // 60 % 60,
    "hour": lambda seconds: seconds // 3600 % 24,
    "day_of_week": lambda seconds: (seconds // _DAY + 4) % 7,
    "day_of_month": lambda seconds: _part(seconds, "M", "D") + 1,
    "day_of_year": lambda seconds: _part(seconds, "Y", "D") + 1,
    "days_in_month": _days_in_month,
    "month": lambda seconds: _part(seconds, "Y", "M") + 1,
    "year": lambda seconds: seconds.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970,
}


def _calendar(run: Evaluation, call: Call, grid: Grid) -> Vector:
    if call.args:
        vector = run.vector(call.args[0], grid)
    else:
        vector = Vector([{}], _now(grid)[None, :], np.ones((1, grid.count), dtype=bool))
    known = np.abs(vector.values) < _FARTHEST
    seconds = np.where(known, vector.values, 0).astype(np.int64)
    found: Values = _CALENDAR[call.name](seconds).astype(np.float64)
    return changed(vector, np.where(known, found, np.nan))


def _now(grid: Grid) -> Values:
    return grid.times / 1000.0


def _time(run: Evaluation, call: Call, grid: Grid) -> Scalar:
    return Scalar(_now(grid))


def _timestamp(run: Evaluation, call: Call, grid: Grid) -> Vector:
    asked = call.args[0]
    if isinstance(asked, Selector):
        # The instant of the sample itself, not of the step.
        vector, stamps = run.selected(asked, grid, stamps=True)
        assert stamps is not None
        return one_of_each(Vector([nameless(one) for one in vector.labels], stamps, vector.present))
    vector = run.vector(asked, grid)
    return changed(vector, np.broadcast_to(_now(grid), vector.values.shape))


FUNCTIONS = {**dict.fromkeys(_CALENDAR, _calendar), "time": _time, "timestamp": _timestamp}
