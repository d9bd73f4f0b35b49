"""The windows of a range query over columns: each is two places, and what is asked of all of them is asked at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bosco.promql.align import places
from bosco.promql.budget import Budget
from bosco.promql.samples import AT_ONCE, Samples
from bosco.promql.source import Times, Values
from bosco.promql.vector import Mask, Places

# Windows that lie over one another more often than that are summed by running totals instead of one by one.
_OVERLAP = 16


@dataclass(slots=True)
class Spread:
    """Some windows written out: the samples of one after the other."""

    # Which windows, of all windows in one row.
    chosen: slice
    # Of each sample: its place on the columns, and its window counted from the first of `chosen`.
    places: Places
    owner: Places
    # Where each window begins in these; an empty one is left out by `filled`.
    begins: Places
    counts: Places


class Windows:
    """The samples in `[end - span, end]` of each series, for each step.

    Both edges belong to a window, as in Prometheus 2.
    """

    def __init__(self, samples: Samples, ends: Times, at: Times, span: int, budget: Budget) -> None:
        self.labels = samples.labels
        self.span = span
        # When each step ends its window, and when it is: `offset` parts them.
        self.ends = ends
        self.at = at
        self.budget = budget
        self.size = len(samples.times)
        self.low = places(samples, ends - span, "left")
        self.high = places(samples, ends, "right")
        # One more sample at the end, so that the place after the last one can be looked at.
        self.times: Times = np.append(samples.times, 0)
        self.values: Values = np.append(samples.values, np.nan)
        self.starts = samples.starts

    @cached_property
    def counts(self) -> Places:
        """Return how many samples each window holds."""
        return self.high - self.low

    @property
    def filled(self) -> Mask:
        """Say which windows hold a sample."""
        return self.counts > 0

    @cached_property
    def crowded(self) -> bool:
        """Say whether the windows lie over one another so much that running totals are cheaper."""
        return int(self.counts.sum()) > _OVERLAP * max(self.size, 1000)

    def first(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return of each window what its first sample has in a column; of an empty one, anything."""
        return column[self.low]

    def last(self, column: npt.NDArray[Any], back: int = 0) -> npt.NDArray[Any]:
        """Return of each window what its last sample, or one before it, has in a column."""
        return column[np.maximum(self.high - 1 - back, 0)]

    def counted(self, marks: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Count the marked samples of each window, except its first."""
        running = np.concatenate(([0], np.cumsum(marks[: self.size], dtype=np.int64)))
        first = np.minimum(self.low + 1, self.high)
        return running[self.high] - running[first]

    def total(self, column: Values) -> Values:
        """Sum a column, which is as long as `values`, over each window."""
        return self._running(column) if self.crowded else self._reduced(np.add, column)

    def least(self) -> Values:
        """Return the least value of each window; what is not a number counts only if nothing else is there."""
        return self._doubling(np.fmin) if self.crowded else self._reduced(np.fmin, self.values)

    def most(self) -> Values:
        """Return the greatest value of each window."""
        return self._doubling(np.fmax) if self.crowded else self._reduced(np.fmax, self.values)

    def total_where(self, marks: Mask, column: Values) -> Values:
        """Sum a column over those marked samples of each window that are not its first; there are few of them."""
        chosen = np.flatnonzero(marks[: self.size])
        if not len(chosen):
            return np.zeros(self.low.shape)
        low = chosen.searchsorted(self.low.ravel(), "right")
        high = np.maximum(chosen.searchsorted(self.high.ravel(), "left"), low)
        ends = np.column_stack((low, high)).ravel()
        summed = np.add.reduceat(np.append(column[chosen], 0.0), ends)[::2]
        return np.where(low < high, summed, 0.0).reshape(self.low.shape)

    def spread(self) -> Iterator[Spread]:
        """Write the windows out, as many at a time as may be worked on at once; looks at the clock between."""
        low, counts = self.low.ravel(), self.counts.ravel()
        before = np.concatenate(([0], np.cumsum(counts)))
        first = 0
        while first < len(counts):
            self.budget.look()
            last = max(first + 1, int(before.searchsorted(before[first] + AT_ONCE, "right")) - 1)
            some = counts[first:last]
            begins = before[first:last] - before[first]
            owner = np.repeat(np.arange(last - first), some)
            found = np.repeat(low[first:last] - begins, some) + np.arange(len(owner))
            yield Spread(slice(first, last), found, owner, begins, some)
            first = last

    def each(self, work: Callable[[Spread], Values]) -> Values:
        """Return what the work finds for each window, written out in parts."""
        answer = np.full(self.low.size, np.nan)
        for part in self.spread():
            answer[part.chosen] = work(part)
        return answer.reshape(self.low.shape)

    def _reduced(self, how: np.ufunc, column: Values) -> Values:
        ends = np.column_stack((self.low.ravel(), self.high.ravel())).ravel()
        reduced: Values = how.reduceat(column, ends)[::2].reshape(self.low.shape)
        return reduced

    def _running(self, column: Values) -> Values:
        finite = np.isfinite(column[: self.size])
        # Eighty bits: what a running total loses is far below what a window's sum can show.
        running = np.zeros(self.size + 1, dtype=np.longdouble)
        plain = np.where(finite, column[: self.size], 0.0)
        for first, last in zip(self.starts[:-1], self.starts[1:], strict=True):
            # The total at a series' own beginning is nought: no series suffers from another's size.
            np.cumsum(plain[first:last], out=running[first + 1 : last + 1], dtype=np.longdouble)
        # A window that begins where its series does starts from nought, not from the total of the one before.
        begun = np.where(self._at_start, 0, running[self.low])
        found = (running[self.high] - begun).astype(np.float64)
        if finite.all():
            return found
        wild = column[: self.size]
        nans, ups, downs = (self._marked(marks) for marks in (np.isnan(wild), wild == np.inf, wild == -np.inf))
        lost = nans | (ups & downs)
        return np.where(lost, np.nan, np.where(ups, np.inf, np.where(downs, -np.inf, found)))

    @cached_property
    def _at_start(self) -> Mask:
        found: Mask = self.low == self.starts[:-1, None]
        return found

    def _marked(self, marks: Mask) -> Mask:
        running = np.concatenate(([0], np.cumsum(marks, dtype=np.int64)))
        found: Mask = running[self.high] > running[self.low]
        return found

    def _doubling(self, how: np.ufunc) -> Values:
        # Any window is covered by two that are a power of two long; they may overlap.
        answer = np.full(self.low.shape, np.nan)
        length = np.maximum(self.counts, 1)
        power = np.frexp(length.astype(np.float64))[1] - 1
        table = self.values[: self.size]
        for level in range(int(power.max(initial=0)) + 1):
            here = (power == level) & self.filled
            low, high = self.low[here], self.high[here] - (1 << level)
            answer[here] = how(table[low], table[high])
            if len(table) <= 1 << level:
                break
            table = how(table[: -(1 << level)], table[1 << level :])
        return answer
