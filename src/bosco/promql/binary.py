"""Operators between two parts: numbers with numbers, rows with a number, rows with rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bosco.promql.matching import KEEPS_NAME, matched
from bosco.promql.same import one_of_each
from bosco.promql.sets import SETS
from bosco.promql.source import Values
from bosco.promql.tree import Binary
from bosco.promql.vector import Mask, Scalar, Vector, nameless

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

ARITHMETIC: dict[str, Callable[[Values, Values], Values]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
    "atan2": np.arctan2,
}
COMPARING: dict[str, Callable[[Values, Values], Mask]] = {
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}


def binary(run: Evaluation, node: Binary, grid: Grid) -> Scalar | Vector:
    """Compute an operator."""
    left, right = run.value(node.left, grid), run.value(node.right, grid)
    with np.errstate(all="ignore"):
        if isinstance(left, Vector) and isinstance(right, Vector):
            if node.op in SETS:
                return one_of_each(SETS[node.op](left, right, node.matching))
            return one_of_each(matched(left, right, node, _worth, run.budget.hold))
        if isinstance(left, Vector):
            assert isinstance(right, Scalar)
            return _with_number(left, node, left.values, right.values)
        if isinstance(right, Vector):
            return _with_number(right, node, left.values, right.values)
        if node.op in ARITHMETIC:
            return Scalar(ARITHMETIC[node.op](left.values, right.values))
        return Scalar(COMPARING[node.op](left.values, right.values).astype(np.float64))


def _worth(op: str, left: Values, right: Values, as_number: bool) -> tuple[Values, Mask | None]:
    # The values, and which of them a comparison keeps: None for all.
    if op in ARITHMETIC:
        return ARITHMETIC[op](left, right), None
    holds = COMPARING[op](left, right)
    return (holds.astype(np.float64), None) if as_number else (left, holds)


def _with_number(rows: Vector, node: Binary, left: Values, right: Values) -> Vector:
    values, holds = _worth(node.op, left, right, node.as_number)
    if holds is not None:
        # A comparison keeps the value of the row, on whichever side it stands.
        return Vector(rows.labels, rows.values, rows.present & holds)
    values = np.broadcast_to(values, rows.values.shape)
    keeps = node.op in KEEPS_NAME and not node.as_number
    labels = rows.labels if keeps else [nameless(one) for one in rows.labels]
    return one_of_each(Vector(labels, values, rows.present))
