"""A source of samples in memory, for tests: small, and as `Source` says."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from bosco.promql.source import NAME, Every, Labels, Matcher, Matchers, Metadata, Series


class Memory:
    def __init__(self, series: Sequence[Series] = ()) -> None:
        self.kept = sorted(series, key=lambda one: sorted(one.labels.items()))
        self.said: dict[str, list[Metadata]] = {}
        self.reads = 0

    async def weigh(self, matchers: Matchers, start_ms: int, end_ms: int) -> int:
        return sum(len(one.times) for one in await self.select(matchers, start_ms, end_ms))

    async def select(self, matchers: Matchers, start_ms: int, end_ms: int, every: Every | None = None) -> list[Series]:
        self.reads += 1
        found = []
        for one in self.kept:
            if all(matches(one.labels, matcher) for matcher in matchers):
                kept = (one.times >= start_ms) & (one.times <= end_ms)
                if every is not None:
                    kept &= (one.times - start_ms) % every.step <= every.span
                if kept.any():
                    found.append(Series(one.labels, one.times[kept], one.values[kept]))
        return found

    async def newest(self, matchers: Matchers, start_ms: int, end_ms: int) -> list[Series]:
        found = await self.select(matchers, start_ms, end_ms)
        return [Series(one.labels, one.times[-1:], one.values[-1:]) for one in found]

    async def series(self, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[Labels]:
        found = {}
        for matchers in selectors or [()]:
            for one in await self.select(matchers, start_ms, end_ms):
                found[tuple(sorted(one.labels.items()))] = one.labels
        return [found[key] for key in sorted(found)]

    async def labels(self, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[str]:
        return sorted({name for one in await self.series(selectors, start_ms, end_ms) for name in one})

    async def label_values(self, name: str, selectors: Sequence[Matchers], start_ms: int, end_ms: int) -> list[str]:
        return sorted({one[name] for one in await self.series(selectors, start_ms, end_ms) if name in one})

    async def metadata(self, metric: str | None = None) -> Mapping[str, Sequence[Metadata]]:
        return {name: said for name, said in self.said.items() if metric in {None, name}}


def matches(labels: Labels, matcher: Matcher) -> bool:
    value = labels.get(matcher.name, "")
    if matcher.op in {"=", "!="}:
        return (value == matcher.value) == (matcher.op == "=")
    return bool(re.fullmatch(matcher.value, value, re.DOTALL)) == (matcher.op == "=~")


def series(name: str, samples: Sequence[tuple[float, float]], **labels: str) -> Series:
    times = np.array([round(at * 1000) for at, _ in samples], dtype=np.int64)
    return Series({NAME: name, **labels}, times, np.array([value for _, value in samples], dtype=np.float64))
