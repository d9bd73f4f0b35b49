"""A recurrence in steps shorter than a day: every hour, every 15 minutes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bosco.kit.units import say_duration, write_duration
from bosco.kit.words import Language, Sayable, msg
from bosco.plan.day_words import EVERY_DAY, SHORT_DAYS, say_days, say_time, write_days
from bosco.plan.recurrence import Occurrence, Recurrence, Series
from bosco.plan.rhythm import ANCHOR, DAY
from bosco.plan.wall_time import at, midnight, on_the_wall, starts

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Steps(Recurrence):
    """Every so many minutes or hours, on every day or some.

    Steps of an hour or less follow elapsed time, so that the hour which comes twice has them twice; longer ones follow
    the clock on the wall, so that `6h` means 00:00, 06:00, 12:00 and 18:00 on every day. Steps that do not divide a day
    count on and on from the first day.
    """

    span: timedelta
    first: time = time.min
    days: tuple[int, ...] = EVERY_DAY
    lasts: timedelta = timedelta(0)
    since: date | None = None

    def around(self, instant: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
        """Yield its occurrences in order, from somewhat before the instant."""
        last = None
        for start in self._starts(instant, zone):
            planned = on_the_wall(start, zone)
            if planned.weekday() in self.days and start != last and (not self.since or planned.date() >= self.since):
                yield Occurrence(start, start + self.lasts, planned)
                last = start

    def _starts(self, instant: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        if DAY % self.span:
            anchor = starts(at(self.since or ANCHOR, self.first), zone)
            start = anchor + max(0, (instant - anchor) // self.span) * self.span
            while True:
                yield start
                start += self.span
        offset = (at(ANCHOR, self.first) - at(ANCHOR)) % self.span
        day = max(on_the_wall(instant, zone).date() - DAY, self.since or date.min)
        while True:
            yield from self._on(day, offset, zone)
            day += DAY

    def _on(self, day: date, offset: timedelta, zone: ZoneInfo) -> Iterator[datetime]:
        if self.span > HOUR:
            for step in range(DAY // self.span):
                yield starts(at(day) + offset + step * self.span, zone)
            return
        start, night = midnight(day, zone) + offset, midnight(day + DAY, zone)
        while start < night:
            yield start
            start += self.span

    @property
    def longest(self) -> timedelta:
        """Return a span that no occurrence outlasts."""
        return self.lasts + DAY

    @property
    def needs_first_day(self) -> bool:
        """Say whether its first day is missing."""
        return bool(DAY % self.span) and self.since is None

    def series(self, start: date) -> tuple[Series, ...]:
        """Return what a calendar feed shows of it."""
        first = next(self.around(at(start).replace(tzinfo=UTC), ZoneInfo("UTC")))
        hours = self.span % HOUR == timedelta(0)
        unit, step = ("HOURLY", self.span // HOUR) if hours else ("MINUTELY", self.span // MINUTE)
        days = ",".join(SHORT_DAYS[day][:2].upper() for day in self.days)
        rule = f"FREQ={unit};INTERVAL={step}" + ("" if self.days == EVERY_DAY else f";BYDAY={days}")
        return (Series(first.planned, rule, self.lasts, all_day=False),)

    def say(self, language: Language) -> str:
        """Return it in words."""
        said: Sayable = msg("every hour") if self.span == HOUR else msg("every {span}", span=say_duration(self.span))
        if self.days != EVERY_DAY:
            said = msg("{when}, {days}", when=said, days=say_days(self.days))
        if self.first != time.min:
            said = msg("{when}, counted from {time}", when=said, time=say_time(self.first))
        if self.lasts:
            said = msg("{when}, for {span}", when=said, span=say_duration(self.lasts))
        if self.since:
            said = msg("{when}, starting on {date}", when=said, date=self.since.isoformat())
        return said if isinstance(said, str) else said.say(language)

    def __str__(self) -> str:
        parts = [write_duration(self.span)]
        parts += [f"on {write_days(self.days)}"] if self.days != EVERY_DAY else []
        parts += [f"at {say_time(self.first)}"] if self.first != time.min else []
        parts += [f"for {write_duration(self.lasts)}"] if self.lasts else []
        parts += [f"from {self.since.isoformat()}"] if self.since else []
        return " ".join(parts)
