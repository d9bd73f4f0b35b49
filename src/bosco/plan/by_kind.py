"""Entries whose kind is told by the word they hold: `http: …` makes a probe an HTTP probe."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationInfo, create_model
from pydantic_core import CoreSchema, core_schema

from bosco.kit.words import Message, msg
from bosco.plan.ledger import Misplaced, nearest
from bosco.plan.part import PlanPart, typed_names
from bosco.plan.strict import SHAPE

C = TypeVar("C", bound="OfKind")


class OfKind(PlanPart):
    """What entries of every kind have in common; `kind` is the word that told it."""

    kind: ClassVar[str] = ""


@dataclass(frozen=True)
class _ByKind:
    models: Mapping[str, type[BaseModel]]
    common: type[OfKind]
    lacks: Message
    otherwise: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        if not self.models:
            return handler.generate_schema(self.common)
        choices = {f"{SHAPE}{word}": handler.generate_schema(model) for word, model in self.models.items()}
        union = core_schema.tagged_union_schema(choices, self._tag)
        return core_schema.with_info_before_validator_function(
            self._look, union, serialization=core_schema.plain_serializer_function_ser_schema(_write)
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        made = handler(schema)
        return {"anyOf": made.get("anyOf") or made.get("oneOf")} if self.models else made

    @property
    def usual(self) -> list[str]:
        """Return the words that need no kind."""
        return typed_names(self.models[self.otherwise] if self.otherwise else self.common)

    def _tag(self, value: Any) -> str | None:
        if isinstance(value, OfKind):
            return f"{SHAPE}{value.kind}"
        chosen = self.chosen(value) if isinstance(value, Mapping) else []
        word = chosen[0] if chosen else self.otherwise
        return f"{SHAPE}{word}" if word else None

    def chosen(self, words: Iterable[str]) -> list[str]:
        """Return the kinds that an entry's words tell; a kind may hold another kind's word as an option of its own."""
        present = [word for word in words if word in self.models]
        if len(present) < 2:
            return present
        whole = [kind for kind in present if set(present) <= set(typed_names(self.models[kind]))]
        return whole if len(whole) == 1 else present

    def _look(self, value: Any, info: ValidationInfo) -> Any:
        """Say what is wrong with the choice itself; what is wrong inside is told by the kind."""
        if not isinstance(value, Mapping):
            return value
        chosen = self.chosen(value)
        if len(chosen) > 1:
            says = msg("“{first}” and “{second}” cannot stand together", first=chosen[0], second=chosen[1])
            raise Misplaced(says, chosen[1], msg("one of the two"), of_word=True)
        if not chosen:
            for word in value:
                if word not in self.usual and (near := nearest(word, self.models)):
                    raise Misplaced(msg("“{word}” is not known here", word=word[:80]), word, None, near, of_word=True)
            if self.otherwise is not None:
                return value
            raise Misplaced(self.lacks, "", msg("one of {names}", names=", ".join(self.models)))
        return value


def _write(entry: BaseModel) -> Any:
    return entry.model_dump(mode="json", by_alias=True, exclude_none=True)


def by_kind(
    common: type[C],
    kinds: Mapping[str, type[PlanPart]],
    lacks: Message,
    *,
    otherwise: str | None = None,
    defaults: Callable[[type[PlanPart]], dict[str, Any]] | None = None,
) -> Any:
    """Return the type of an entry that is both one of the kinds and what all of them have in common.

    `lacks` is said of an entry that holds no kind's word, unless it is of the kind `otherwise` then. `defaults` tells
    the defaults that a kind gives to what all have in common.
    """
    models = {word: joined(word, kind, common, defaults(kind) if defaults else {}) for word, kind in kinds.items()}
    return Annotated[common, _ByKind(models, common, lacks, otherwise)]


def joined(word: str, kind: type[PlanPart], common: type[C], defaults: Mapping[str, Any]) -> type[C]:
    """Return the class whose entries are of that kind and have what all entries have."""
    shared = set(typed_names(kind)) & set(typed_names(common))
    if shared:
        raise ImportError(f"{kind.__qualname__} takes a word that every {common.__qualname__} has: {sorted(shared)}")
    fields: dict[str, Any] = {
        name: (Annotated[common.model_fields[name].annotation, *common.model_fields[name].metadata], default)
        for name, default in defaults.items()
    }
    model: Any = create_model(
        kind.__name__, __base__=(kind, common), __module__=kind.__module__, __doc__=kind.__doc__, **fields
    )
    model.kind = word
    return model  # type: ignore[no-any-return]
