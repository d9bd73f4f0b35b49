"""Values expected inside what was answered: where they stand, what they must be, and how both are shown."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bosco.kit.numbers import Unreadable
from bosco.kit.units import Quantity, read_quantity
from bosco.kit.words import msg
from bosco.plan.condition import parse
from bosco.plan.graded import Worded
from bosco.plan.seen import Condition, Seen
from bosco.plan.strict import read_any
from bosco.probes.bounds import shown
from bosco.probes.kind import Expectation, Outcome

_STEP = re.compile(r"""\.?(?:([^.\[\]"']+)|\[(-?\d{1,6})\]|\[(?:"([^"]*)"|'([^']*)')\])""")
_SIGNS = tuple("<>=!≥≤≠")
_LONGEST_SHOWN = 60
NOTHING = object()


@dataclass(frozen=True)
class Path:
    """Where a value stands in JSON: `checks.database`, `items[0].name`, `["a.b"]`."""

    text: str
    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        return self.text

    def find(self, data: Any) -> Any:
        """Return what stands there, or NOTHING."""
        for step in self.steps:
            if isinstance(data, dict) and str(step) in data:
                data = data[str(step)]
            elif isinstance(data, list) and isinstance(step, int) and -len(data) <= step < len(data):
                data = data[step]
            else:
                return NOTHING
        return data


def read_path(text: str) -> Path:
    """Read where a value stands; `$.` in front, as others write it, says nothing more."""
    rest = text.strip().removeprefix("$")
    steps: list[str | int] = []
    at = 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if found is None or found.end() == at:
            raise Unreadable(
                msg("“{text}” is not a place in JSON", text=text[:80]),
                expected=msg("something like {example}", example="checks.database"),
            )
        name, place, *quoted = found.groups()
        steps.append(
            name if name is not None else int(place) if place else next(one for one in quoted if one is not None)
        )
        at = found.end()
    return Path(text.strip(), tuple(steps))


@dataclass(frozen=True)
class Wanted:
    """What a value must be: one of several values, or what a condition says."""

    written: Any
    values: tuple[Any, ...] = ()
    condition: Condition | None = None

    def holds(self, seen: Any) -> bool:
        """Say whether the value is what it must be."""
        if self.condition is not None:
            return self.condition.judge(_seen(seen)).holds is True
        return any(_same(seen, one) for one in self.values)

    def __str__(self) -> str:
        if isinstance(self.condition, Condition):
            return str(self.condition)
        if len(self.values) == 1:
            return f"== {quoted(self.values[0])}"
        return f"∈ [{', '.join(map(quoted, self.values))}]"


def read_wanted(value: Any) -> Wanted:
    """Read what the plan wants of a value: `healthy`, `5`, a list of them, or a condition such as `> 5`, `!= down`."""
    if isinstance(value, Wanted):
        return value
    if isinstance(value, (list, tuple)):
        if not value:
            raise Unreadable(msg("an empty list can never be met"))
        return Wanted(value, tuple(_value(one) for one in value))
    # Between quotes too: YAML itself demands them around `> 5`.
    if isinstance(value, str) and value.strip().startswith(_SIGNS):
        return Wanted(value, condition=parse(value))
    return Wanted(value, (_value(value),))


def _value(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)):
        raise Unreadable(
            msg("a single value belongs here"), msg("name the place inside: {example}", example="a.b: value")
        )
    return read_any(value)


def _same(seen: Any, wanted: Any) -> bool:
    if isinstance(seen, bool) or isinstance(wanted, bool) or seen is None or wanted is None:
        return seen is wanted
    if isinstance(seen, str) and isinstance(wanted, (int, float)):
        return seen == json.dumps(wanted)
    return bool(seen == wanted)


def _seen(value: Any) -> Seen:
    if isinstance(value, bool) or value is None:
        return Seen(word=json.dumps(value))
    if (number := number_in(value)) is not None:
        return Seen(value=number)
    if isinstance(value, str):
        try:
            read = read_quantity(value[:60])
        except Unreadable:
            return Seen(word=value[:200])
        return Seen(value=read.value, unit=read.unit)
    return Seen()


def number_in(value: Any) -> float | None:
    """Return a value as a number; None if it is none, or none that can be counted with."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def quoted(value: Any) -> str:
    """Return a value as it is shown: JSON, short, and nothing in it that could disturb a terminal or a page."""
    if value is NOTHING:
        return "∅"
    if isinstance(value, Quantity):
        return shown(value)
    text = json.dumps(_pruned(value, 3), ensure_ascii=False, default=str)
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text[:200])
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _pruned(value: Any, depth: int) -> Any:
    """Return as much of a value as can be shown: what strangers send may be huge, and nested beyond reason."""
    if isinstance(value, str):
        return value[:200]
    if not isinstance(value, (dict, list)):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, list):
        return [_pruned(one, depth - 1) for one in value[:5]]
    return {str(key)[:40]: _pruned(value[key], depth - 1) for key in list(value)[:5]}


def hold_value(measure: str, seen: Any, wanted: Wanted, failing: Outcome = "down") -> Expectation:
    """Hold a value against what it must be."""
    held = seen is not NOTHING and wanted.holds(seen)
    return Expectation(f"{measure} ({quoted(seen)}) {wanted}", held, failing)


class _ReadsWanted:
    """One value, a list of them, or a condition."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            read_wanted, serialization=core_schema.plain_serializer_function_ser_schema(lambda wanted: wanted.written)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        single = {"type": ["string", "number", "boolean"]}
        return {"anyOf": [single, {"type": "array", "items": single}], "examples": ["healthy", "> 5"]}


class _ReadsPath:
    """A place in JSON."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, Path) else read_path(str(value)),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {"type": "string", "description": "A place in JSON: checks.database, items[0].name."}


WantedValue = Annotated[Wanted, _ReadsWanted()]
JsonPath = Annotated[Path, _ReadsPath()]


def words_of(wanted: Wanted) -> Iterator[str]:
    """Return the words that would do."""
    yield from (value for value in wanted.values if isinstance(value, str))
    if isinstance(wanted.condition, Worded):
        yield wanted.condition.word
