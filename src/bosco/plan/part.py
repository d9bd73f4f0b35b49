"""What a section of the plan is made of: strict models whose mistakes are told all at once."""

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    model_serializer,
)
from pydantic_core import CoreSchema, core_schema

from bosco.kit.words import Message, Text, msg
from bosco.plan.ledger import UnknownName, ledger_of, nearest
from bosco.plan.strict import stricter


def typed_names(part: type[BaseModel]) -> list[str]:
    """Return the words that users type in a part of the plan, in the order of its fields."""
    return [field.alias or name for name, field in part.model_fields.items()]


def _takes_text(kind: Any) -> bool:
    """Say whether a text may stand where this type is wanted."""
    if kind in (str, Text, Any):
        return True
    return typing.get_origin(kind) is not typing.Literal and any(_takes_text(inner) for inner in typing.get_args(kind))


class PlanPart(BaseModel):
    """A mapping of the plan: its fields are the words users type; an unknown word is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=True)
    __reads_a_plan__: ClassVar[bool] = True

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: Any = stricter(handler.resolve_ref_schema(handler(source)), cls)
        # Models with validators of their own come wrapped; the model stands inside.
        model = schema
        while model["type"] != "model":
            model = model["schema"]
        words = tuple(typed_names(cls))
        known = {*words, *cls.model_fields}
        # Where no text can stand, `null` is nothing, as JSON has it; where one can, it is a word like any other.
        textless = {
            field.alias or name for name, field in cls.model_fields.items() if not _takes_text(field.annotation)
        }

        def prepare(value: Any, info: ValidationInfo) -> Any:
            """Take an empty value as not said, and remember which words could have stood here."""
            if value is None:
                return {}
            if not isinstance(value, Mapping):
                return value
            if not value.keys() <= known:
                ledger_of(info.context).words[id(value)] = words
            return {
                key: inner
                for key, inner in value.items()
                if key not in known
                or not (inner is None or (type(inner) is str and inner == "null" and key in textless))
            }

        model["schema"] = core_schema.with_info_before_validator_function(prepare, model["schema"])
        return schema  # type: ignore[no-any-return]

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what says nothing: no value, and empty lists where nothing else would stand there anyway."""
        written: dict[str, Any] = write(self)
        kept = _never_empty(type(self))
        return {word: value for word, value in written.items() if value not in (None, [], {}) or word in kept}


@cache
def _never_empty(part: type[BaseModel]) -> frozenset[str]:
    """Return the words that stand for something when they are left out, so that emptiness must be written."""
    fields = part.model_fields.items()
    return frozenset(
        field.alias or name for name, field in fields if isinstance(field.default, (tuple, list)) and field.default
    )


@dataclass(frozen=True)
class Names:
    """Marks a field as the name of something that another section declares: `Annotated[str, Names("services")]`.

    The loader checks it while the plan is read, tells the nearest name, and draws the arrows of the plan. `also`
    lists other sections whose names fit too, and words that need no declaration.
    """

    section: str
    also: tuple[str, ...] = ()

    def accepts(self, name: str) -> bool:
        """Say whether a name needs no declaration."""
        return name in self.also

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def _check(self, value: Any, info: ValidationInfo) -> Any:
        ledger = ledger_of(info.context)
        known = ledger.names(self.section)
        if known is None or not isinstance(value, str) or value in known or self.accepts(value):
            return value
        others = [ledger.names(section) or frozenset() for section in self.also]
        if any(value in names for names in others):
            return value
        plain = tuple(word for word in self.also if ledger.names(word) is None)
        near = nearest(value, known.union(*others, plain))
        raise UnknownName(
            msg("“{name}” is not declared in {section}", name=value[:80], section=self.section), _some(known), near
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {**handler(schema), "description": f"A name declared in `{self.section}`."}


def _some(names: frozenset[str]) -> Message | None:
    """Return what could have stood there, when that fits in a sentence."""
    return msg("one of {names}", names=", ".join(sorted(names))) if 0 < len(names) <= 12 else None
