"""The JSON Schema of the whole plan, for editors that complete and check it while it is typed."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from bosco.kit.words import Language
from bosco.plan.entries import shape_of
from bosco.plan.section import AnySection
from bosco.plan.sections import discover

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER_TEXT = r"^[+-]?[0-9][0-9., \u00a0\u202f]*$"
_SWITCH = ["true", "false", "yes", "no", "on", "off", "oui", "non", "vrai", "faux"]


class _AsTyped(GenerateJsonSchema):
    """Describes what people type: a number may be a text, a text may look like a number."""

    def str_schema(self, schema: core_schema.StringSchema) -> dict[str, Any]:
        """Take a number or a yes where a text belongs, for editors read `name: 42` so."""
        return {**super().str_schema(schema), "type": ["string", "number", "boolean"]}

    def int_schema(self, schema: core_schema.IntSchema) -> dict[str, Any]:
        """Take a whole number, between quotes too."""
        return {**super().int_schema(schema), "type": ["integer", "string"], "pattern": _NUMBER_TEXT}

    def float_schema(self, schema: core_schema.FloatSchema) -> dict[str, Any]:
        """Take a number, between quotes too."""
        return {**super().float_schema(schema), "type": ["number", "string"], "pattern": _NUMBER_TEXT}

    def bool_schema(self, schema: core_schema.BoolSchema) -> dict[str, Any]:
        """Take yes and no as people say them."""
        return {"enum": [True, False, *_SWITCH]}

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> dict[str, Any]:
        """Take a duration as the plan writes it."""
        return {"type": ["string", "number"], "examples": ["5m"]}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> dict[str, Any]:
        """Take a number of the list between quotes too."""
        words = list(schema["expected"])
        texts = [str(word) for word in words if not isinstance(word, str)]
        return {"enum": [*words, *texts]}

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> dict[str, Any]:
        """Take any of the alternatives: more than one may fit."""
        made = super().tagged_union_schema(schema)
        made.pop("discriminator", None)
        return {"anyOf": made.pop("oneOf"), **made} if "oneOf" in made else made


def plan_schema(sections: Sequence[AnySection] | None = None, language: Language = "en") -> dict[str, Any]:
    """Return the schema of a plan that stands in one file."""
    known = discover() if sections is None else sections
    inputs: list[Any] = [(section.key, "validation", shape_of(section).whole) for section in known]
    made, shared = TypeAdapter.json_schemas(inputs, schema_generator=_AsTyped, ref_template="#/$defs/{model}")
    properties: dict[str, Any] = {}
    for section in known:
        body: dict[str, Any] = dict(made[section.key, "validation"])
        if section.name_of is not None:
            body = {"anyOf": [body, {"type": "array", "items": body.get("additionalProperties", {})}]}
        properties[section.key] = {**body, "title": section.title.say(language)}
    schema = {
        "$schema": DIALECT,
        "title": "Bosco",
        "type": "object",
        "properties": properties,
        "required": [section.key for section in known if section.required],
        "additionalProperties": False,
        "$defs": shared.get("$defs", {}),
    }
    _take_nothing(schema)
    return schema


def _take_nothing(schema: Any) -> None:
    """Let every word that may be left out stand empty, which is the same."""
    if isinstance(schema, list):
        for inner in schema:
            _take_nothing(inner)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            required = schema.get("required", [])
            for word, inner in properties.items():
                if word not in required and isinstance(inner, dict) and not _takes_nothing(inner):
                    told = {
                        key: inner.pop(key) for key in ("title", "description", "default", "examples") if key in inner
                    }
                    properties[word] = {**told, "anyOf": [inner, {"type": "null"}]}
        entries = schema.get("additionalProperties")
        if isinstance(entries, dict) and set(entries) == {"$ref"}:
            schema["additionalProperties"] = {"anyOf": [entries, {"type": "null"}]}
        for key, inner in schema.items():
            if key not in ("default", "examples", "enum", "const"):
                _take_nothing(inner)


def _takes_nothing(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "null" or any(one.get("type") == "null" for one in schema.get("anyOf", ()))
