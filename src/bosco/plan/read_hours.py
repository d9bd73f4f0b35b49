"""Business calendars as the plan writes them."""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg
from bosco.plan.countries import country_codes, regions_of
from bosco.plan.day_words import read_date, read_days, read_time, say_time
from bosco.plan.hours import ALWAYS, Closure, Hours, Period, Shift
from bosco.plan.ledger import Misplaced, nearest
from bosco.plan.spelling import not_known, plain

LONGEST_CLOSURE = timedelta(days=366)

_KEYS = ("days", "from", "to", "open", "holidays", "closed")
_LIKE = msg("a business calendar such as {like}", like='{days: mon-fri, from: "09:00", to: "18:00", holidays: FR}')
_PLACE_LIKE = msg("a country such as {like}", like="FR")


def read_hours(value: Any) -> Hours:
    """Return the calendar that the plan writes: `always`, one mapping, or a list of them."""
    if isinstance(value, Hours):
        return value
    if isinstance(value, str) and plain(value) in {"always", "toujours", "24/7", "24x7", "24h/24"}:
        return ALWAYS
    written = value if isinstance(value, list) else [value]
    if not written:
        raise Unreadable(msg("this calendar is never open"), expected=_LIKE)
    return Hours(tuple(read_shift(part) for part in written))


def read_shift(value: Any) -> Shift:
    """Return one entry of a calendar: `{days: mon-fri, from: "09:00", to: "18:00", holidays: FR}`."""
    if not isinstance(value, Mapping):
        raise Unreadable(msg("“{text}” is not a business calendar", text=value), expected=_LIKE)
    for key in value:
        if key not in _KEYS:
            near = nearest(str(key), _KEYS)
            raise Misplaced(msg("a business calendar has no “{key}”", key=key), str(key), None if near else _LIKE, near)
    days = value.get("days", "mon-sun")
    return Shift(
        days=read_days(days if isinstance(days, str) else ", ".join(map(str, days))),
        periods=_read_periods(value),
        holidays=tuple(read_place(place) for place in _several(value.get("holidays"))),
        closed=tuple(_read_closure(closure) for closure in _several(value.get("closed"))),
    )


def read_place(text: Any) -> str:
    """Return the country (`FR`), or the country and region (`FR-57`), whose public holidays are meant."""
    place = str(text).strip().upper()
    country, _, region = place.partition("-")
    if country not in country_codes():
        says = msg("the public holidays of “{place}” are not known", place=text)
        raise not_known(says, country, country_codes(), _PLACE_LIKE)
    if region and region not in {known.upper() for known in regions_of(country)}:
        says = msg(
            "“{region}” is no region of {country} with public holidays of its own", region=region, country=country
        )
        raise not_known(says, region, regions_of(country))
    return place


HOURS_SCHEMA: dict[str, Any] = {
    "$defs": {
        "shift": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "days": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
                "from": {"type": "string"},
                "to": {"type": "string"},
                "open": {"type": "array", "items": {"type": "string"}},
                "holidays": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
                "closed": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            },
        }
    },
}


def _several(value: Any) -> Iterable[Any]:
    if value is None or value is False:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _read_periods(value: Mapping[str, Any]) -> tuple[Period, ...]:
    if "open" in value and ("from" in value or "to" in value):
        raise Unreadable(msg("write either {one} or {other}, not both", one="open", other="from … to"), expected=_LIKE)
    if "open" in value:
        periods = tuple(read_period(str(text)) for text in _several(value["open"]))
    else:
        periods = (_period(str(value.get("from", "00:00")), str(value.get("to", "24:00"))),)
    if not periods:
        raise Unreadable(msg("this calendar is never open"), expected=_LIKE)
    return periods


def read_period(text: str) -> Period:
    """Return the period written as `09:00-12:30`."""
    opens, dash, closes = text.replace("–", "-").partition("-")
    if not dash:
        like = msg("a period such as {like}", like="09:00-12:30")
        raise Unreadable(msg("“{text}” is not a period of the day", text=text[:60]), expected=like)
    return _period(opens, closes)


def _period(opens: str, closes: str) -> Period:
    found = Period(read_time(opens), read_time(closes, may_be_24=True))
    if found.opens == found.closes and found.opens != time.min:
        raise Unreadable(
            msg("from {time} to {time} could be nothing or a whole day", time=say_time(found.opens)),
            expected=msg("a whole day as {like}", like='from: "00:00", to: "24:00"'),
        )
    return found


def _read_closure(value: Any) -> Closure:
    if isinstance(value, date):
        return Closure(read_date(value), read_date(value))
    first, _, last = str(value).partition("..")
    closure = Closure(read_date(first), read_date(last or first))
    if not timedelta(0) <= closure.last - closure.first <= LONGEST_CLOSURE:
        raise Unreadable(
            msg("“{text}” is not a stretch of days", text=value),
            expected=msg("a day or days such as {like}", like="2026-12-24..2027-01-02"),
        )
    return closure
