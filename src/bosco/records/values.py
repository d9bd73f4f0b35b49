"""What a person wrote into a field: read by the field's type, kept plainly, refused with what was expected."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bosco.kit.numbers import Unreadable, read_number
from bosco.kit.refusal import Code, Refusal
from bosco.kit.units import read_duration, read_percentage, read_size, write_duration
from bosco.kit.words import LANGUAGES, Text, msg, say
from bosco.people.section import TEAM
from bosco.plan.load import Plan
from bosco.plan.spelling import plain
from bosco.records.section import Field
from bosco.services.section import ENVIRONMENTS, SERVICES

LONGEST_LINE = 300
LONGEST_TEXT = 20_000
MOST_ITEMS = 100
_YES, _NO = {"yes", "oui", "true", "1", "on"}, {"no", "non", "false", "0", "off"}


def read_value(plan: Plan, name: str, field: Field, raw: Any) -> Any:
    """Return the value as it is kept, or None for nothing; what does not fit is refused."""
    if raw is None or (isinstance(raw, str) and not raw.strip()) or raw in ([], ()):
        return None
    try:
        return _READ[field.type](plan, field, raw)
    except (Unreadable, ValueError, TypeError) as error:
        says = (
            error.says
            if isinstance(error, Unreadable)
            else msg("this is not a value of the type {type}", type=field.type)
        )
        expected = error.expected if isinstance(error, Unreadable) else None
        raise Refusal(
            Code.INVALID, msg("{field}: {says}.", field=field.label or name, says=says), expected, name
        ) from None


def _line(plan: Plan, field: Field, raw: Any) -> str:
    return _limited(" ".join(str(raw).split()), LONGEST_LINE)


def _text(plan: Plan, field: Field, raw: Any) -> str:
    return _limited(str(raw).replace("\r\n", "\n").replace("\r", "\n").strip(), LONGEST_TEXT)


def _limited(text: str, most: int) -> str:
    if len(text) > most:
        raise Unreadable(msg("at most {n} characters fit here; this has {seen}", n=most, seen=len(text)))
    return text


def _number(plan: Plan, field: Field, raw: Any) -> float | int | str:
    if isinstance(raw, bool):
        raise Unreadable(msg("this is not a number"))
    text = str(raw).strip()
    if text.endswith("%"):
        # How many users: a number or a share of them.
        return f"{read_percentage(text):g}%"
    number = read_number(raw)
    return int(number) if number == int(number) else number


def _percentage(plan: Plan, field: Field, raw: Any) -> float:
    text = str(raw).strip()
    return read_percentage(text if text.endswith("%") else f"{text}%")


def _duration(plan: Plan, field: Field, raw: Any) -> str:
    return write_duration(read_duration(str(raw)))


def _size(plan: Plan, field: Field, raw: Any) -> str:
    read_size(str(raw))
    return _line(plan, field, raw)


def _yes_or_no(plan: Plan, field: Field, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = plain(str(raw))
    if word in _YES | _NO:
        return word in _YES
    raise Unreadable(msg("this is neither yes nor no"))


def _date(plan: Plan, field: Field, raw: Any) -> str:
    try:
        return date.fromisoformat(str(raw).strip()[:10]).isoformat()
    except ValueError:
        raise Unreadable(msg("this is not a day"), msg("something like {example}", example="2026-11-24")) from None


def _time(plan: Plan, field: Field, raw: Any) -> str:
    text = str(raw).strip()
    try:
        return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError:
        if re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
            return text
    raise Unreadable(msg("this is not a time"), msg("something like {example}", example="2026-11-24T14:05"))


def _list(plan: Plan, field: Field, raw: Any) -> list[str]:
    parts = raw if isinstance(raw, (list, tuple)) else re.split(r"[\n;]|,\s", str(raw))
    found = [_line(plan, field, part) for part in parts if str(part).strip()]
    if len(found) > MOST_ITEMS:
        raise Unreadable(msg("at most {n} entries fit here", n=MOST_ITEMS))
    return found


def _choice(plan: Plan, field: Field, raw: Any) -> str:
    wanted = plain(str(raw))
    for option in field.options:
        if wanted in {plain(str(say(option, language))) for language in LANGUAGES}:
            return option_key(option)
    listed = ", ".join(str(option) for option in field.options)
    raise Unreadable(msg("this is not one of the choices"), msg("one of {names}", names=listed))


def _checklist(plan: Plan, field: Field, raw: Any) -> list[str]:
    ticked = {_choice(plan, field, one) for one in (raw if isinstance(raw, (list, tuple)) else str(raw).splitlines())}
    return [key for option in field.options if (key := option_key(option)) in ticked]


def option_key(option: Text | str) -> str:
    """Return how a choice is kept, whatever the language in which it was made."""
    return option.say("en") if isinstance(option, Text) else option


def _named(section: Callable[[Plan], Any]) -> Callable[[Plan, Field, Any], str]:
    def read(plan: Plan, field: Field, raw: Any) -> str:
        name = _line(plan, field, raw)
        known = section(plan)
        if known and name not in known:
            raise Unreadable(msg("the plan knows no “{name}”", name=name[:60]))
        return name

    return read


def _url(plan: Plan, field: Field, raw: Any) -> str:
    text = _limited(str(raw).strip(), 2000)
    # Shown as a link: an address of a script would run when it is followed.
    if not re.fullmatch(r"https?://[^\s<>\"']+", text):
        raise Unreadable(msg("this is not an address"), msg("something like {example}", example="https://example.org"))
    return text


_READ: dict[str, Callable[[Plan, Field, Any], Any]] = {
    "text": _line,
    "long text": _text,
    "number": _number,
    "percentage": _percentage,
    "duration": _duration,
    "size": _size,
    "yes/no": _yes_or_no,
    "date": _date,
    "time": _time,
    "list": _list,
    "choice": _choice,
    "checklist": _checklist,
    "person": _named(lambda plan: plan[TEAM]),
    "service": _named(lambda plan: plan[SERVICES]),
    "environment": _named(lambda plan: plan[ENVIRONMENTS]),
    "url": _url,
    "file": _line,
    "log": _text,
}
