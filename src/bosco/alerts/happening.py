"""What single comparisons cannot tell: what happened over a time, how something grew, words of a scale."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from bosco.alerts.board import MILLISECOND
from bosco.alerts.feed import Feed, named, subject_of
from bosco.plan.condition import Grade, Worded
from bosco.plan.graded import GRADES, SEVERITIES, rank_of
from bosco.plan.happened import Stagnation
from bosco.plan.seen import Condition
from bosco.promql.source import is_stale

# `any` and `detected` look back this far.
RECENTLY = timedelta(hours=1)
# How a long span began is asked again only so often.
LOOK_EVERY = timedelta(minutes=5)
# A sample this much before a span still tells how it began.
SLACK = timedelta(days=2)
MOST = 10_000
# What arrives later than this after it happened is not seen any more.
LATE = timedelta(minutes=10)
# After that long without a word, everything that was said is surely on disk.
SETTLED = timedelta(minutes=1)

Subject = tuple[tuple[str, str], ...]


@dataclass
class Past:
    """What is known of one series: when something happened, since when it is watched, how a span began."""

    times: list[int] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    first: int = 0
    before: Mapping[int, float] = field(default_factory=dict)

    @property
    def is_quiet(self) -> bool:
        """Say whether it is watched and nothing has happened in all the time that is remembered."""
        return bool(self.first) and not self.times

    def count(self, since: int) -> int:
        """Return how many times it happened since then."""
        return round(sum(self.counts[bisect_left(self.times, since) :]))


@dataclass
class Memory:
    """What happened to the series of one measure."""

    measure: str
    spans: tuple[timedelta, ...]
    pasts: dict[Subject, Past] = field(default_factory=dict)
    read_until: int = 0
    looked: int = 0

    async def read(self, feed: Feed, now: int) -> None:
        """Take in what has come since the last time."""
        places = await feed.find(named(self.measure))
        heard = int(feed.latest.told[places].max()) if len(places) else 0
        if heard >= self.read_until - SETTLED // MILLISECOND:
            await self._take_in(feed, now)
        self._forget(now)
        self.read_until = now
        if now - self.looked >= LOOK_EVERY // MILLISECOND:
            self.looked = now
            await self._look_back(feed, now)

    async def _take_in(self, feed: Feed, now: int) -> None:
        longest = self._longest
        start = max(self.read_until - LATE // MILLISECOND, now - longest) if self.read_until else now - longest
        for series in await feed.select(named(self.measure), start, now):
            past = self.pasts.setdefault(_subject(dict(series.labels)), Past())
            real = ~(np.isnan(series.values) | is_stale(series.values))
            if not past.first and real.any():
                past.first = int(series.times[real][0])
            happened = real & (series.values > 0)
            # Samples may come late: the last minutes are read anew.
            known = bisect_left(past.times, start)
            past.times[known:] = series.times[happened].tolist()
            past.counts[known:] = series.values[happened].tolist()

    def _forget(self, now: int) -> None:
        for past in self.pasts.values():
            gone = max(bisect_left(past.times, now - self._longest), len(past.times) - MOST)
            if gone > 0:
                past.times, past.counts = past.times[gone:], past.counts[gone:]

    @property
    def _longest(self) -> int:
        return max(self.spans, default=RECENTLY) // MILLISECOND

    async def _look_back(self, feed: Feed, now: int) -> None:
        for span in self.spans:
            length = span // MILLISECOND
            begin = now - length
            for series in await feed.newest(named(self.measure), begin - SLACK // MILLISECOND, begin):
                past = self.pasts.setdefault(_subject(dict(series.labels)), Past())
                past.before = {**past.before, length: float(series.values[-1])}
                past.first = min(past.first or begin, int(series.times[-1]))

    def of(self, subject: Subject) -> Past:
        """Return what is known of a series."""
        return self.pasts.get(subject) or Past()


def window_of(condition: Condition) -> timedelta:
    """Return how far back a condition looks."""
    return condition.window or RECENTLY


def is_growth(condition: Condition) -> bool:
    """Say whether it asks how a measure has grown."""
    return isinstance(condition, Stagnation)


def word_of(condition: Condition, value: float) -> str | None:
    """Return the word that a value stands for: words are kept as their place in their scale."""
    if not isinstance(condition, Worded | Grade) or np.isnan(value):
        return None
    scale = rank_of(condition.word)
    if scale is None:
        return None
    words = [names[0] for names in SEVERITIES] if scale[0] == "severity" else [*GRADES]
    place = round(value)
    return words[place] if 0 <= place < len(words) else None


def _subject(labels: dict[str, str]) -> Subject:
    return tuple(subject_of(labels).items())
