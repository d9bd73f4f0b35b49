"""The word after `every`, and the days after `on`, read into a rhythm."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bosco.kit.numbers import Unreadable
from bosco.kit.units import SPAN_OF, read_duration
from bosco.kit.words import msg
from bosco.plan.day_words import DAY_NUMBER, EVERY_DAY, MONTH_NUMBER, read_days
from bosco.plan.month_rhythm import LAST, DayOfMonth, EveryMonths, EveryYears, MonthDay, NthDay
from bosco.plan.rhythm import EveryDays, EveryWeeks, Rhythm
from bosco.plan.rhythm_words import AND, COUNTED, EVERY, KNOWN, NUMBERED, OF, ORDINAL_OF, UNIT_OF
from bosco.plan.spelling import not_known, plain

HOURS_AND_MINUTES = re.compile(r"\d{1,3} ?h ?\d{1,2} ?(?:m|mn|min)?", re.ASCII)
LONGEST_STEP = {"minute": 60 * 24 * 31, "hour": 24 * 31, "day": 366 * 2, "week": 104, "month": 240, "year": 20}
_LIKE = msg("a rhythm such as {like}", like='day, sunday, mon-fri, 2w, month, "1st saturday", quarter')


@dataclass(frozen=True)
class Every:
    """So many minutes, hours, days, weeks, months or years."""

    n: int
    unit: str


@dataclass(frozen=True)
class Pulse:
    """Steps of less than a day, on some days."""

    span: timedelta
    days: tuple[int, ...] = EVERY_DAY


def read_every(text: str) -> Every | Pulse | Rhythm:
    """Return what the word after `every` means: a unit to be refined by `on`, or a rhythm that says its own days."""
    words = plain(text)
    words = words[found.end() :] if (found := EVERY.match(words)) else words
    counted = COUNTED.fullmatch(words)
    if counted and counted[2] in UNIT_OF:
        times, unit = UNIT_OF[counted[2]]
        n = int(counted[1] or 1) * times
        if not 1 <= n <= LONGEST_STEP[unit]:
            raise Unreadable(msg("“{text}” is too rare or too frequent for a rhythm", text=text))
        return Every(n, unit)
    if HOURS_AND_MINUTES.fullmatch(words) and (span := read_duration(words)):
        return Pulse(span)
    if words.isdigit():
        raise Unreadable(msg("“{text}” does not say of what", text=text), expected=_LIKE)
    if any(word in ORDINAL_OF or NUMBERED.fullmatch(word) for word in words.split()):
        return _of_months([words], Every(1, "month"))
    try:
        return EveryWeeks(read_days(words))
    except Unreadable:
        raise not_known(msg("“{text}” is not a rhythm", text=text), words, KNOWN, _LIKE) from None


def read_rhythm(every: Every | Pulse | Rhythm, on: Sequence[str], since: date | None) -> Rhythm | Pulse:
    """Return the rhythm that a unit and its days make; without days, those of the first date."""
    if isinstance(every, Pulse) or not isinstance(every, Every):
        if on:
            raise Unreadable(
                msg("its days are said twice"),
                msg("write the days either after {one} or after {other}", one="every", other="on"),
            )
        return every
    if every.unit in ("minute", "hour"):
        span = every.n * SPAN_OF[every.unit]
        return Pulse(span, read_days(", ".join(on)) if on else EVERY_DAY)
    if every.unit == "day" and not on:
        return EveryDays(every.n)
    if every.unit == "day" and every.n > 1:
        raise Unreadable(msg("every {n} days cannot fall on days of the week", n=every.n), expected=_LIKE)
    if every.unit in ("day", "week"):
        days = read_days(", ".join(on)) if on else (since.weekday() if since else 0,)
        return EveryWeeks(days, every.n if every.unit == "week" else 1)
    if on:
        return _of_months(on, every)
    first = since or date(1970, 1, 1)
    day = MonthDay(first.day)
    return EveryYears(((first.month, day),), every.n) if every.unit == "year" else EveryMonths((day,), every.n)


def _of_months(on: Sequence[str], every: Every) -> EveryMonths | EveryYears:
    found: list[tuple[int | None, DayOfMonth]] = []
    for text in on:
        items, month, every = _read_days_of(plain(text), every)
        found += [(month, item) for item in items]
    for month, item in found:
        if month and isinstance(item, MonthDay) and item.number > monthrange(2024, month)[1]:
            raise Unreadable(msg("“{text}” never comes", text=", ".join(on)))
    months = {month for month, _ in found}
    if None not in months:
        return EveryYears(
            tuple(sorted({(month, item) for month, item in found if month}, key=str)),
            every.n if every.unit == "year" else 1,
        )
    if every.unit == "year" or len(months) > 1:
        raise Unreadable(
            msg("“{text}” does not say of which month", text=", ".join(on)),
            expected=msg("a day of the year such as {like}", like="15 march"),
        )
    return EveryMonths(tuple(sorted({item for _, item in found}, key=str)), every.n)


def _read_days_of(text: str, every: Every) -> tuple[list[DayOfMonth], int | None, Every]:
    """Read `1st and 3rd monday of march`: the days, the month if one is named, and the unit if another is."""
    month = None
    swapped = re.sub(r"^([a-z]+)\s+(\d{1,2})$", r"\2 \1", text)
    swapped = re.sub(r"^(\d{2})-(\d{2})$", lambda found: f"{int(found[2])} of {_month_named(int(found[1]))}", swapped)
    if (found := OF.fullmatch(swapped)) and found[2] in MONTH_NUMBER and not _ends_in_day(swapped):
        text, month = found[1], MONTH_NUMBER[found[2]]
    elif found and found[2] in UNIT_OF and UNIT_OF[found[2]][1] in ("month", "year"):
        text, every = found[1], Every(*UNIT_OF[found[2]])
    weekday: int | None = None
    items: list[DayOfMonth] = []
    # From the last, so that `1st and 3rd monday` are both Mondays.
    for part in reversed(AND.split(text)):
        item, weekday = _read_day(part, weekday)
        items.append(item)
    return items, month, every


def _ends_in_day(text: str) -> bool:
    """Say whether `mar` ends a French `2e mar` rather than naming a month."""
    words = text.split()
    return len(words) > 1 and words[-1] in DAY_NUMBER and words[-2] in ORDINAL_OF


def _read_day(text: str, weekday: int | None) -> tuple[DayOfMonth, int | None]:
    first, *rest = [word for word in text.split() if word not in ("the", "le", "la", "day", "jour")] or [""]
    numbered = NUMBERED.fullmatch(first)
    if first in ORDINAL_OF and rest and rest[0] in DAY_NUMBER and len(rest) == 1:
        return NthDay(ORDINAL_OF[first], DAY_NUMBER[rest[0]]), DAY_NUMBER[rest[0]]
    if first in ORDINAL_OF and weekday is not None and not rest:
        return NthDay(ORDINAL_OF[first], weekday), weekday
    if first in ORDINAL_OF and ORDINAL_OF[first] == LAST and not rest and ("day" in text or "jour" in text):
        return MonthDay(LAST), None
    if numbered and not rest and 1 <= int(numbered[1]) <= 31:
        return MonthDay(int(numbered[1])), None
    if first in ORDINAL_OF and ORDINAL_OF[first] != LAST and not rest:
        return MonthDay(ORDINAL_OF[first]), None
    word = rest[0] if first in ORDINAL_OF and rest else text
    raise not_known(msg("“{text}” is not a day of the month", text=text), word, KNOWN, _LIKE)


def _month_named(number: int) -> str:
    return next((word for word, value in MONTH_NUMBER.items() if value == number), "")
