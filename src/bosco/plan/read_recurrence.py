"""Rhythms as the plan writes them, in French and English: `every`, `on`, `at`, `until`, `lasts`, `from`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from bosco.kit.numbers import Unreadable
from bosco.kit.units import read_duration
from bosco.kit.words import Message, msg
from bosco.plan.day_words import EVERY_DAY, read_date, read_days, read_time, say_time
from bosco.plan.ledger import Misplaced, nearest
from bosco.plan.on_days import NOTHING, OnDays
from bosco.plan.read_rhythm import Pulse, read_every, read_rhythm
from bosco.plan.recurrence import Recurrence
from bosco.plan.rhythm import DAY, EveryDays, OnDates, Rhythm
from bosco.plan.rhythm_words import AND, EVERY
from bosco.plan.spelling import plain
from bosco.plan.steps import Steps

LONGEST_WINDOW = timedelta(days=31)
_KEYS = ("every", "on", "at", "until", "lasts", "from")
_CLOCK = r"\d{1,2}(?::\d{2}|\s?h(?:\s?\d{2})?)"
_SINCE = re.compile(r"\s+(?:from|starting on|starting|a partir du|des le)\s+(\d{4}-\d{2}-\d{2})")
_LASTS = re.compile(r"\s+(?:for|lasting|pendant|durant)\s+(\d.*)")
_UNTIL = re.compile(rf"\s+(?:until|till|jusqu'a)\s+({_CLOCK})")
_AT = re.compile(
    rf"(?:\s+(?:at|a|from|de))?\s+({_CLOCK}(?:\s*(?:,|\band\b|\bet\b)\s*{_CLOCK})*)(?:\s*(?:-|–|\bto\b|\ba\b)\s*({_CLOCK}))?"
)
_ON = re.compile(r"(?:^|\s+)on\s+")


def read_recurrence(value: Any) -> Recurrence:
    """Return the rhythm of a mapping (`{every: sunday, at: "02:00"}`) or of one line (`weekly on mon at 09:00`)."""
    if isinstance(value, Recurrence):
        return value
    if isinstance(value, str):
        value = _parts_of(value)
    if not isinstance(value, Mapping):
        raise Unreadable(msg("“{text}” is not a rhythm", text=value), expected=LIKE)
    for key in value:
        if key not in _KEYS:
            near = nearest(str(key), _KEYS)
            raise Misplaced(msg("a rhythm has no “{key}”", key=key), str(key), None if near else LIKE, near)
    return recurrence(
        value.get("every"),
        on=value.get("on"),
        at=value.get("at"),
        until=value.get("until"),
        lasts=value.get("lasts"),
        since=value.get("from"),
    )


LIKE = msg("a rhythm such as {like}", like='every: sunday, at: "02:00", until: "04:00"')


def recurrence(
    every: str | None = None,
    *,
    on: Any = None,
    at: str | Sequence[str] | None = None,
    until: str | None = None,
    lasts: str | timedelta | None = None,
    since: date | str | None = None,
) -> Recurrence:
    """Return the rhythm that these words of the plan mean together."""
    first_day = read_date(since) if since is not None else None
    at_days, times, at_end = _read_at(at)
    wanted = [str(item) for item in on] if isinstance(on, list | tuple) else [] if on is None else [str(on)]
    wanted += [at_days] if at_days else []
    if at_end and until:
        raise Unreadable(msg("its end is said twice"), expected=LIKE)
    window = read_duration(lasts) if lasts is not None else NOTHING
    if lasts is not None and not NOTHING < window <= LONGEST_WINDOW:
        raise Unreadable(msg("one occurrence lasts more than nothing and at most 31 days"))
    rhythm = _rhythm(every, wanted, first_day)
    end = until or at_end
    if isinstance(rhythm, Pulse):
        return _steps(rhythm, times, end, window, first_day)
    if next(rhythm.days(first_day, first_day or date(2024, 1, 1)), None) is None:
        raise Unreadable(msg("“{text}” never comes", text=" ".join([every or "", *wanted]).strip()))
    return OnDays(rhythm, times, _read_until(times, end, window), window, first_day)


def _rhythm(every: str | None, on: list[str], since: date | None) -> Rhythm | Pulse:
    if every is not None:
        return read_rhythm(read_every(str(every)), on, since)
    if not on:
        raise Unreadable(msg("this rhythm does not say when it comes"), expected=LIKE)
    items = [part for item in on for part in AND.split(item.strip())]
    if all(re.match(r"\d{4}-", item) for item in items):
        return OnDates(tuple(sorted({read_date(item) for item in items})))
    return read_rhythm(read_every(", ".join(items)), [], since)


def _steps(pulse: Pulse, times: tuple[time, ...], end: str | None, window: timedelta, since: date | None) -> Recurrence:
    if end is not None or len(times) > 1:
        raise Unreadable(
            msg("what comes several times a day has one first time and no end"),
            msg("say how long each one takes, as in {like}", like="lasts: 10m"),
        )
    first = times[0] if times else time.min
    if pulse.span % DAY == NOTHING and pulse.days == EVERY_DAY:
        return OnDays(EveryDays(pulse.span // DAY), (first,), lasts=window, since=since)
    if pulse.span >= DAY and pulse.days != EVERY_DAY:
        raise Unreadable(msg("a step of a day or more cannot keep to days of the week"), expected=LIKE)
    return Steps(pulse.span, first, pulse.days, window, since)


def _read_at(value: str | Sequence[str] | None) -> tuple[str | None, tuple[time, ...], str | None]:
    """Return the days that stand before the time (`mon 09:00`), the times, and the end of `02:00-04:00`."""
    if value is None:
        return None, (), None
    written = value if isinstance(value, str) else ", ".join(str(item) for item in value)
    text = plain(written)
    found = _AT.fullmatch(f" {text}")
    days = None
    if not found and (split := re.fullmatch(r"([a-z].*?)(\s+(?:at\s+|a\s+)?\d.*)", text)):
        days, found = split[1], _AT.fullmatch(split[2])
        read_days(days)
    if not found:
        read_time(text)
        raise Unreadable(msg("“{text}” is not a time of day", text=written), expected=LIKE)
    times = tuple(sorted({read_time(clock) for clock in AND.split(found[1])}))
    return days, times, found[2]


def _read_until(times: tuple[time, ...], end: str | None, window: timedelta) -> time | None:
    if end is None:
        return None
    until = read_time(end, may_be_24=True)
    why: Message | None = None
    if not times:
        why = msg("it says when it ends, not when it begins")
    elif window:
        why = msg("its end is said twice")
    elif len(times) > 1:
        why = msg("it begins at several times and ends at one")
    elif until == times[0] and until != time.min:
        why = msg("from {time} to {time} could be nothing or a whole day", time=say_time(until))
    if why:
        raise Unreadable(why, expected=LIKE)
    return until


def _parts_of(text: str) -> dict[str, Any]:
    """Take `every 2 weeks on mon at 09:00 until 10:00 from 2026-01-05` apart, from its end."""
    rest, parts = f" {plain(text)}", dict[str, Any]()
    for key, pattern in (("from", _SINCE), ("lasts", _LASTS), ("until", _UNTIL), ("at", _AT)):
        found = re.search(pattern.pattern + "$", rest)
        # In `every 2h` the hour is a step, not a time of day.
        if found and not EVERY.fullmatch(rest[: found.start()].strip() + " ") and rest[: found.start()].strip():
            rest = rest[: found.start()]
            parts[key] = found[0].strip() if key == "at" else found[1]
    every, *on = _ON.split(rest.strip(), maxsplit=1)
    if on:
        parts["on"] = AND.split(on[0])
    if every:
        parts["every"] = every
    return parts
