"""Business calendars: when a team works, how much of it lies between two instants, when some of it has passed."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache, reduce
from zoneinfo import ZoneInfo

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Language, Message, msg
from bosco.plan.countries import days_off
from bosco.plan.day_words import EVERY_DAY, listed, say_days, say_time
from bosco.plan.wall_time import at, ends, in_utc, starts

LONGEST = timedelta(days=366 * 50)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Period:
    """From one time of day to another; one that does not end later than it begins ends on the next day."""

    opens: time
    closes: time

    @property
    def over_midnight(self) -> bool:
        """Say whether it ends on the day after."""
        return self.closes <= self.opens

    def __str__(self) -> str:
        return f"{say_time(self.opens)}–{'24:00' if self.closes == time.min else say_time(self.closes)}"


@dataclass(frozen=True)
class Closure:
    """Days on which nobody works, the last one included."""

    first: date
    last: date


@dataclass(frozen=True)
class Shift:
    """Some days of the week, their periods, and the days off; a period over midnight belongs to the day it begins."""

    days: tuple[int, ...] = EVERY_DAY
    periods: tuple[Period, ...] = (Period(time.min, time.min),)
    holidays: tuple[str, ...] = ()
    closed: tuple[Closure, ...] = ()

    def works_on(self, day: date) -> bool:
        """Say whether a period of this shift begins on that day."""
        return (
            day.weekday() in self.days
            and not any(closure.first <= day <= closure.last for closure in self.closed)
            and not any(day in public_holidays(place, day.year) for place in self.holidays)
        )


@dataclass(frozen=True)
class Hours:
    """A business calendar: it is open when one of its shifts works."""

    shifts: tuple[Shift, ...]

    def __post_init__(self) -> None:
        # Asked for at every step of a clock, and costly over nested tuples.
        object.__setattr__(self, "_hash", hash(self.shifts))

    def __hash__(self) -> int:
        return self._hash  # type: ignore[attr-defined, no-any-return]

    @property
    def always(self) -> bool:
        """Say whether it never closes."""
        return self == ALWAYS

    def say(self, language: Language) -> str:
        """Return the calendar in words."""
        if self.always:
            return msg("at any time").say(language)
        first, *more = (_say_shift(shift) for shift in self.shifts)
        return reduce(lambda some, last: msg("{some}; {last}", some=some, last=last), more, first).say(language)


ALWAYS = Hours((Shift(),))


def working_time(hours: Hours, zone: ZoneInfo, start: datetime, end: datetime) -> timedelta:
    """Return the open time between two instants; nothing if the end does not come after the start."""
    start, end = in_utc(start), in_utc(end)
    if end <= start:
        return timedelta(0)
    if hours.always:
        return end - start
    if end - start > LONGEST:
        raise _too_long()
    first, last = _micros(start), _micros(end)
    years = range(start.year, end.year + 1)
    worked = sum(_year(hours, zone, year).total for year in years[:-1])
    worked += _year(hours, zone, years[-1]).worked(last) - _year(hours, zone, years[0]).worked(first)
    return worked * _MICROSECOND


def add_working_time(hours: Hours, zone: ZoneInfo, start: datetime, span: timedelta) -> datetime:
    """Return the first instant by which that much open time has passed since the start."""
    start = in_utc(start)
    if span < timedelta(0):
        raise Refusal(Code.INVALID, msg("working time cannot be less than nothing"))
    if span > LONGEST:
        raise _too_long()
    if hours.always or not span:
        return start + span
    first = start.year
    left = span // _MICROSECOND + _year(hours, zone, first).worked(_micros(start))
    for year in range(first, first + LONGEST // (365 * _DAY) + 1):
        laid_out = _year(hours, zone, year)
        if left <= laid_out.total:
            return _EPOCH + laid_out.reached(left) * _MICROSECOND
        left -= laid_out.total
    raise _too_long()


def is_open(hours: Hours, zone: ZoneInfo, instant: datetime) -> bool:
    """Say whether the calendar is open at that instant; it is no longer at the instant it closes."""
    instant = in_utc(instant)
    laid_out, now = _year(hours, zone, instant.year), _micros(instant)
    found = bisect_right(laid_out.opens, now) - 1
    return found >= 0 and now < laid_out.closes[found]


def next_open(hours: Hours, zone: ZoneInfo, instant: datetime) -> datetime:
    """Return the first instant, not before this one, at which the calendar is open."""
    return add_working_time(hours, zone, instant, _MICROSECOND) - _MICROSECOND


def open_periods(hours: Hours, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches between two instants in which the calendar is open, each as long as it can be."""
    start, end = in_utc(start), in_utc(end)
    current: tuple[int, int] | None = None
    for year in range(start.year, end.year + 1):
        laid_out = _year(hours, zone, year)
        for opening, closing in zip(laid_out.opens, laid_out.closes, strict=True):
            since, until = max(opening, _micros(start)), min(closing, _micros(end))
            if since >= until:
                continue
            if current and since > current[1]:
                yield _EPOCH + current[0] * _MICROSECOND, _EPOCH + current[1] * _MICROSECOND
                current = None
            current = (current[0] if current else since, until)
    if current:
        yield _EPOCH + current[0] * _MICROSECOND, _EPOCH + current[1] * _MICROSECOND


