"""When an entry of a calendar comes again: the rules that people use; any other is refused rather than misread."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import rrule

from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg

MOST_TIMES = 20_000
# Of all the entries of one calendar together.
MOST_STEPS = 200_000
EARLIEST = 1990
_RHYTHMS: dict[str, Any] = {
    "DAILY": rrule.DAILY,
    "WEEKLY": rrule.WEEKLY,
    "MONTHLY": rrule.MONTHLY,
    "YEARLY": rrule.YEARLY,
}
# Which filters may stand beside which rhythm. Others could name no day at all, and one would be looked for for ever.
_FILTERS = {
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY"},
    "YEARLY": set(),
}
_ALWAYS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_DAYS = {"MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR, "SA": rrule.SA, "SU": rrule.SU}


def repeated(rule: Any, first: date, zone: ZoneInfo, end: datetime, steps: Iterator[int]) -> Iterator[Any]:
    """Yield when an entry begins, as its first time is written, up to an instant; each costs one of the steps."""
    if isinstance(rule, list) or first.year < EARLIEST:
        raise _not_understood(rule)
    begins = first if isinstance(first, datetime) else datetime.combine(first, time.min)
    place = begins.tzinfo
    made = _rule(rule, begins.replace(tzinfo=None), place or zone)
    last = end.astimezone(place or zone).replace(tzinfo=None) + timedelta(days=1)
    for wall in takewhile(lambda one: one <= last, made):
        if next(steps, None) is None:
            raise Unreadable(msg("the calendar repeats its entries more than {n} times", n=MOST_STEPS))
        yield wall.replace(tzinfo=place) if isinstance(first, datetime) else wall.date()


def _rule(rule: Mapping[str, list[Any]], begins: datetime, zone: Any) -> rrule.rrule:
    words = {str(word).upper(): value for word, value in rule.items()}
    rhythm = str(_one(words, "FREQ", "")).upper()
    interval, count = int(_one(words, "INTERVAL", 1)), _one(words, "COUNT", None)
    if rhythm not in _RHYTHMS or set(words) - _ALWAYS - _FILTERS[rhythm] or not 1 <= interval <= 1000:
        raise _not_understood(rule)
    if rhythm == "DAILY" and "BYDAY" in words and interval > 1:
        raise _not_understood(rule)
    if count is not None and not 1 <= int(count) <= MOST_TIMES:
        raise _not_understood(rule)
    return rrule.rrule(
        _RHYTHMS[rhythm],
        dtstart=begins,
        interval=interval,
        count=None if count is None else int(count),
        until=_until(_one(words, "UNTIL", None), zone),
        wkst=_DAYS[str(_one(words, "WKST", "MO")).upper()],
        byweekday=[_day(str(one), rule, rhythm) for one in words.get("BYDAY", [])] or None,
        bymonthday=_month_days(words.get("BYMONTHDAY", []), rule),
    )


def _one(words: Mapping[str, Any], word: str, otherwise: Any) -> Any:
    value = words.get(word, [otherwise])
    return value[0] if isinstance(value, list) else value


def _month_days(values: list[Any], rule: Any) -> list[int] | None:
    found = [int(one) for one in values]
    # A day that some months lack may be one that no month of the rule has.
    if any(not 1 <= abs(one) <= 28 for one in found):
        raise _not_understood(rule)
    return found or None


def _day(text: str, rule: Any, rhythm: str) -> Any:
    number, name = text[:-2], text[-2:].upper()
    if name not in _DAYS or (number and (rhythm != "MONTHLY" or not -4 <= int(number) <= 4 or int(number) == 0)):
        raise _not_understood(rule)
    return _DAYS[name](int(number)) if number else _DAYS[name]


def _until(value: Any, zone: Any) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        return datetime.combine(value, time.max)
    return value.replace(tzinfo=None) if value.tzinfo is None else value.astimezone(zone).replace(tzinfo=None)


def _not_understood(rule: Any) -> Unreadable:
    text = rule.to_ical().decode("utf-8", "replace") if hasattr(rule, "to_ical") else str(rule)
    return Unreadable(msg("Bosco does not understand how an entry repeats: {rule}", rule=text[:120]))
