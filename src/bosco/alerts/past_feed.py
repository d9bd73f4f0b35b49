"""Stored samples as the judgement reads them, at whatever instant of the past is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bosco.alerts.board import Ints
from bosco.alerts.compare import Floats
from bosco.promql.source import NAME, Matchers, Series


@dataclass
class _Columns:
    times: Ints
    values: Floats
    told: Ints


class PastFeed:
    """A few series of one measure; `move_to` sets what counts as now."""

    def __init__(self, measure: str, series: Sequence[Series]) -> None:
        self._measure = measure
        self._series = [one for one in series if len(one.times)]
        count = len(self._series)
        self._begins: Ints = np.array([one.times[0] for one in self._series], dtype=np.int64)
        self._places: Ints = np.zeros(0, dtype=np.int64)
        self._none: Ints = np.zeros(0, dtype=np.int64)
        self._columns = _Columns(np.zeros(count, np.int64), np.zeros(count), np.zeros(count, np.int64))

    @property
    def latest(self) -> _Columns:
        """Return the last sample of each series up to now."""
        return self._columns

    def move_to(self, now: int) -> None:
        """Let that instant, in milliseconds, be now; a series is there from its first sample on."""
        begun = np.flatnonzero(self._begins <= now)
        if len(begun) != len(self._places):
            self._places = begun
        for place, one in enumerate(self._series):
            last = int(np.searchsorted(one.times, now, side="right")) - 1
            self._columns.times[place] = one.times[last] if last >= 0 else 0
            self._columns.values[place] = one.values[last] if last >= 0 else 0.0
            self._columns.told[place] = self._columns.times[place]

    async def load(self) -> None:
        """Know the series: they are known."""

    async def find(self, matchers: Matchers) -> Ints:
        """Return the places of the series of a measure."""
        named = any(one.name == NAME and one.value == self._measure for one in matchers)
        return self._places if named else self._none

    def labels_at(self, place: int) -> dict[str, str]:
        """Return the labels of a series."""
        return dict(self._series[place].labels)

    async def select(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        """Return the samples within a span."""
        return [part for place in await self.find(matchers) if len((part := self._part(place, start_ms, end_ms)).times)]

    async def newest(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        """Return of each series the last sample within a span."""
        found = await self.select(matchers, start_ms, end_ms)
        return [Series(one.labels, one.times[-1:], one.values[-1:]) for one in found]

    def _part(self, place: int, start: int, end: int) -> Series:
        one = self._series[place]
        low, high = np.searchsorted(one.times, start), np.searchsorted(one.times, end, side="right")
        return Series(one.labels, one.times[low:high], one.values[low:high])
