"""One bar for each day: how a service or probe was, and for how long it was not well."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bosco.kit.units import say_duration
from bosco.kit.words import Language, Message, msg
from bosco.services.days import DayBar
from bosco.services.marks import SORTS, Mark
from bosco.web.draw import Bar
from bosco.web.reader import reader
from bosco.web.typeset import day as day_text

MOST_NAMED = 5
TROUBLE = ("critical", "degraded")
# Of several marks of one day, the most telling gives its tone.
SORT_ORDER = tuple(SORTS)
_MINUTE, _SECOND, _HOUR = timedelta(minutes=1), timedelta(seconds=1), timedelta(hours=1)


@dataclass(frozen=True)
class _Date:
    """A day of the calendar that says itself."""

    start: datetime

    def say(self, language: Language) -> str:
        # The middle of the day, for it begins at midnight of the plan's time zone and not of the reader's.
        return day_text((self.start + timedelta(hours=12)).astimezone(reader().zone).date())


def bars(days: Sequence[DayBar], marks: Sequence[Mark] = (), *, brief: bool = False) -> list[Bar]:
    """Return how days are drawn: any downtime shows, and silence never looks like calm; marks stand below their day.

    In `brief`, for a list of many, only days with trouble say how long it lasted.
    """
    drawn = [_bar(day) for day in days]
    if brief:
        return [one if one.tone in TROUBLE else replace(one, says="") for one in drawn]
    return [_marked(one, _began(day, marks)) for one, day in zip(drawn, days, strict=True)]


def _began(day: DayBar, marks: Sequence[Mark]) -> list[Mark]:
    return [one for one in marks if day.start <= one.at < day.start + day.length]


def _marked(bar: Bar, marks: Sequence[Mark]) -> Bar:
    if not marks:
        return bar
    says = bar.says
    for one in marks[:MOST_NAMED]:
        says = msg("{says}; {mark}", says=says, mark=one.says)
    return replace(bar, says=says, mark=min(marks, key=lambda one: SORT_ORDER.index(one.sort)).tone)


def _bar(day: DayBar) -> Bar:
    on = _Date(day.start)
    known = day.up + day.degraded + day.down
    if not known:
        return Bar("muted", msg("{day}: nobody saw how it was", day=on))
    if day.down:
        return Bar("critical", _says(day, msg("{day}: down for {span}", day=on, span=said(day.down))))
    if day.degraded:
        return Bar("degraded", _says(day, msg("{day}: degraded for {span}", day=on, span=said(day.degraded))))
    if day.unknown > known:
        return Bar("unknown", _says(day, msg("{day}: up whenever it was seen", day=on)))
    return Bar("ok", _says(day, msg("{day}: up", day=on)))


def _says(day: DayBar, says: Message) -> Message:
    if day.unknown < _MINUTE:
        return says
    return msg("{says}; unseen for {span}", says=says, span=said(day.unknown))


def said(span: timedelta) -> object:
    """Return a duration as people say it: to the second, and to the minute once it is long."""
    unit = _MINUTE if span >= _HOUR else _SECOND
    return say_duration(max(_SECOND, span // unit * unit))
