"""Compares whole columns of values with their bounds, as `plan.compared` compares one."""

import numpy as np
import numpy.typing as npt

from bosco.alerts.line import BETWEEN, SIGNS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]
_CLOSE = 1e-12


def _truth() -> Bools:
    """Return for each sign, for `value > bound` and for `value equals bound`, whether the comparison holds."""
    table = np.zeros((len(SIGNS) + 1, 2, 2), dtype=bool)
    for code, sign in enumerate(SIGNS):
        for above in (0, 1):
            for same in (0, 1):
                table[code, above, same] = _one(sign, bool(above), bool(same))
    table[BETWEEN] = table[SIGNS.index(">=")]
    return table.reshape(-1)


def _one(sign: str, above: bool, same: bool) -> bool:
    if sign in ("==", "!="):
        return same == (sign == "==")
    if same:
        return sign in (">=", "<=")
    return above == (sign in (">", ">="))


_TRUTH = _truth()


def holds(x: Floats, sign: Bytes, low: Floats, high: Floats) -> Bools:
    """Say of each value whether its comparison holds; what is not a number holds nothing."""
    with np.errstate(invalid="ignore"):
        above, same = x > low, _same(x, low)
        found: Bools = _TRUTH[(sign.astype(np.int16) << 2) + (above.astype(np.int16) << 1) + same]
        between = sign == BETWEEN
        if between.any():
            found = found & (~between | (x < high) | _same(x, high))
    return found & ~np.isnan(x)


def _same(x: Floats, bound: Floats) -> Bools:
    """Say where what a change of unit may have blurred counts as equal."""
    far = np.abs(x - bound)
    same: Bools = (x == bound) | (far <= _CLOSE * np.maximum(np.abs(x), np.abs(bound)))
    return same
