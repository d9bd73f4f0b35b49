"""Whose turn it is: the turns of one layer, counted from their first day, exact on the days when clocks change."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from bosco.people.section import Turns
from bosco.plan.on_days import OnDays
from bosco.plan.rhythm import ANCHOR, DAY, Rhythm
from bosco.plan.steps import HOUR, Steps
from bosco.plan.wall_time import at, ends, in_utc, on_the_wall, starts


@dataclass(frozen=True)
class Turn:
    """One turn: from a hand-over to the next; `number` counts from 0 at the first day."""

    start: datetime
    end: datetime
    number: int


def turns(layer: Turns, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Turn]:
    """Yield the turns that touch the span, in order.

    A turn begins at the first occurrence of its wall-clock time and ends at the last one of the next turn's: in the
    hour that comes twice two people are on call, and never nobody.
    """
    start, end = in_utc(start), in_utc(end)
    rhythm = layer.handover
    assert isinstance(rhythm, OnDays | Steps)
    handovers = _on_days(rhythm, zone, start) if isinstance(rhythm, OnDays) else _in_steps(rhythm, zone, start)
    for (begins, _, number), (next_begins, over, _) in pairwise(handovers):
        if begins >= end:
            return
        if max(over, next_begins) > start:
            yield Turn(begins, max(over, next_begins), number)


# A hand-over: when the next one begins, when the one before ends, and how many came before it.
_Handover = tuple[datetime, datetime, int]


def _on_days(rhythm: OnDays, zone: ZoneInfo, start: datetime) -> Iterator[_Handover]:
    times = rhythm.at or (at(ANCHOR).time(),)
    first = (rhythm.since or ANCHOR).year
    # Two days cover every distance between a zone's wall and UTC.
    day = on_the_wall(start, zone).date() - 2 * DAY
    year = max(day.year, first)
    for earlier in range(first, year):
        _year(rhythm.rhythm, rhythm.since, earlier)
    count, days = _year(rhythm.rhythm, rhythm.since, year)
    place = bisect_right(days, day) - 1
    while place < 0 and year > first:
        year -= 1
        count, days = _year(rhythm.rhythm, rhythm.since, year)
        place = len(days) - 1
    place = max(place, 0)
    while True:
        for index in range(place, len(days)):
            for slot, clock in enumerate(times):
                planned = at(days[index], clock)
                yield starts(planned, zone), ends(planned, zone), (count + index) * len(times) + slot
        year, place = year + 1, 0
        count, days = _year(rhythm.rhythm, rhythm.since, year)


@lru_cache(maxsize=4096)
def _year(rhythm: Rhythm, since: date | None, year: int) -> tuple[int, tuple[date, ...]]:
    """Return how many hand-over days came before a year, and those in it."""
    first = since or ANCHOR
    begins, beyond = max(first, date(year, 1, 1)), date(year + 1, 1, 1)
    days = tuple(takewhile(lambda day: day < beyond, rhythm.days(since, begins)))
    if year > first.year:
        before, earlier = _year(rhythm, since, year - 1)
        return before + len(earlier), days
    # The first person begins on the first day, whether or not it is a day on which people hand over.
    return 0, days if since is None or days[:1] == (since,) else (since, *days)


def _in_steps(rhythm: Steps, zone: ZoneInfo, start: datetime) -> Iterator[_Handover]:
    offset = timedelta(hours=rhythm.first.hour, minutes=rhythm.first.minute)
    # Steps that follow the wall are counted on the wall, so that a skipped hour shifts nobody's turn.
    by_wall = rhythm.span > HOUR and not DAY % rhythm.span
    first = at(rhythm.since or ANCHOR) + (offset if DAY % rhythm.span else offset % rhythm.span)
    for one in rhythm.around(start, zone):
        number = (one.planned - first if by_wall else one.start - starts(first, zone)) // rhythm.span
        yield one.start, ends(one.planned, zone) if by_wall else one.start, number
