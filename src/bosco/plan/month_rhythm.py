"""Which days of a month or a year a rhythm falls on: the 15th, the last day, the 1st Saturday, 15 March."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from bosco.kit.words import Message, Sayable, msg
from bosco.plan.day_words import MONTHS, SHORT_DAYS, WEEKDAYS, listed
from bosco.plan.rhythm import ANCHOR, HORIZON, Rules, every

LAST = -1
ORDINALS = {1: msg("1st"), 2: msg("2nd"), 3: msg("3rd"), 4: msg("4th"), 5: msg("5th"), LAST: msg("last")}
_WRITTEN = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", LAST: "last"}
_OF_MONTH = (
    msg("of January"),
    msg("of February"),
    msg("of March"),
    msg("of April"),
    msg("of May"),
    msg("of June"),
    msg("of July"),
    msg("of August"),
    msg("of September"),
    msg("of October"),
    msg("of November"),
    msg("of December"),
)


@dataclass(frozen=True, order=True)
class MonthDay:
    """A day of the month by its number, or the last; where a month is too short, its last day."""

    number: int

    def day(self, year: int, month: int) -> date | None:
        """Return the day in that month."""
        length = monthrange(year, month)[1]
        return date(year, month, length if self.number == LAST else min(self.number, length))

    def say(self) -> Message:
        """Return it in words."""
        if self.number == LAST:
            return msg("the last day")
        return msg("the 1st") if self.number == 1 else msg("day {number}", number=self.number)

    def say_in(self, month: int) -> Message:
        """Return it in words, with its month."""
        if self.number == LAST:
            return msg("the last day {of_month}", of_month=_OF_MONTH[month - 1])
        if self.number == 1:
            return msg("1 {month}", month=MONTHS[month - 1])
        return msg("{number} {month}", number=self.number, month=MONTHS[month - 1])

    def rule(self) -> str:
        """Return it as a part of an RFC 5545 rule."""
        if self.number in (29, 30):
            return f"BYMONTHDAY={','.join(str(day) for day in range(28, self.number + 1))};BYSETPOS=-1"
        return f"BYMONTHDAY={-1 if self.number == 31 else self.number}"

    def __str__(self) -> str:
        return "last day" if self.number == LAST else str(self.number)


@dataclass(frozen=True, order=True)
class NthDay:
    """The 1st Saturday, the last Friday; a 5th one only in the months that have it."""

    which: int
    weekday: int

    def day(self, year: int, month: int) -> date | None:
        """Return the day in that month, if it has one."""
        first, length = monthrange(year, month)
        number = 1 + (self.weekday - first) % 7 + 7 * (max(self.which, 1) - 1)
        if self.which == LAST:
            number += 7 * ((length - number) // 7)
        return date(year, month, number) if number <= length else None

    def say(self) -> Message:
        """Return it in words."""
        return msg("the {ordinal} {weekday}", ordinal=ORDINALS[self.which], weekday=WEEKDAYS[self.weekday])

    def say_in(self, month: int) -> Message:
        """Return it in words, with its month."""
        return msg("{day} {of_month}", day=self.say(), of_month=_OF_MONTH[month - 1])

    def rule(self) -> str:
        """Return it as a part of an RFC 5545 rule."""
        return f"BYDAY={self.which}{SHORT_DAYS[self.weekday][:2].upper()}"

    def __str__(self) -> str:
        return f"{_WRITTEN[self.which]} {SHORT_DAYS[self.weekday]}"


DayOfMonth = MonthDay | NthDay


@dataclass(frozen=True)
class EveryMonths:
    """On some days of every month, quarter (3), half-year (6), or of every so many months."""

    on: tuple[DayOfMonth, ...] = (MonthDay(1),)
    step: int = 1

    @property
    def counts(self) -> bool:
        """Say whether its first day matters."""
        return self.step not in (1, 3, 6)

    def days(self, since: date | None, start: date) -> Iterator[date]:
        """Yield its days from `start` on."""
        index = start.year * 12 + start.month - 1
        anchor = since or ANCHOR
        index += -(index - (anchor.year * 12 + anchor.month - 1)) % self.step
        while index < (start + HORIZON).year * 12:
            found = {each.day(index // 12, index % 12 + 1) for each in self.on}
            yield from sorted(day for day in found if day is not None and day >= start)
            index += self.step

    def say(self) -> Sayable:
        """Return it in words."""
        days = listed([each.say() for each in self.on])
        named = {1: msg("every month"), 3: msg("every quarter"), 6: msg("every half-year")}.get(self.step)
        if named is None:
            return msg("{days}, every {n} months", days=days, n=self.step)
        return msg("{days} of {months}", days=days, months=named)

    def rules(self) -> Rules:
        """Return its series for a calendar feed."""
        return tuple((replace(self, on=(each,)), f"{every('MONTHLY', self.step)};{each.rule()}") for each in self.on)

    def __str__(self) -> str:
        on = ", ".join(str(each) for each in self.on)
        return f"{ {1: 'month', 3: 'quarter', 6: 'half-year'}.get(self.step, f'{self.step}mo') } on {on}"


@dataclass(frozen=True)
class EveryYears:
    """On some days of some months, every year or every so many."""

    on: tuple[tuple[int, DayOfMonth], ...] = ((1, MonthDay(1)),)
    step: int = 1

    @property
    def counts(self) -> bool:
        """Say whether its first day matters."""
        return self.step > 1

    def days(self, since: date | None, start: date) -> Iterator[date]:
        """Yield its days from `start` on."""
        year = start.year + -(start.year - (since or ANCHOR).year) % self.step
        while year < (start + HORIZON).year:
            found = {each.day(year, month) for month, each in self.on}
            yield from sorted(day for day in found if day is not None and day >= start)
            year += self.step

    def say(self) -> Sayable:
        """Return it in words."""
        days = listed([each.say_in(month) for month, each in self.on])
        if self.counts:
            return msg("{days}, every {n} years", days=days, n=self.step)
        return msg("every year, {days}", days=days)

    def rules(self) -> Rules:
        """Return its series for a calendar feed."""
        return tuple(
            (replace(self, on=((month, each),)), f"{every('YEARLY', self.step)};BYMONTH={month};{each.rule()}")
            for month, each in self.on
        )

    def __str__(self) -> str:
        on = ", ".join(f"{each} of {MONTHS[month - 1].text.lower()}" for month, each in self.on)
        return f"{f'{self.step}y' if self.counts else 'year'} on {on}"
