"""Where minutes, hours and days begin: hours and days as the plan's time zone counts them."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

Level = Literal["minute", "hour", "day"]
LEVELS: tuple[Level, ...] = ("minute", "hour", "day")
Instants = npt.NDArray[np.int64]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What any clock of ours may tell; anything outside is a broken sender.
FIRST, LAST = 1, (date(2200, 1, 1) - date(1970, 1, 1)).days * DAY


def micros(at: datetime) -> int:
    """Return the instant as whole microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(count: int) -> datetime:
    """Return the instant of that many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=int(count))


class Grid:
    """The starts of minutes, hours and days in one time zone.

    A day begins at local midnight, hours are counted from there: so each day is made of whole hours and each hour of
    whole minutes, whatever the zone does, and sums of the finer are exact.
    """

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone

    def starts(self, level: Level, since: int, until: int) -> Instants:
        """Return every start of that level from the one at or before `since` to the one after `until`."""
        if level == "minute":
            return np.arange(since - since % MINUTE, until + 2 * MINUTE, MINUTE, dtype=np.int64)
        # Two days more on each side: a zone may be a day away from UTC.
        days = _days(self.zone, since // DAY - 2, until // DAY + 3)
        found = days if level == "day" else _hours(days)
        first = int(np.searchsorted(found, since, side="right")) - 1
        last = int(np.searchsorted(found, until, side="right"))
        return found[first : last + 1]

    def floor(self, level: Level, at: int) -> int:
        """Return the start of the minute, hour or day that holds the instant."""
        return int(self.starts(level, at, at)[0])

    def floors(self, level: Level, at: Instants) -> Instants:
        """Return the start that holds each of the instants."""
        if level == "minute" or not len(at):
            return at - at % MINUTE
        starts = self.starts(level, int(at.min()), int(at.max()))
        return starts[np.searchsorted(starts, at, side="right") - 1]


@lru_cache(maxsize=16)
def _days(zone: tzinfo, first: int, last: int) -> Instants:
    return np.unique(np.array([_midnight(zone, day) for day in range(first, last + 1)], dtype=np.int64))


def _midnight(zone: tzinfo, day: int) -> int:
    # A midnight that happens twice is the first one; one that is skipped is the instant of the jump.
    local = datetime(1970, 1, 1) + timedelta(days=day)  # noqa: DTZ001 - the zone is set in the next line
    return micros(local.replace(tzinfo=zone))


def _hours(days: Instants) -> Instants:
    spans = [np.arange(start, end, HOUR, dtype=np.int64) for start, end in pairwise(days.tolist())]
    return np.concatenate([*spans, days[-1:]])
