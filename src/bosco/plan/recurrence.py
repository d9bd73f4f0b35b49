"""When something planned comes: instants that stay exact on the days when clocks change."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from bosco.kit.words import Language
from bosco.plan.wall_time import in_utc


@dataclass(frozen=True)
class Occurrence:
    """One time that something planned comes: instants in UTC, and the wall-clock time that was planned."""

    start: datetime
    end: datetime
    planned: datetime


@dataclass(frozen=True)
class Series:
    """A rhythm as a calendar feed shows it: a first wall-clock time and an RFC 5545 rule, or no rule for just once."""

    first: datetime
    rule: str | None
    lasts: timedelta
    all_day: bool


class Recurrence(ABC):
    """What comes again and again; each kind yields its occurrences, the questions are the same for all."""

    def after(self, instant: datetime, zone: ZoneInfo) -> Occurrence | None:
        """Return the first occurrence that starts after the instant; None if there is none any more."""
        instant = in_utc(instant)
        return next((each for each in self.around(instant, zone) if each.start > instant), None)

    def between(self, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
        """Yield the occurrences that start between two instants, the second one excluded."""
        start, end = in_utc(start), in_utc(end)
        before_end = takewhile(lambda each: each.start < end, self.around(start, zone))
        return (each for each in before_end if each.start >= start)

    def covering(self, instant: datetime, zone: ZoneInfo) -> Occurrence | None:
        """Return the occurrence that is under way at the instant; of several, the one that began last."""
        instant, found = in_utc(instant), None
        for each in takewhile(lambda each: each.start <= instant, self.around(instant - self.longest, zone)):
            if instant < each.end:
                found = each
        return found

    @abstractmethod
    def around(self, instant: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
        """Yield occurrences in order of their start, each start once, from somewhat before the instant."""

    @property
    def longest(self) -> timedelta:
        """Return a span that no occurrence outlasts."""
        return timedelta(0)

    @property
    def needs_first_day(self) -> bool:
        """Say whether it counts in twos or more and does not say from when, so that nobody knows which of the two."""
        return False

    @abstractmethod
    def series(self, start: date) -> tuple[Series, ...]:
        """Return what a calendar feed shows of it from that day on."""

    @abstractmethod
    def say(self, language: Language) -> str:
        """Return it in words."""
