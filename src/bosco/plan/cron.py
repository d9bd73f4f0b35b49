"""Cron's five fields, with cron's own manners on the days when clocks change."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Language, Message, msg
from bosco.plan.day_words import DAY_NUMBER, MONTH_NUMBER
from bosco.plan.recurrence import Occurrence, Recurrence, Series
from bosco.plan.rhythm import DAY, HORIZON
from bosco.plan.spelling import not_known
from bosco.plan.wall_time import at, midnight, on_the_wall, starts

MINUTE = timedelta(minutes=1)
NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


@dataclass(frozen=True)
class _Field:
    says: Message
    least: int
    most: int
    names: dict[str, int]


_ENGLISH_MONTHS = {word: number for word, number in MONTH_NUMBER.items() if len(word) == 3}
_ENGLISH_DAYS = {word: (number + 1) % 7 for word, number in DAY_NUMBER.items() if len(word) == 3}
_FIELDS = (
    _Field(msg("minute"), 0, 59, {}),
    _Field(msg("hour"), 0, 23, {}),
    _Field(msg("day of the month"), 1, 31, {}),
    _Field(msg("month"), 1, 12, _ENGLISH_MONTHS),
    _Field(msg("day of the week"), 0, 7, _ENGLISH_DAYS),
)
_PART = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", re.ASCII)
_LIKE = msg("minute, hour, day, month and day of the week, as in {like}", like="30 2 * * 1-5")


@dataclass(frozen=True)
class Cron(Recurrence):
    """A cron expression.

    A job at fixed hours that the skipped hour would swallow runs once at the next minute that exists, and only once in
    an hour that comes twice; a job with `*` among its minutes or hours follows the minutes as they pass.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    month_days: frozenset[int]
    months: frozenset[int]
    week_days: frozenset[int]
    either_day: bool
    fixed: bool

    def around(self, instant: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
        """Yield one occurrence for each minute on which the job starts."""
        last = None
        for day in self._days(on_the_wall(instant, zone).date() - DAY):
            for start, planned in self._fixed(day, zone) if self.fixed else self._passing(day, instant, zone):
                if start != last:
                    yield Occurrence(start, start, planned)
                    last = start

    def _fixed(self, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        for hour in self.hours:
            for minute in self.minutes:
                planned = at(day, time(hour, minute))
                yield starts(planned, zone), planned

    def _passing(self, day: date, since: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        start, night = midnight(day, zone), midnight(day + DAY, zone)
        start += max(0, (since - start) // MINUTE) * MINUTE
        while start < night:
            planned = on_the_wall(start, zone)
            if planned.hour in self.hours and planned.minute in self.minutes:
                yield start, planned
            start += MINUTE

    def _days(self, start: date) -> Iterator[date]:
        year, month, last = start.year, start.month, start + HORIZON
        while date(year, month, 1) <= last:
            for number in range(1, monthrange(year, month)[1] + 1) if month in self.months else ():
                day = date(year, month, number)
                if day >= start and self._on(day):
                    yield day
            year, month = year + month // 12, month % 12 + 1

    def _on(self, day: date) -> bool:
        by_month, by_week = day.day in self.month_days, day.isoweekday() % 7 in self.week_days
        return by_month or by_week if self.either_day else by_month and by_week

    def series(self, start: date) -> tuple[Series, ...]:
        """Return nothing: jobs are no entries of a calendar."""
        return ()

    def say(self, language: Language) -> str:
        """Return it in words."""
        return msg("at the times of cron “{text}”", text=self.text).say(language)

    def __str__(self) -> str:
        return self.text


def read_cron(text: str) -> Cron:
    """Return the expression that five fields or a nickname (`@daily`) write."""
    written = " ".join(str(text).split())
    if written.startswith("@") and written not in NICKNAMES:
        raise not_known(msg("cron has no “{word}” here", word=written), written, NICKNAMES, _LIKE)
    parts = NICKNAMES.get(written, written).split()
    if len(parts) != 5:
        raise Unreadable(msg("“{text}” has {n} fields, cron has five", text=written[:80], n=len(parts)), expected=_LIKE)
    minutes, hours, month_days, months, week_days = (
        _read_field(part, field) for part, field in zip(parts, _FIELDS, strict=True)
    )
    found = Cron(
        text=written,
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        month_days=month_days,
        months=months,
        week_days=frozenset(day % 7 for day in week_days),
        either_day=not parts[2].startswith("*") and not parts[4].startswith("*"),
        fixed="*" not in parts[0] and "*" not in parts[1],
    )
    if next(found._days(date(2024, 1, 1)), None) is None:
        raise Unreadable(msg("“{text}” never comes", text=written))
    return found


def _read_field(text: str, field: _Field) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        matched = _PART.fullmatch(part)
        if matched is None or len(text) > 200:
            raise _odd(part, field)
        first, last, step = matched.groups()
        if first == "*":
            low, high = field.least, 6 if field.most == 7 else field.most
        else:
            low = _value(first, field)
            # As cron has it: `5/15` begins at 5 and goes on to the end.
            high = _value(last, field) if last else field.most if step else low
        if low > high or (first == "*" and last) or (step is not None and not 1 <= int(step) <= field.most):
            raise _odd(part, field)
        found.update(range(low, high + 1, int(step or 1)))
    return frozenset(found)


def _value(word: str, field: _Field) -> int:
    value = field.names.get(word.lower(), int(word) if word.isascii() and word.isdigit() else -1)
    if not field.least <= value <= field.most:
        raise _odd(word, field)
    return value


def _odd(text: str, field: _Field) -> Unreadable:
    says = msg("“{text}” cannot stand for the {field} of a cron expression", text=text[:40], field=field.says)
    return not_known(says, text, field.names, _LIKE)
