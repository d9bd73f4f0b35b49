"""One section read: each entry on its own, so that a broken one hides nothing of the others."""

import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema

from bosco.kit.words import msg
from bosco.plan.finding import Finding, finding_of
from bosco.plan.ledger import Ledger
from bosco.plan.mistakes import finding, follow, found
from bosco.plan.section import AnySection, Path
from bosco.plan.strict import stricter
from bosco.plan.yaml_tree import Node, Place, twice

_MAPPINGS = (dict, Mapping)


class _Strictly:
    """Reads a type as a plan does, where no part of the plan stands around it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return stricter(handler(source))


@dataclass(frozen=True)
class Shape:
    """How a section is read: as a whole, or entry by entry."""

    whole: TypeAdapter[Any]
    key: TypeAdapter[Any] | None = None
    entry: TypeAdapter[Any] | None = None


@lru_cache(maxsize=500)
def shape_of(section: AnySection) -> Shape:
    """Return how a section is read; made once, for it costs more than reading."""
    kind: Any = section.type
    origin = typing.get_origin(kind)
    inner = typing.get_args(kind)
    whole = _strictly(kind)
    if any(origin is one or (isinstance(origin, type) and issubclass(origin, Mapping)) for one in _MAPPINGS):
        return Shape(whole, *map(_strictly, inner))
    if origin in (tuple, list):
        return Shape(whole, None, _strictly(inner[0]))
    return Shape(whole)


def _strictly(kind: Any) -> TypeAdapter[Any]:
    strict: Any = typing.Annotated[kind, _Strictly()]
    return TypeAdapter(strict)


@dataclass
class Read:
    """What came of a section: its value as far as it could be read, and its mistakes."""

    value: Any
    mistakes: list[Finding] = field(default_factory=list)
    # Names or places of entries that hold a mistake.
    broken: set[str | int] = field(default_factory=set)
    # Whether nothing of it could be read.
    lost: bool = False
    # Where an entry that was named for a list stands in it.
    places: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    name: str | int
    step: str | int
    node: Node
    key: Node | None


def read_section(section: AnySection, node: Node, key: Node, ledger: Ledger) -> Read:
    """Read what stands under a section's word."""
    if node.data is None:
        return Read(section.default())
    shape = shape_of(section)
    if shape.entry is None:
        return _whole(section, shape, node, key, ledger)
    mapping = shape.key is not None
    fits = node.inner is not None if mapping else node.items is not None
    if not fits and not (mapping and node.items is not None and section.name_of is not None):
        expected = msg("names with their values") if mapping else msg("a list")
        if mapping and section.name_of is not None:
            expected = msg("names with their values, or a list")
        place = node.where
        says = msg("{found} stands under {section}", found=found(node), section=section.key)
        told = Finding(place.file, place.line, place.column, says, expected, None, (section.key,))
        return Read(section.default(), [told], lost=True)
    return _by_entry(section, shape, node, ledger)


def _whole(section: AnySection, shape: Shape, node: Node, key: Node, ledger: Ledger) -> Read:
    try:
        return Read(shape.whole.validate_python(node.data, context=ledger))
    except ValidationError as error:
        mistakes = _findings(error, node, key, (section.key,), ledger)
        return Read(section.default(), mistakes, lost=True)


def _by_entry(section: AnySection, shape: Shape, node: Node, ledger: Ledger) -> Read:
    assert shape.entry is not None
    read = Read(None)
    values: dict[Any, Any] = {}
    opened: dict[Any, Place] = {}
    for entry in _entries(section, node, read):
        name = entry.name
        if shape.key is not None and entry.key is not None:
            name, mistakes = _key(section, shape.key, entry, ledger)
            read.mistakes += mistakes
            if mistakes:
                read.broken.add(entry.name)
            elif name in values:
                # Two spellings of one word, such as `warning` and `warnings`.
                read.mistakes.append(finding_of(twice(str(name), entry.key.where, opened[name])))
                continue
            opened[name] = entry.key.where
        try:
            values[name] = shape.entry.validate_python(entry.node.data, context=ledger)
        except ValidationError as error:
            read.mistakes += _findings(error, entry.node, entry.key, (section.key, entry.step), ledger)
            read.broken.add(entry.name)
            rest = _without(entry.node, error, shape.entry)
            if rest is not None:
                values[name] = rest
    if section.complete:
        values = section.complete(values)
    read.value = MappingProxyType(values) if shape.key is not None else tuple(values.values())
    return read


def _entries(section: AnySection, node: Node, read: Read) -> Iterator[_Entry]:
    if node.inner is not None and node.keys is not None:
        for name, value in node.inner.items():
            yield _Entry(name, name, value, node.keys[name])
    elif node.items is not None:
        names: Sequence[str | int] = names_in(section, node) if section.name_of else range(len(node.items))
        for place, (given, value) in enumerate(zip(names, node.items, strict=True)):
            if isinstance(given, str):
                read.places[given] = place
            yield _Entry(given, place, value, None)


def names_in(section: AnySection, node: Node) -> list[str]:
    """Return the names that a section declares; for a list the derived ones, each made different from the others."""
    if node.inner is not None:
        return list(node.inner)
    names: dict[str, None] = {}
    for item in node.items or ():
        wanted = section.name_of(item.data) if section.name_of else ""
        name, count = wanted, 1
        while name in names:
            count += 1
            name = f"{wanted}-{count}"
        names[name] = None
    return list(names)


def _key(section: AnySection, adapter: TypeAdapter[Any], entry: _Entry, ledger: Ledger) -> tuple[Any, list[Finding]]:
    try:
        return adapter.validate_python(entry.name, context=ledger), []
    except ValidationError as error:
        assert entry.key is not None
        return entry.name, _findings(error, entry.key, entry.key, (section.key, entry.step), ledger)


def _findings(error: ValidationError, node: Node, key: Node | None, start: Path, ledger: Ledger) -> list[Finding]:
    return [finding(one, node, key, start, ledger) for one in _real(error)]


def _real(error: ValidationError) -> Iterator[Any]:
    """Yield the errors, without the default that could not be made because of another one."""
    return (one for one in error.errors(include_url=False) if one["type"] != "default_factory_not_called")


def _without(node: Node, error: ValidationError, adapter: TypeAdapter[Any]) -> Any:
    """Return the entry without what is wrong in it, for the sake of what other sections want to know of it."""
    wrong = {follow(node, one["loc"]).path for one in _real(error)}
    if () in wrong:
        return None
    try:
        return adapter.validate_python(_pruned(node, (), wrong), context=Ledger())
    except ValidationError:
        return None


def _pruned(node: Node, here: Path, wrong: set[Path]) -> Any:
    if node.inner is not None:
        return {
            name: _pruned(inner, (*here, name), wrong)
            for name, inner in node.inner.items()
            if (*here, name) not in wrong
        }
    if node.items is not None:
        return [_pruned(item, (*here, at), wrong) for at, item in enumerate(node.items) if (*here, at) not in wrong]
    return node.data
