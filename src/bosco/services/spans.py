"""Spans of time and what can be done with sets of them; each holds its start and not its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bosco.plan.hours import Hours, next_open, working_time

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time between two instants."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Return how long it is."""
        return max(self.end - self.start, timedelta(0))

    def cut(self, start: datetime, end: datetime) -> "Span":
        """Return the part of it between two instants; it may be empty."""
        return Span(max(self.start, start), min(self.end, end))


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans without overlaps and empty ones, in order."""
    found: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.end):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def common(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Return what lies in both sets; each must be joined."""
    found, left, right = [], 0, 0
    while left < len(first) and right < len(second):
        both = first[left].cut(second[right].start, second[right].end)
        if both.start < both.end:
            found.append(both)
        if first[left].end <= second[right].end:
            left += 1
        else:
            right += 1
    return found


def without(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Return what lies in the first set and not in the second; each must be joined."""
    found: list[Span] = []
    place = 0
    for span in first:
        start = span.start
        while place < len(second) and second[place].end <= start:
            place += 1
        at = place
        while at < len(second) and second[at].start < span.end:
            if start < second[at].start:
                found.append(Span(start, second[at].start))
            start = max(start, second[at].end)
            at += 1
        if start < span.end:
            found.append(Span(start, span.end))
    return found


def total(spans: Iterable[Span]) -> timedelta:
    """Return how long the spans are together; they must be joined."""
    return sum((span.length for span in spans), timedelta(0))


def month_of(instant: datetime, zone: ZoneInfo) -> Span:
    """Return the calendar month that holds the instant, as people of that time zone count it."""
    local = instant.astimezone(zone)
    return month(local.year, local.month, zone)


def month(year: int, number: int, zone: ZoneInfo) -> Span:
    """Return a calendar month of a time zone: one of a clock change is an hour shorter or longer."""
    first = datetime(year, number, 1, tzinfo=zone)
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return Span(first.astimezone(UTC), following.astimezone(UTC))


def open_spans(hours: Hours, zone: ZoneInfo, span: Span) -> list[Span]:
    """Return when a business calendar is open within a span."""
    if hours.always:
        return joined([span])
    found = []
    start = span.start
    while start < span.end and working_time(hours, zone, start, span.end):
        start = next_open(hours, zone, start)
        found.append(Span(start, _closing(hours, zone, start, span.end)))
        start = found[-1].end
    return joined(found)


def _closing(hours: Hours, zone: ZoneInfo, start: datetime, latest: datetime) -> datetime:
    """Return when what is open at the start closes: up to there, all time is working time."""
    low, high = 1, (latest - start) // MICROSECOND
    while low < high:
        middle = (low + high + 1) // 2
        until = start + middle * MICROSECOND
        if working_time(hours, zone, start, until) == until - start:
            low = middle
        else:
            high = middle - 1
    return start + low * MICROSECOND
