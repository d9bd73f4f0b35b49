"""The first lines of a plan: its name, language, time zone and business calendars."""

import re
from collections.abc import Mapping
from datetime import time
from types import MappingProxyType
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Language, Text, msg
from bosco.plan.day_words import read_days, say_time, write_days
from bosco.plan.hours import ALWAYS, Closure, Hours, Period, Shift
from bosco.plan.keep import KEEP
from bosco.plan.load import Plan
from bosco.plan.part import PlanPart
from bosco.plan.read_hours import read_hours, read_period, read_place
from bosco.plan.section import Section, Table, cell
from bosco.plan.words import Name, OneOrMany, PlanText, TimeOfDay, TimeZone, Url

NAME: Section[Text] = Section(
    "plan",
    PlanText,
    default=lambda: Text({"en": "Bosco", "fr": "Bosco"}),
    title=msg("Name"),
    order=10,
    required=msg("the plan has no name: begin with plan: and the name of what you run"),
)


def read_code(text: str) -> str:
    """Take a prefix, or a pattern of its own with the year and the number."""
    blanked = re.sub(r"\{(?:year|n(?::0?\d)?)\}", "", text)
    if not re.fullmatch(r"[A-Za-z0-9_./-]{0,24}", blanked) or text == "":
        expected = msg(
            "a prefix such as {first}, or a pattern such as {second}", first="ZB", second='"ZB-{year}-{n:03}"'
        )
        raise Unreadable(msg("“{text}” cannot number records", text=text[:60]), expected=expected)
    if "{" in text and not re.search(r"\{n(?::0?\d)?\}", text):
        raise Unreadable(
            msg("“{text}” has no place for the number", text=text), expected=msg("{place} somewhere in it", place="{n}")
        )
    return text


CODE: Section[str | None] = Section(
    "code", Annotated[str, AfterValidator(read_code)], default=lambda: None, title=msg("Record numbers"), order=11
)
LANGUAGE: Section[Language] = Section(
    "language", Literal["fr", "en"], default=lambda: "en", title=msg("Language"), order=12
)
TIMEZONE: Section[ZoneInfo] = Section(
    "timezone", TimeZone, default=lambda: ZoneInfo("UTC"), title=msg("Time zone"), order=13
)
URL: Section[str | None] = Section("url", Url, default=lambda: None, title=msg("Address"), order=14)


def numbered(plan: Plan, count: int, year: int, code: str | None = None) -> str:
    """Return the number of a record: `CESIZEN-0042`, or as the plan's pattern says: `ZB-2025-001`."""
    pattern = code or plan[CODE] or re.sub(r"[^A-Z0-9]", "", str(plan[NAME]).upper())[:12] or "BOSCO"
    if "{" not in pattern:
        return f"{pattern}-{count:04}"
    width = re.search(r"\{n:0?(\d)\}", pattern)
    number = f"{count:0{width[1]}}" if width else str(count)
    return re.sub(r"\{n(?::0?\d)?\}", number, pattern.replace("{year}", str(year)))


def _days(text: str) -> str:
    read_days(text)
    return text


def _period(text: str) -> str:
    read_period(text)
    return text


class _Shift(PlanPart):
    """Days of the week and the time worked on them."""

    days: OneOrMany[Annotated[str, AfterValidator(_days)]] = ("mon-sun",)
    from_: Annotated[TimeOfDay | None, Field(alias="from")] = None
    to: TimeOfDay | Literal["24:00"] | None = None
    open: OneOrMany[Annotated[str, AfterValidator(_period)]] = ()
    holidays: OneOrMany[Annotated[str, AfterValidator(read_place)]] = ()
    closed: OneOrMany[str] = ()


class _Calendar:
    """Reads `always`, one mapping or a list of them, each mistake at its own word."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        shift = handler.generate_schema(_Shift)
        union = core_schema.union_schema(
            [core_schema.str_schema(), shift, core_schema.list_schema(shift, min_length=1)]
        )
        return core_schema.no_info_before_validator_function(
            lambda value: write_hours(value) if isinstance(value, Hours) else value,
            core_schema.no_info_after_validator_function(_hours, union),
            serialization=core_schema.plain_serializer_function_ser_schema(write_hours),
        )


def _hours(value: Any) -> Hours:
    shifts = value if isinstance(value, (list, str)) else [value]
    return read_hours(shifts if isinstance(shifts, str) else [_written(shift) for shift in shifts])


def _written(shift: _Shift) -> dict[str, Any]:
    found: dict[str, Any] = {"days": list(shift.days)}
    if shift.from_:
        found["from"] = say_time(shift.from_)
    if shift.to:
        found["to"] = shift.to if isinstance(shift.to, str) else say_time(shift.to)
    for word in ("open", "holidays", "closed"):
        if getattr(shift, word):
            found[word] = list(getattr(shift, word))
    return found


def write_hours(hours: Hours) -> Any:
    """Return a calendar as the plan writes it."""
    if hours.always:
        return "always"
    shifts = [_write_shift(shift) for shift in hours.shifts]
    return shifts[0] if len(shifts) == 1 else shifts


def _write_shift(shift: Shift) -> dict[str, Any]:
    found: dict[str, Any] = {"days": write_days(shift.days), "open": [_write_period(one) for one in shift.periods]}
    if shift.holidays:
        found["holidays"] = list(shift.holidays)
    if shift.closed:
        found["closed"] = [_write_closure(one) for one in shift.closed]
    return found


def _write_period(period: Period) -> str:
    closes = "24:00" if period.closes == time.min else say_time(period.closes)
    return f"{say_time(period.opens)}-{closes}"


def _write_closure(closure: Closure) -> str:
    first, last = closure.first.isoformat(), closure.last.isoformat()
    return first if first == last else f"{first}..{last}"


OFFICE = Hours((Shift(days=(0, 1, 2, 3, 4), periods=(Period(time(9), time(18)),)),))
_BUILT_IN = MappingProxyType({"always": ALWAYS, "office": OFFICE})


def _hours_table(calendars: Mapping[str, Hours], plan: Plan) -> Table:
    rows = tuple((cell(name, tone="strong"), cell(hours)) for name, hours in calendars.items())
    return Table((msg("Calendar"), msg("Open")), rows)


HOURS: Section[Mapping[str, Hours]] = Section(
    "hours",
    Mapping[Name, Annotated[Hours, _Calendar()]],
    default=lambda: MappingProxyType({}),
    title=msg("Business calendars"),
    order=15,
    named=True,
    builtin=lambda: tuple(_BUILT_IN),
    table=_hours_table,
)


def hours_called(plan: Plan, name: str) -> Hours:
    """Return the calendar of that name: one of the plan's, or `always` or `office`, which every plan has."""
    return plan[HOURS].get(name) or _BUILT_IN.get(name, ALWAYS)


SECTIONS = [NAME, CODE, LANGUAGE, TIMEZONE, URL, HOURS, KEEP]
