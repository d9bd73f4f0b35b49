"""Measures in memory, as the judgement reads them: a series is put, then told its values."""

from collections.abc import Mapping

import numpy as np

from bosco.alerts.feed import Last
from bosco.promql.source import NAME, Matchers, Series


class Columns:
    def __init__(self) -> None:
        self.times = np.zeros(0, dtype=np.int64)
        self.values = np.zeros(0)
        self.told = np.zeros(0, dtype=np.int64)


class Shelf:
    """A feed of measures."""

    def __init__(self) -> None:
        self._columns = Columns()
        self._labels: list[dict[str, str]] = []
        self._samples: list[list[tuple[int, float]]] = []
        self._found: dict[str, np.ndarray] = {}

    @property
    def latest(self) -> Last:
        return self._columns

    async def load(self) -> None:
        pass

    def tell(self, measure: str, value: float, at: int, labels: Mapping[str, str] = {}) -> None:
        """Let a series have a value at an instant in milliseconds."""
        key = {NAME: measure, **labels}
        if key not in self._labels:
            self._labels.append(key)
            self._samples.append([])
            self._found.clear()
            for name in ("times", "values", "told"):
                setattr(self._columns, name, np.append(getattr(self._columns, name), 0))
        place = self._labels.index(key)
        self._samples[place].append((at, value))
        self._columns.times[place] = self._columns.told[place] = at
        self._columns.values[place] = value

    async def find(self, matchers: Matchers) -> np.ndarray:
        measure = matchers[0].value
        if measure not in self._found:
            places = [place for place, labels in enumerate(self._labels) if labels[NAME] == measure]
            self._found[measure] = np.array(places, dtype=np.int64)
        return self._found[measure]

    def labels_at(self, place: int) -> dict[str, str]:
        return self._labels[place]

    async def select(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        return [one for place in await self.find(matchers) if len((one := self._series(place, start_ms, end_ms)).times)]

    async def newest(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        found = await self.select(matchers, start_ms, end_ms)
        return [Series(one.labels, one.times[-1:], one.values[-1:]) for one in found]

    def _series(self, place: int, start: int, end: int) -> Series:
        kept = sorted((at, value) for at, value in self._samples[place] if start <= at <= end)
        times = np.array([at for at, _ in kept], dtype=np.int64)
        return Series(self._labels[place], times, np.array([value for _, value in kept], dtype=np.float64))
