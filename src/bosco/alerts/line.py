"""A condition as one comparison of `a · value + b` with bounds, so that thousands are judged at once."""

import math
from dataclasses import dataclass

from bosco.kit.numbers import Unreadable
from bosco.kit.units import convert
from bosco.plan.against_normal import Change, OfNormal
from bosco.plan.compared import Between, Compare, Level
from bosco.plan.seen import Condition, Direction

SIGNS = (">", ">=", "<", "<=", "==", "!=")
BETWEEN = len(SIGNS)


@dataclass(frozen=True)
class Line:
    """How a number is compared: `share` and `shift` are what a normal of 1 gives, divided by the normal if it counts.

    x = (a / normal) · value + b where the condition asks for the normal, x = a · value + b where it does not.
    """

    sign: int
    a: float
    b: float
    low: float
    high: float
    of_normal: bool = False


def line_of(condition: Condition, unit: str, good: Direction) -> Line | None:
    """Return the comparison that a condition is; None for one that is judged by itself."""
    try:
        return _line(condition, unit, good)
    except Unreadable:
        # Units that cannot be compared: nobody can say, whatever the value.
        return Line(0, math.nan, 0.0, 0.0, 0.0)


def _line(condition: Condition, unit: str, good: Direction) -> Line | None:
    if isinstance(condition, Level):
        sign = ">=" if (good == "up") == condition.target else "<="
        return _compared(sign, unit, condition.unit, condition.bound.value)
    if isinstance(condition, Compare):
        return _compared(condition.sign, unit, condition.unit, condition.bound.value)
    if isinstance(condition, Between):
        low = condition.low.to(condition.unit).value
        return Line(BETWEEN, convert(1.0, unit, condition.unit), 0.0, low, condition.high.value)
    if isinstance(condition, OfNormal):
        return Line(SIGNS.index(condition.sign), 100.0, 0.0, condition.percents, 0.0, of_normal=True)
    if isinstance(condition, Change):
        way = 1.0 if condition.way == "rise" else -1.0
        return Line(SIGNS.index(condition.sign), way * 100.0, way * -100.0, condition.percents, 0.0, of_normal=True)
    return None


def _compared(sign: str, unit: str, into: str, bound: float) -> Line:
    return Line(SIGNS.index(sign), convert(1.0, unit, into), 0.0, bound, 0.0)
