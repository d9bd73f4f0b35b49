"""HTTP statuses as the plan names them: `200`, `200-299`, `2xx`, several of them."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg

_ONE = re.compile(r"([1-5]\d\d)(?:\s*[-–]\s*([1-5]\d\d))?|([1-5])xx", re.IGNORECASE)


@dataclass(frozen=True)
class Statuses:
    """Statuses that will do."""

    ranges: tuple[tuple[int, int], ...]
    written: str

    def __contains__(self, status: object) -> bool:
        return isinstance(status, int) and any(low <= status <= high for low, high in self.ranges)

    def __str__(self) -> str:
        return f"== {self.written}" if self.written.isdigit() else f"∈ {self.written}"


def read_statuses(value: Any) -> Statuses:
    """Read one status, a range, a class, or several of them."""
    if isinstance(value, Statuses):
        return value
    words = list(value) if isinstance(value, (list, tuple)) else str(value).split(",")
    ranges = [_range(str(word).strip()) for word in words]
    if not ranges:
        raise Unreadable(msg("an empty list can never be met"))
    return Statuses(tuple(ranges), ", ".join(str(word).strip() for word in words))


def _range(word: str) -> tuple[int, int]:
    found = _ONE.fullmatch(word)
    if found is None:
        raise Unreadable(
            msg("“{text}” is not an HTTP status", text=word[:40]), msg("a status is written like 200, 200-299 or 2xx")
        )
    if found[3]:
        return int(found[3]) * 100, int(found[3]) * 100 + 99
    low, high = int(found[1]), int(found[2] or found[1])
    if high < low:
        raise Unreadable(msg("“{text}” goes from more to less", text=word))
    return low, high


class _ReadsStatuses:
    """One status, a range, a class, or several of them."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            read_statuses, serialization=core_schema.plain_serializer_function_ser_schema(lambda one: one.written)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        single = {"type": ["string", "integer"]}
        return {"anyOf": [single, {"type": "array", "items": single}], "examples": [200, "200-299", "2xx"]}


StatusRange = Annotated[Statuses, _ReadsStatuses()]
