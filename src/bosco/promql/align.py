"""Where on the columns the instants of a grid fall: for every series and every step at once."""

from typing import Literal

import numpy as np

from bosco.promql.samples import Samples
from bosco.promql.source import Times
from bosco.promql.vector import Places

# Series that are longer are searched one by one: that costs less than a column of keys for them all.
_LONG = 64


def places(samples: Samples, instants: Times, side: Literal["left", "right"]) -> Places:
    """Return, for each series and instant, the place of the first sample at (`left`) or after (`right`) it."""
    series, starts = len(samples.labels), samples.starts
    if len(samples.times) > _LONG * series or series == 1:
        found = np.empty((series, len(instants)), dtype=np.intp)
        for row in range(series):
            first, last = starts[row], starts[row + 1]
            found[row] = samples.times[first:last].searchsorted(instants, side)
            found[row] += first
        return found
    # One ascending key for all: the series first, then the time.
    low = min(int(instants.min()), int(samples.times.min(initial=instants[0])))
    high = max(int(instants.max()), int(samples.times.max(initial=instants[0])))
    width = high - low + 2
    rows = np.arange(series, dtype=np.int64) * width
    keys = np.repeat(rows, np.diff(starts)) + (samples.times - low)
    asked = rows[:, None] + (instants - low)[None, :]
    return keys.searchsorted(asked.ravel(), side).reshape(asked.shape)
