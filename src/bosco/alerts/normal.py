"""What a measure usually is at this time: the same hour of earlier weeks, by the clock on the wall."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from bosco.plan.wall_time import ends, in_utc, on_the_wall, starts
from bosco.services.spans import Span
from bosco.signals.section import Normal

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_STEP = {"hour-of-week": timedelta(weeks=1), "hour-of-day": DAY, "day-of-week": timedelta(weeks=1), "any": DAY}
# An hour with fewer samples says nothing; with fewer such hours than this share, there is not enough history.
LEAST_SAMPLES = 3
LEAST_SHARE = 0.75
# What is this far from the median, in spreads, is still drawn as usual.
BAND = 3.0


@dataclass(frozen=True)
class Usual:
    """The median of earlier hours, and how far from it is still usual; None without enough history."""

    median: float
    spread: float

    @property
    def low(self) -> float:
        """Return where the band begins."""
        return max(0.0, self.median - BAND * self.spread) if self.median >= 0 else self.median - BAND * self.spread

    @property
    def high(self) -> float:
        """Return where the band ends."""
        return self.median + BAND * self.spread


def hours_like(now: datetime, normal: Normal, zone: ZoneInfo) -> list[Span]:
    """Return the hours (or days) that this one is compared with, the latest first, all of them complete.

    They follow the wall: an hour that comes twice counts whole, one that is skipped is no hour at all.
    """
    return [*_like(on_the_wall(now, zone), normal, zone, in_utc(now))]


def _like(wall: datetime, normal: Normal, zone: ZoneInfo, now: datetime) -> Iterator[Span]:
    whole_day = normal.same in ("day-of-week", "any")
    begin = wall.replace(minute=0, second=0, microsecond=0)
    begin = begin.replace(hour=0) if whole_day else begin
    step = _STEP[normal.same]
    for back in range(1, int(normal.over / step) + 1):
        first = begin - back * step
        # The end of an hour is the last instant of it: where it comes twice, after the second time.
        start, end = starts(first, zone), ends(first + (DAY if whole_day else HOUR), zone)
        if not whole_day and on_the_wall(start, zone).hour != first.hour:
            continue
        span = Span(start, min(end, start + 2 * HOUR) if not whole_day else end)
        if span.end <= now:
            yield span


def usual_of(means: Sequence[float], wanted: int) -> Usual | None:
    """Return what is usual, from the means of earlier hours of which so many were wanted."""
    found = [mean for mean in means if not math.isnan(mean)]
    if not found or len(found) < max(2, LEAST_SHARE * wanted):
        return None
    median = float(np.median(found))
    spread = 1.4826 * float(np.median(np.abs(np.array(found) - median)))
    return Usual(median, max(spread, 0.05 * abs(median)))


def mean_of(values: npt.NDArray[np.float64]) -> float:
    """Return the mean of an hour's samples; not a number if they are too few."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) >= LEAST_SAMPLES else float("nan")
