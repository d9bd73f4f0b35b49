"""One bar for each day: how a service or probe was, and for how long it was not well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bosco.kit.units import say_duration
from bosco.kit.words import Language, Message, msg
from bosco.services.intervals import Interval
from bosco.web.draw import Bar
from bosco.web.typeset import day as day_text

DAYS = 90
_NOTHING = timedelta(0)


@dataclass(frozen=True)
class _Date:
    """A day of the calendar that says itself."""

    on: date

    def say(self, language: Language) -> str:
        return day_text(self.on)


@dataclass
class Day:
    """How long something was in which state on a day."""

    on: date
    start: datetime
    end: datetime
    spent: dict[str, timedelta] = field(default_factory=dict)

    def bar(self) -> Bar:
        """Return how the day is drawn: any downtime shows, silence never looks like calm."""
        down, degraded = self._of("down"), self._of("degraded")
        known = self._of("up") + down + degraded
        if down:
            return Bar("critical", self._says(msg("{day}: down for {span}", day=_Date(self.on), span=_said(down))))
        if degraded:
            says = msg("{day}: degraded for {span}", day=_Date(self.on), span=_said(degraded))
            return Bar("degraded", self._says(says))
        if not known:
            tone = "unknown" if self._of("unknown") else "muted"
            return Bar(tone, msg("{day}: nobody saw how it was", day=_Date(self.on)))
        if self._of("unknown") > known:
            return Bar("unknown", self._says(msg("{day}: up whenever it was seen", day=_Date(self.on))))
        return Bar("ok", self._says(msg("{day}: up", day=_Date(self.on))))

    def _of(self, state: str) -> timedelta:
        return self.spent.get(state, _NOTHING)

    def _says(self, says: Message) -> Message:
        unknown = self._of("unknown")
        if unknown < timedelta(minutes=1):
            return says
        return msg("{says}; unseen for {span}", says=says, span=_said(unknown))


def _said(span: timedelta) -> object:
    unit = timedelta(minutes=1) if span >= timedelta(hours=1) else timedelta(seconds=1)
    return say_duration(max(unit, span // unit * unit))


def day_start(on: date, zone: tzinfo) -> datetime:
    """Return when a day begins there; the day of a clock change is an hour shorter or longer."""
    return datetime.combine(on, time(0), zone).astimezone(UTC)


def last_days(now: datetime, zone: tzinfo, count: int = DAYS) -> list[Day]:
    """Return the last days up to today, the oldest first."""
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in range(count - 1, -2, -1)]
    starts = [day_start(on, zone) for on in dates]
    return [Day(dates[at], starts[at], starts[at + 1]) for at in range(count)]


def spread(intervals: Iterable[Interval], days: Sequence[Day], now: datetime) -> Sequence[Day]:
    """Count into each day how much of the intervals lies in it."""
    for one in intervals:
        start, end = max(one.start, days[0].start), min(one.end or now, now)
        at = max(0, min((start - days[0].start) // timedelta(days=1) - 1, len(days) - 1))
        while at < len(days) and days[at].start < end:
            day = days[at]
            inside = min(end, day.end) - max(start, day.start)
            if inside > _NOTHING:
                day.spent[one.state] = day.spent.get(one.state, _NOTHING) + inside
            at += 1
    return days


def day_bars(intervals: Iterable[Interval], now: datetime, zone: tzinfo, count: int = DAYS) -> list[Bar]:
    """Return a bar for each of the last days."""
    return [day.bar() for day in spread(intervals, last_days(now, zone, count), now)]
