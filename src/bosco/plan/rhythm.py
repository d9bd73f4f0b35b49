"""Which days a rhythm falls on: every so many days, on days of the week, on given dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from bosco.kit.words import Sayable, msg
from bosco.plan.day_words import EVERY_DAY, SHORT_DAYS, WEEKDAYS, in_a_row, listed, say_days, write_days

# A Monday: what counts in twos or threes counts from here when the plan names no first day.
ANCHOR = date(1970, 1, 5)
# A rhythm that brings nothing in this time never will: the calendar repeats long before.
HORIZON = timedelta(days=366 * 60)
DAY = timedelta(days=1)


class Rhythm(Protocol):
    """A rule that picks days."""

    def __hash__(self) -> int: ...

    @property
    def counts(self) -> bool:
        """Say whether it counts in twos or more, so that its first day matters."""

    def days(self, since: date | None, start: date) -> Iterator[date]:
        """Yield the days from `start` on, in order; `since` says what is counted from."""

    def say(self) -> Sayable:
        """Return the rhythm in words."""

    def rules(self) -> "Rules":
        """Return the days as series of a calendar feed: each a rhythm of its own and the RFC 5545 rule for it."""


@dataclass(frozen=True)
class EveryDays:
    """Every day, or every so many."""

    step: int = 1

    @property
    def counts(self) -> bool:
        """Say whether its first day matters."""
        return self.step > 1

    def days(self, since: date | None, start: date) -> Iterator[date]:
        """Yield its days from `start` on."""
        ahead = (start - (since or ANCHOR)).days % self.step
        day, last = start + DAY * (-ahead % self.step), start + HORIZON
        while day <= last:
            yield day
            day += DAY * self.step

    def say(self) -> Sayable:
        """Return it in words."""
        return msg("every {n} days", n=self.step) if self.counts else msg("every day")

    def rules(self) -> "Rules":
        """Return its series for a calendar feed."""
        return ((self, every("DAILY", self.step)),)

    def __str__(self) -> str:
        return f"{self.step}d" if self.counts else "day"


@dataclass(frozen=True)
class EveryWeeks:
    """On days of the week, every week or every so many."""

    days_of_week: tuple[int, ...] = (0,)
    step: int = 1

    @property
    def counts(self) -> bool:
        """Say whether its first day matters."""
        return self.step > 1

    def days(self, since: date | None, start: date) -> Iterator[date]:
        """Yield its days from `start` on."""
        anchor = _monday(since or ANCHOR)
        monday = _monday(start)
        monday += 7 * DAY * (-((monday - anchor).days // 7) % self.step)
        last = start + HORIZON
        while monday <= last:
            yield from (day for each in self.days_of_week if (day := monday + each * DAY) >= start)
            monday += 7 * DAY * self.step

    def say(self) -> Sayable:
        """Return it in words."""
        if self.counts:
            return msg("every {n} weeks on {days}", n=self.step, days=say_days(self.days_of_week))
        if self.days_of_week == EVERY_DAY:
            return msg("every day of the week")
        if in_a_row(self.days_of_week):
            first, last = WEEKDAYS[self.days_of_week[0]], WEEKDAYS[self.days_of_week[-1]]
            return msg("from {first} to {last}", first=first, last=last)
        return msg("every {days}", days=say_days(self.days_of_week))

    def rules(self) -> "Rules":
        """Return its series for a calendar feed."""
        days = ",".join(SHORT_DAYS[day][:2].upper() for day in self.days_of_week)
        return ((self, f"{every('WEEKLY', self.step)};BYDAY={days}"),)

    def __str__(self) -> str:
        days = write_days(self.days_of_week)
        return f"{self.step}w on {days}" if self.counts else days


@dataclass(frozen=True)
class OnDates:
    """Once on each of some dates."""

    dates: tuple[date, ...]
    counts = False

    def days(self, since: date | None, start: date) -> Iterator[date]:
        """Yield its days from `start` on."""
        return (day for day in self.dates if day >= start)

    def say(self) -> Sayable:
        """Return it in words."""
        return msg("on {dates}", dates=listed([day.isoformat() for day in self.dates]))

    def rules(self) -> "Rules":
        """Return its series for a calendar feed."""
        return tuple((OnDates((day,)), None) for day in self.dates)

    def __str__(self) -> str:
        return "on " + ", ".join(day.isoformat() for day in self.dates)


Rules = tuple[tuple[Rhythm, str | None], ...]


def every(frequency: str, step: int) -> str:
    """Return the beginning of an RFC 5545 rule."""
    return f"FREQ={frequency}" + (f";INTERVAL={step}" if step > 1 else "")


def _monday(day: date) -> date:
    return day - DAY * day.weekday()
