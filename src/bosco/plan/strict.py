"""Makes Pydantic read a plan: scalars arrive as text, unions are chosen by their shape, an empty value says nothing."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import CoreSchema, core_schema

from bosco.kit.numbers import Unreadable, read_number, read_whole
from bosco.kit.units import read_duration
from bosco.kit.words import msg

# No key of a plan can look like this, so a mistake's path tells it from the user's own words.
SHAPE = "\0"
MAPPING, LIST, TEXT = f"{SHAPE}mapping", f"{SHAPE}list", f"{SHAPE}text"
NO_CHOICE = "no_choice"

# Only models are defined once and referred to.
_MAPPINGS = {"definition-ref", "model", "model-fields", "typed-dict", "dict", "dataclass"}
_LISTS = {"list", "tuple", "set", "frozenset", "generator"}
_YES = {"true", "yes", "on", "oui", "vrai"}
_NO = {"false", "no", "off", "non", "faux"}
_NOT_SCHEMAS = {"metadata", "serialization", "config", "default", "expected", "members", "cls", "ref"}
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,17})(\.\d+)?(?:[eE][+-]?\d{1,3})?")


class Quoted(str):
    """A text that stood between quotes: where any value may stand, it stays a text."""

    __slots__ = ()


def read_switch(value: Any) -> Any:
    """Return true or false as people say it in both languages."""
    word = value.strip().casefold() if isinstance(value, str) else None
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word is not None:
        raise Unreadable(msg("“{text}” is neither yes nor no", text=value[:60]), msg("write yes or no"))
    return value


def read_any(value: Any) -> Any:
    """Return what JSON would make of it, where the schema does not know what stands there."""
    if isinstance(value, Mapping):
        return {key: read_any(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [read_any(inner) for inner in value]
    if isinstance(value, Quoted) or not isinstance(value, str):
        return str(value) if isinstance(value, str) else value
    if value in ("true", "false"):
        return value == "true"
    if value == "null":
        return None
    if found := _JSON_NUMBER.fullmatch(value):
        return float(value) if found[1] or "e" in value.casefold() else int(value)
    return value


def _if_text(read: Callable[[str], object]) -> Callable[[Any], Any]:
    return lambda value: read(value) if isinstance(value, str) else value


_READ: dict[str, Callable[[Any], Any]] = {
    "int": _if_text(read_whole),
    "float": _if_text(read_number),
    "bool": read_switch,
    "timedelta": _if_text(read_duration),
    "any": read_any,
}


def stricter(schema: CoreSchema, of: type | None = None) -> CoreSchema:
    """Return the schema as a plan needs it; parts of the plan inside it have already done this for themselves."""
    kind = schema["type"]
    if kind == "model" and schema.get("cls") is not of and hasattr(schema.get("cls"), "__reads_a_plan__"):
        return schema
    if read := _READ.get(kind):
        return core_schema.no_info_before_validator_function(read, schema)
    if kind in ("literal", "enum"):
        return _typed_words(schema)
    changed: Any = {key: value if key in _NOT_SCHEMAS else _inside(value, of) for key, value in schema.items()}
    if kind == "union":
        return _by_shape(changed)
    return changed  # type: ignore[no-any-return]


def _inside(value: Any, of: type | None) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("type"), str):
            return stricter(value, of)
        return {key: _inside(inner, of) for key, inner in value.items()}
    if isinstance(value, list):
        return [_inside(inner, of) for inner in value]
    if isinstance(value, tuple):
        return tuple(_inside(inner, of) for inner in value)
    return value


def _typed_words(schema: Any) -> CoreSchema:
    """Let `4` mean the number where a list of words holds numbers."""
    words = schema.get("expected") or [member.value for member in schema["members"]]
    others = {str(word): word for word in words if not isinstance(word, str)}
    if not others:
        return schema  # type: ignore[no-any-return]
    return core_schema.no_info_before_validator_function(
        lambda value: others.get(value, value) if isinstance(value, str) else value, schema
    )


def shape_of(schema: Any) -> str:
    """Return what a schema takes: a mapping, a list, or one text."""
    kind = schema["type"]
    if kind in _MAPPINGS:
        return MAPPING
    if kind in _LISTS:
        return LIST
    inner = schema.get("schema")
    if isinstance(inner, dict) and "plan_shape" not in (schema.get("metadata") or {}):
        return shape_of(inner)
    return str((schema.get("metadata") or {}).get("plan_shape", TEXT))


def _by_shape(union: Any) -> CoreSchema:
    """Choose by what was typed, so that a mistake is told once, about the alternative that was meant."""
    shapes: dict[str, list[Any]] = {}
    for choice in union["choices"]:
        schema = choice[0] if isinstance(choice, tuple) else choice
        shapes.setdefault(shape_of(schema), []).append(schema)
    single = {shape: _first_that_fits(schemas) for shape, schemas in shapes.items()}
    if len(single) == 1:
        return next(iter(single.values()))
    fallback = TEXT if TEXT in single else next(iter(single))

    def choose(value: Any) -> str:
        shape = MAPPING if isinstance(value, Mapping) else LIST if isinstance(value, (list, tuple)) else TEXT
        if shape == TEXT and not isinstance(value, str) and hasattr(type(value), "model_fields"):
            shape = MAPPING
        return shape if shape in single else fallback

    return core_schema.tagged_union_schema(single, choose)


def _first_that_fits(schemas: list[Any]) -> CoreSchema:
    if len(schemas) == 1:
        return schemas[0]  # type: ignore[no-any-return]
    context: dict[str, str | int] = {"choices": "\n".join(filter(None, map(_called, schemas)))}
    return core_schema.union_schema(
        schemas,
        mode="left_to_right",
        custom_error_type=NO_CHOICE,
        custom_error_message="-",
        custom_error_context=context,
    )


def _called(schema: Any) -> str:
    """Return the name of what one alternative takes, or its words between quotes; nothing for what has no name."""
    if schema["type"] == "literal":
        return "\n".join(f"'{word}'" for word in schema["expected"])
    inner = schema.get("schema")
    return _called(inner) if isinstance(inner, dict) else str(schema["type"])
