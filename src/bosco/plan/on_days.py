"""A recurrence on days: at given times of them, or all day long, with or without an end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bosco.kit.units import say_duration, write_duration
from bosco.kit.words import Language, Sayable, msg
from bosco.plan.day_words import listed, say_time
from bosco.plan.recurrence import Occurrence, Recurrence, Series
from bosco.plan.rhythm import ANCHOR, DAY, Rhythm
from bosco.plan.wall_time import at, ends, midnight, on_the_wall, starts

NOTHING = timedelta(0)


@dataclass(frozen=True)
class OnDays(Recurrence):
    """Days, the times on them (none: the whole day), and how long it goes on each time."""

    rhythm: Rhythm
    at: tuple[time, ...] = ()
    until: time | None = None
    lasts: timedelta = NOTHING
    since: date | None = None

    def around(self, instant: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
        """Yield its occurrences in order, from somewhat before the instant."""
        day = max(on_the_wall(instant, zone).date() - 2 * DAY, self.since or date.min)
        last = None
        for each in self.rhythm.days(self.since, day):
            for found in self._on(each, zone):
                # Times that the skipped hour throws together come once.
                if found.start != last:
                    yield found
                    last = found.start

    def _on(self, day: date, zone: ZoneInfo) -> Iterator[Occurrence]:
        if not self.at:
            yield Occurrence(midnight(day, zone), midnight(day + DAY, zone), at(day))
        for clock in self.at:
            planned = at(day, clock)
            start = starts(planned, zone)
            if self.until is None:
                yield Occurrence(start, start + self.lasts, planned)
            else:
                length = self._length(clock)
                end = ends(planned + length, zone)
                # A window that lies wholly in the skipped hour keeps its length.
                yield Occurrence(start, end if end > start else start + length, planned)

    @property
    def longest(self) -> timedelta:
        """Return a span that no occurrence outlasts."""
        return max(self.lasts, 2 * DAY)

    @property
    def needs_first_day(self) -> bool:
        """Say whether its first day is missing."""
        return self.rhythm.counts and self.since is None

    def _length(self, clock: time) -> timedelta:
        if not self.at:
            return DAY
        if self.until is None:
            return self.lasts
        length = at(ANCHOR, self.until) - at(ANCHOR, clock)
        return length if length > NOTHING else length + DAY

    def series(self, start: date) -> tuple[Series, ...]:
        """Return what a calendar feed shows of it."""
        start = max(start, self.since or start)
        found = []
        for clock in self.at or (time.min,):
            lasts, all_day = self._length(clock), not self.at
            for rhythm, rule in self.rhythm.rules():
                day = next(rhythm.days(self.since, start), None)
                found += [Series(at(day, clock), rule, lasts, all_day)] if day else []
        return tuple(found)

    def say(self, language: Language) -> str:
        """Return it in words."""
        said: Sayable = self.rhythm.say()
        times = listed([say_time(clock) for clock in self.at])
        if self.until is not None:
            said = msg("{when} from {start} to {end}", when=said, start=times, end=say_time(self.until))
        elif self.at:
            said = msg("{when} at {times}", when=said, times=times)
        if self.lasts:
            said = msg("{when}, for {span}", when=said, span=say_duration(self.lasts))
        if self.since:
            said = msg("{when}, starting on {date}", when=said, date=self.since.isoformat())
        return said if isinstance(said, str) else said.say(language)

    def __str__(self) -> str:
        parts = [str(self.rhythm)]
        parts += [f"at {', '.join(say_time(clock) for clock in self.at)}"] if self.at else []
        parts += [f"until {say_time(self.until)}"] if self.until is not None else []
        parts += [f"for {write_duration(self.lasts)}"] if self.lasts else []
        parts += [f"from {self.since.isoformat()}"] if self.since else []
        return " ".join(parts)