@cache
def public_holidays(place: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country or region in that year."""
    country, _, region = place.partition("-")
    return days_off(country, region, year)


@dataclass(frozen=True)
class _Year:
    """One year of UTC laid out: when the calendar opens and closes, and how much was worked before each opening."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def worked(self, until: int) -> int:
        """Return the working time from the year's beginning."""
        found = bisect_right(self.opens, until) - 1
        return 0 if found < 0 else self.before[found] + min(until, self.closes[found]) - self.opens[found]

    def reached(self, amount: int) -> int:
        """Return the first instant at which that much, more than nothing, was worked since the year's beginning."""
        found = bisect_right(self.before, amount - 1) - 1
        return self.opens[found] + amount - self.before[found]


def _too_long() -> Refusal:
    return Refusal(Code.INVALID, msg("this working time would end more than {years} years ahead", years=50))


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=1024)
def _year(hours: Hours, zone: ZoneInfo, year: int) -> _Year:
    begins, finishes = (_micros(datetime(each, 1, 1, tzinfo=UTC)) for each in (year, year + 1))
    opens, closes, before, total = [], [], [], 0
    for opening, closing in _joined(sorted(_periods(hours, zone, year))):
        since, until = max(opening, begins), min(closing, finishes)
        if since < until:
            opens.append(since)
            closes.append(until)
            before.append(total)
            total += until - since
    return _Year(tuple(opens), tuple(closes), tuple(before), total)


def _periods(hours: Hours, zone: ZoneInfo, year: int) -> Iterator[tuple[int, int]]:
    """Yield every period that may touch the year, whatever its zone's distance from UTC."""
    for shift in hours.shifts:
        day, last = date(year - 1, 12, 29), date(year + 1, 1, 3)
        while day <= last:
            if shift.works_on(day):
                for period in shift.periods:
                    closing_day = day + _DAY if period.over_midnight else day
                    yield (
                        _micros(starts(at(day, period.opens), zone)),
                        _micros(ends(at(closing_day, period.closes), zone)),
                    )
            day += _DAY


def _joined(periods: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the periods without overlap: an hour that two shifts share is worked once."""
    current: tuple[int, int] | None = None
    for opening, closing in periods:
        if current and opening <= current[1]:
            current = (current[0], max(current[1], closing))
        else:
            if current:
                yield current
            current = (opening, closing)
    if current:
        yield current


def _say_shift(shift: Shift) -> Message:
    when = msg("{days}, {periods}", days=say_days(shift.days), periods=listed([str(each) for each in shift.periods]))
    if not shift.holidays:
        return when
    return msg("{when}, except public holidays ({places})", when=when, places=", ".join(shift.holidays))
