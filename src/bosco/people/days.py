"""The days ahead of a rotation, as a calendar shows them: who is on call on each, and where nobody is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bosco.people.model import Hole, Shift
from bosco.plan.wall_time import midnight, on_the_wall

AHEAD = 90
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One day: who is on call in it, in the order in which they are, and for how long nobody is."""

    on: date
    people: tuple[str, ...]
    hole: timedelta


@dataclass(frozen=True)
class Month:
    """The weeks of a month; the days that are not asked about are None."""

    first: date
    weeks: tuple[tuple[Day | None, ...], ...]


def span_ahead(now: datetime, zone: ZoneInfo, count: int = AHEAD) -> tuple[datetime, datetime]:
    """Return the span from the beginning of today, and so many days long."""
    today = on_the_wall(now, zone).date()
    return midnight(today, zone), midnight(today + _DAY * count, zone)


def joined(found: Iterable[Shift]) -> list[Shift]:
    """Return shifts in order, those of the same person that follow each other as one."""
    whole: list[Shift] = []
    last: dict[str, int] = {}
    for one in sorted(found, key=lambda one: (one.start, one.layer)):
        place = last.get(one.person)
        if place is not None and whole[place].end >= one.start:
            whole[place] = replace(whole[place], end=max(whole[place].end, one.end))
            continue
        last[one.person] = len(whole)
        whole.append(one)
    return whole


def days_of(
    found: Sequence[Shift], missing: Sequence[Hole], start: datetime, end: datetime, zone: ZoneInfo
) -> list[Day]:
    """Return every day of the span."""
    people: dict[date, dict[str, None]] = {}
    for one in sorted(found, key=lambda one: (one.start, one.layer)):
        for day in _days(one.start, one.end, zone):
            people.setdefault(day, {})[one.person] = None
    alone: dict[date, timedelta] = {}
    for hole in missing:
        for day in _days(hole.start, hole.end, zone):
            since, until = max(hole.start, midnight(day, zone)), min(hole.end, midnight(day + _DAY, zone))
            alone[day] = alone.get(day, timedelta()) + (until - since)
    nothing = timedelta()
    return [Day(day, tuple(people.get(day, ())), alone.get(day, nothing)) for day in _days(start, end, zone)]


def months_of(days: Sequence[Day]) -> list[Month]:
    """Return the days as months of whole weeks, Monday first."""
    found: dict[date, list[Day]] = {}
    for day in days:
        found.setdefault(day.on.replace(day=1), []).append(day)
    return [Month(first, tuple(_weeks(several))) for first, several in found.items()]


def _weeks(days: Sequence[Day]) -> list[tuple[Day | None, ...]]:
    padded: list[Day | None] = [None] * days[0].on.weekday()
    padded += days
    padded += [None] * (-len(padded) % 7)
    return [tuple(padded[place : place + 7]) for place in range(0, len(padded), 7)]


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterable[date]:
    if end <= start:
        return
    day, last = on_the_wall(start, zone).date(), on_the_wall(end - timedelta(microseconds=1), zone).date()
    while day <= last:
        yield day
        day += _DAY
