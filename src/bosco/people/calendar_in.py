"""Reads a calendar that others keep (RFC 5545): who is on call when; hostile ones end with a sentence, and soon."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg
from bosco.people.repeated import MOST_STEPS, repeated
from bosco.plan.wall_time import midnight, starts

LARGEST = 2_000_000
MOST_EVENTS, MOST_ENTRIES = 5_000, 5_000
LONGEST_ENTRY = timedelta(days=366)
_LONGEST_TEXT = 500


@dataclass(frozen=True)
class Entry:
    """Somebody is on call, as a calendar says."""

    start: datetime
    end: datetime
    person: str


@dataclass(frozen=True)
class Read:
    """What a calendar says of a span, and of how many entries nobody is known."""

    entries: tuple[Entry, ...]
    unknown: int


def read_calendar(
    raw: bytes, names: Mapping[str, Iterable[str]], zone: ZoneInfo, start: datetime, end: datetime
) -> Read:
    """Return what a calendar says between two instants; `names` are those by which each person may be called."""
    if len(raw) > LARGEST:
        raise Unreadable(msg("the calendar is larger than {n} MB", n=LARGEST // 1_000_000))
    events = _events(raw)
    moved = _moved(events, zone)
    known = _Known(names)
    steps = iter(range(MOST_STEPS))
    entries: list[Entry] = []
    unknown = 0
    for event in events:
        spans = [one for one in _spans(event, moved, zone, (start, end), steps) if one[0] < end and one[1] > start]
        people = known.in_event(event) if spans else []
        unknown += bool(spans and not people)
        entries += [Entry(*span, person) for span in spans for person in people]
        if len(entries) > MOST_ENTRIES:
            raise Unreadable(msg("the calendar holds more than {n} entries", n=MOST_ENTRIES))
    return Read(tuple(sorted(set(entries), key=lambda one: (one.start, one.person))), unknown)


def _events(raw: bytes) -> list[Any]:
    try:
        found = [one for calendar in Calendar.from_ical(raw, multiple=True) for one in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(msg("this is no calendar: {why}", why=str(error)[:200])) from None
    if len(found) > MOST_EVENTS:
        raise Unreadable(msg("the calendar holds more than {n} entries", n=MOST_EVENTS))
    return [one for one in found if str(one.get("STATUS", "")).upper() != "CANCELLED" and "DTSTART" in one]


def _moved(events: Iterable[Any], zone: ZoneInfo) -> set[tuple[str, datetime]]:
    """Return the occurrences that stand elsewhere with times of their own."""
    return {
        (str(one.get("UID", "")), _instant(_given(one, "RECURRENCE-ID"), zone))
        for one in events
        if "RECURRENCE-ID" in one
    }


def _spans(
    event: Any,
    moved: set[tuple[str, datetime]],
    zone: ZoneInfo,
    span: tuple[datetime, datetime],
    steps: Iterator[int],
) -> Iterator[tuple[datetime, datetime]]:
    try:
        first = _given(event, "DTSTART")
        length = _length(event, first)
        if not timedelta() < length <= LONGEST_ENTRY:
            return
        if "RRULE" not in event or "RECURRENCE-ID" in event:
            begins = _instant(first, zone)
            yield begins, begins + length if _is_moment(first) else _instant(first + length, zone)
            return
        gone = _excluded(event, zone)
        uid = str(event.get("UID", ""))
        for wall in repeated(event["RRULE"], first, zone, span[1], steps):
            begins = _instant(wall, zone)
            if begins + length > span[0] - timedelta(days=1) and begins not in gone and (uid, begins) not in moved:
                yield begins, _instant(wall + length, zone)
    except Unreadable:
        raise
    except (ValueError, OverflowError, AttributeError, TypeError, KeyError) as error:
        raise Unreadable(msg("an entry of the calendar is broken: {why}", why=str(error)[:200])) from None


def _given(event: Any, word: str) -> Any:
    # A word that stands twice, or that icalendar could not read.
    try:
        return event[word].dt
    except (AttributeError, ValueError):
        raise Unreadable(msg("an entry of the calendar is broken: {why}", why=word)) from None


def _length(event: Any, first: date) -> timedelta:
    if "DTEND" in event:
        last = _given(event, "DTEND")
        if _is_moment(first) and _is_moment(last):
            return _plain(last, first) - _plain(first, first)
        found: timedelta = last - first
        return found
    if "DURATION" in event:
        given: timedelta = _given(event, "DURATION")
        return given
    return timedelta() if _is_moment(first) else timedelta(days=1)


def _plain(moment: Any, like: Any) -> datetime:
    """Return a time on the wall of the other's zone, where lengths are counted."""
    if moment.tzinfo is None or like.tzinfo is None:
        return datetime.combine(moment.date(), moment.time())
    return moment.astimezone(like.tzinfo).replace(tzinfo=None)  # type: ignore[no-any-return]


def _is_moment(value: date) -> bool:
    return isinstance(value, datetime)


def _instant(value: date, zone: ZoneInfo) -> datetime:
    """Return the instant of a moment, or of the beginning of a day; one without a zone is by the plan's."""
    if not isinstance(value, datetime):
        return midnight(value, zone)
    return starts(value, zone) if value.tzinfo is None else value.astimezone(UTC)


def _excluded(event: Any, zone: ZoneInfo) -> set[datetime]:
    given = event.get("EXDATE", [])
    lists = given if isinstance(given, list) else [given]
    return {_instant(one.dt, zone) for several in lists for one in several.dts}


class _Known:
    """People by the names that entries may call them by, the longest first."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._mails: dict[str, str] = {}
        words: list[tuple[str, str]] = []
        for person, several in names.items():
            for name in several:
                if "@" in name:
                    self._mails[name.casefold()] = person
                elif name.strip():
                    words.append((name.casefold().strip(), person))
        ordered = sorted(words, key=lambda one: -len(one[0]))
        self._words = [(re.compile(rf"(?<!\w){re.escape(name)}(?!\w)"), person) for name, person in ordered]

    def in_event(self, event: Any) -> list[str]:
        """Return whom an entry names: by the address of who takes part, else by a name in its title."""
        given = event.get("ATTENDEE", [])
        attending = [
            str(one).casefold().removeprefix("mailto:") for one in (given if isinstance(given, list) else [given])
        ]
        title = str(event.get("SUMMARY", ""))[:_LONGEST_TEXT].casefold()
        found = [self._mails[one] for one in attending if one in self._mails]
        found += [person for mail, person in self._mails.items() if not found and mail in title]
        for pattern, person in self._words if not found else ():
            title, count = pattern.subn(" ", title)
            found += [person] if count else []
        return list(dict.fromkeys(found))
