"""Says in a clear sentence, for each field, what a program's request should have held."""

import re
from collections.abc import Callable
from typing import Any

from litestar.exceptions import ValidationException

from bosco.kit.words import Message, Sayable, msg

_TYPES: dict[str, Message] = {
    "str": msg("text"),
    "int": msg("a whole number"),
    "float": msg("a number"),
    "bool": msg("true or false"),
    "array": msg("a list"),
    "object": msg("an object"),
    "null": msg("nothing"),
    "datetime": msg("an instant such as 2025-03-30T09:00:00Z"),
    "date": msg("a day such as 2025-03-30"),
}


def _kind(names: str) -> Sayable:
    words = [_TYPES.get(name.strip(), name.strip()) for name in names.split("|")]
    told: Sayable = words[0]
    for word in words[1:]:
        told = msg("{one} or {other}", one=told, other=word)
    return told


_RULES: list[tuple[str, Callable[[re.Match[str]], Message]]] = [
    (r"Object missing required field `(.+?)`", lambda found: msg("The field “{name}” is missing.", name=found[1])),
    (r"Object contains unknown field `(.+?)`", lambda found: msg("There is no field “{name}”.", name=found[1])),
    (
        r"Missing required (\w+) parameter '?(.+?)'?(?: |$)",
        lambda found: msg("The parameter “{name}” is missing.", name=found[2]),
    ),
    (r"Expected `(.+?)` of length >= (\d+)", lambda found: msg("It must have a length of at least {n}.", n=found[2])),
    (r"Expected `(.+?)` of length <= (\d+)", lambda found: msg("It may have a length of {n} at most.", n=found[2])),
    (r"Expected `(.+?)` >= (\S+)", lambda found: msg("It must be at least {n}.", n=found[2])),
    (r"Expected `(.+?)` <= (\S+)", lambda found: msg("It may be {n} at most.", n=found[2])),
    (r"Expected `(.+?)` > (\S+)", lambda found: msg("It must be more than {n}.", n=found[2])),
    (r"Expected `(.+?)` < (\S+)", lambda found: msg("It must be less than {n}.", n=found[2])),
    (
        r"Expected `(.+?)`, got `(.+?)`",
        lambda found: msg("Expected {wanted}, found {found}.", wanted=_kind(found[1]), found=_kind(found[2])),
    ),
    (r"Expected `(.+?)`", lambda found: msg("Expected {wanted}.", wanted=_kind(found[1]))),
    (r"Invalid enum value (.+)", lambda found: msg("{value} is not one of the known words.", value=found[1])),
    (r"Invalid RFC3339", lambda found: msg("Expected {wanted}.", wanted=_TYPES["datetime"])),
]


def sentence(raw: str) -> Message:
    """Return the clear sentence for a validator's message."""
    for pattern, tell in _RULES:
        if found := re.search(pattern, raw):
            return tell(found)
    return msg("This value is not right.")


def explained(error: ValidationException) -> list[tuple[str, str, Sayable]]:
    """Return (field, where it was, what is wrong with it) for everything that is wrong."""
    listed: Any = error.extra if isinstance(error.extra, list) else []
    found: list[tuple[str, str, Sayable]] = [
        (str(one.get("key", "")), _place(one.get("source")), sentence(str(one.get("message", ""))))
        for one in listed
        if isinstance(one, dict)
    ]
    if found:
        return found
    lacking = re.search(r"Missing required (\w+) parameter '?(\w+)", error.detail)
    return [(lacking[2], lacking[1], sentence(error.detail)) if lacking else ("", "", sentence(error.detail))]


def _place(source: Any) -> str:
    return str(getattr(source, "value", source) or "")
