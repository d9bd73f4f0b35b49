"""Arithmetic of each value by itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bosco.promql.rows import changed
from bosco.promql.source import Values
from bosco.promql.tree import Call
from bosco.promql.vector import Scalar, Vector

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

_OF_ONE: dict[str, Callable[[Values], Values]] = {
    "abs": np.abs,
    "ceil": np.ceil,
    "floor": np.floor,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "ln": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "sgn": np.sign,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "deg": lambda values: values * 180 / math.pi,
    "rad": lambda values: values * math.pi / 180,
}


def _of_one(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    with np.errstate(all="ignore"):
        return changed(vector, _OF_ONE[call.name](vector.values))


def _round(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    nearest = run.scalar(call.args[1], grid) if len(call.args) > 1 else np.ones(grid.count)
    with np.errstate(all="ignore"):
        # The inverse is more exact than the number itself, for what people ask: 0.1, 0.01.
        times = 1.0 / nearest
        return changed(vector, np.floor(vector.values * times + 0.5) / times)


def _clamp(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    low, high = (run.scalar(arg, grid) for arg in call.args[1:3])
    values = np.maximum(low, np.minimum(high, vector.values))
    return changed(vector, values, vector.present & ~(high < low))


def _clamp_one(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    edge = run.scalar(call.args[1], grid)
    how = np.maximum if call.name == "clamp_min" else np.minimum
    return changed(vector, how(vector.values, edge))


def _pi(run: Evaluation, call: Call, grid: Grid) -> Scalar:
    return Scalar(np.full(grid.count, math.pi))


FUNCTIONS = {
    **dict.fromkeys(_OF_ONE, _of_one),
    "round": _round,
    "clamp": _clamp,
    "clamp_min": _clamp_one,
    "clamp_max": _clamp_one,
    "pi": _pi,
}
