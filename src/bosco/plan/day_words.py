"""Days, months and times of day as people write and say them, in French and English."""

import re
from collections.abc import Sequence
from datetime import date, time
from functools import reduce

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Sayable, msg
from bosco.plan.spelling import not_known, plain

WEEKDAYS = (
    msg("Monday"),
    msg("Tuesday"),
    msg("Wednesday"),
    msg("Thursday"),
    msg("Friday"),
    msg("Saturday"),
    msg("Sunday"),
)
MONTHS = (
    msg("January"),
    msg("February"),
    msg("March"),
    msg("April"),
    msg("May"),
    msg("June"),
    msg("July"),
    msg("August"),
    msg("September"),
    msg("October"),
    msg("November"),
    msg("December"),
)
SHORT_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_DAYS = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)

_DAY_SPELLINGS = (
    ("mon", "monday", "lun", "lundi"),
    ("tue", "tues", "tuesday", "mar", "mardi"),
    ("wed", "weds", "wednesday", "mer", "mercredi"),
    ("thu", "thur", "thurs", "thursday", "jeu", "jeudi"),
    ("fri", "friday", "ven", "vendredi"),
    ("sat", "saturday", "sam", "samedi"),
    ("sun", "sunday", "dim", "dimanche"),
)
_MONTH_SPELLINGS = (
    ("jan", "january", "janv", "janvier"),
    ("feb", "february", "fev", "fevr", "fevrier"),
    ("mar", "march", "mars"),
    ("apr", "april", "avr", "avril"),
    ("may", "mai"),
    ("jun", "june", "juin"),
    ("jul", "july", "juil", "juillet"),
    ("aug", "august", "aout"),
    ("sep", "sept", "september", "septembre"),
    ("oct", "october", "octobre"),
    ("nov", "november", "novembre"),
    ("dec", "december", "decembre"),
)
DAY_NUMBER = {word: number for number, words in enumerate(_DAY_SPELLINGS) for word in words}
MONTH_NUMBER = {word: number for number, words in enumerate(_MONTH_SPELLINGS, 1) for word in words}

_DAY_GROUPS = {
    "weekday": WORKING_DAYS,
    "jour de semaine": WORKING_DAYS,
    "weekend": WEEKEND,
    "week-end": WEEKEND,
    "day": EVERY_DAY,
    "jour": EVERY_DAY,
    "daily": EVERY_DAY,
    "tous": EVERY_DAY,
    "all": EVERY_DAY,
}
_GROUP_PLURALS = {"weekdays": "weekday", "jours de semaine": "jour de semaine", "weekends": "weekend"}
_GROUP_PLURALS |= {"week-ends": "week-end", "days": "day", "jours": "jour"}
_RANGE = re.compile(r"\s*(?:-|–|\bto\b|\bau\b|\ba\b)\s*")
_LIST = re.compile(r"\s*(?:,|;|\+|&|\band\b|\bet\b)\s*")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})|\s?h\s?(\d{2})?)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_weekday(text: str) -> int:
    """Return the day's number, Monday being 0."""
    word = plain(text).rstrip(".")
    found = DAY_NUMBER.get(word, DAY_NUMBER.get(word.removesuffix("s")))
    if found is None:
        raise not_known(msg("“{text}” is not a day of the week", text=text), word, DAY_NUMBER)
    return found


def read_days(text: str) -> tuple[int, ...]:
    """Return the days that a list, a range (`mon-fri`, `fri-mon` too) or a group (`weekday`) stands for, in order."""
    found: set[int] = set()
    for part in _LIST.split(plain(text)):
        group = _DAY_GROUPS.get(_GROUP_PLURALS.get(part, part))
        if group is not None:
            found.update(group)
            continue
        first, *more = (read_weekday(word) for word in _RANGE.split(part))
        if len(more) > 1:
            like = msg("a range such as {like}", like="mon-fri")
            raise Unreadable(msg("“{text}” is not a range of days", text=text), expected=like)
        last = more[0] if more else first
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return tuple(sorted(found))


def read_time(text: str, *, may_be_24: bool = False) -> time:
    """Return the time of day written as `09:00`, `9h` or `9h30`; `24:00`, where an end may stand, is midnight."""
    found = _CLOCK.fullmatch(plain(text))
    hour, minute = (int(found[1]), int(found[2] or found[3] or 0)) if found else (99, 0)
    if may_be_24 and (hour, minute) == (24, 0):
        return time.min
    if hour > 23 or minute > 59:
        raise Unreadable(
            msg("“{text}” is not a time of day", text=text), expected=msg("a time such as {like}", like='"09:00"')
        )
    return time(hour, minute)


def read_date(value: date | str) -> date:
    """Return the date written as `2026-03-31`."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if _DATE.fullmatch(value.strip()):
        try:
            found = date.fromisoformat(value.strip())
        except ValueError:
            raise Unreadable(msg("{text} is not a day of any calendar", text=value)) from None
        if 1970 <= found.year <= 2200:
            return found
    like = msg("a date such as {like}", like="2026-03-31")
    raise Unreadable(msg("“{text}” is not a date", text=value[:60]), expected=like)


def say_time(clock: time) -> str:
    """Return the time as both languages write it in a plan."""
    return clock.strftime("%H:%M")


def listed(parts: Sequence[Sayable]) -> Sayable:
    """Return the parts as a sentence lists them: a, b and c."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return msg("{some} and {last}", some=reduce(lambda a, b: msg("{a}, {b}", a=a, b=b), parts[:-1]), last=parts[-1])


def in_a_row(days: Sequence[int]) -> bool:
    """Say whether the days are best said as a range."""
    return len(days) > 2 and list(days) == list(range(days[0], days[0] + len(days)))


def say_days(days: Sequence[int]) -> Sayable:
    """Return the days in words: Monday to Friday, or Monday and Thursday."""
    if in_a_row(days):
        return msg("{first} to {last}", first=WEEKDAYS[days[0]], last=WEEKDAYS[days[-1]])
    return listed([WEEKDAYS[day] for day in days])


def write_days(days: Sequence[int]) -> str:
    """Return the days as a plan writes them: `mon-fri`, or `mon, thu`."""
    if in_a_row(days):
        return f"{SHORT_DAYS[days[0]]}-{SHORT_DAYS[days[-1]]}"
    return ", ".join(SHORT_DAYS[day] for day in days)
