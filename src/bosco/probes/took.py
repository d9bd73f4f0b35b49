"""How long looks took, in classes that grow by a fifth: they add up exactly, and give percentiles close enough."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# Class 0 is all up to a tenth of a millisecond; each further one reaches 2^(1/4) times as far, class 100 for an hour.
FIRST = 100
PER_DOUBLING = 4
CLASSES = 101
Counts = npt.NDArray[np.int64]


def class_of(micros: int) -> int:
    """Return the class of a duration in microseconds."""
    if micros <= FIRST:
        return 0
    return min(CLASSES - 1, math.ceil(math.log2(micros / FIRST) * PER_DOUBLING - 1e-9))


def upper(number: int) -> float:
    """Return the longest duration of a class, in microseconds."""
    return float(FIRST * 2.0 ** (number / PER_DOUBLING))


def percentiles(counts: Sequence[int] | Counts, shares: Sequence[float], least: float, most: float) -> list[float]:
    """Return the durations below which those shares lie, in microseconds; at most a tenth wrong.

    Within a class, durations are taken as evenly spread on a logarithmic scale; nothing is outside of what was seen.
    """
    sums = np.cumsum(np.asarray(counts, dtype=np.int64))
    total = int(sums[-1]) if len(sums) else 0
    found = []
    for share in shares:
        rank = max(share * total, 1e-9)
        number = int(np.searchsorted(sums, rank))
        before = int(sums[number - 1]) if number else 0
        within = (rank - before) / (int(sums[number]) - before)
        found.append(min(max(upper(number - 1) * 2.0 ** (within / PER_DOUBLING), least), most))
    return found
