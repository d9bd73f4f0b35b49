"""YAML read into a tree that remembers where each thing stands, and in which no value is guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from bosco.kit.words import Message, msg
from bosco.plan.ledger import nearest
from bosco.plan.strict import Quoted
from bosco.plan.yaml_trouble import told

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 50
MOST_NODES = 2_000_000
MOST_BORROWED = 200_000
_EMPTY = ("", "~")
# What an escape between quotes could still bring in; a terminal would obey it.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: file, line and column, counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(slots=True, eq=False)
class Node:
    """One value of the plan and where it stands; `data` is the value without its places."""

    data: Any
    place: tuple[int, int]
    file: str
    # How many nodes it stands for once every alias is written out.
    weight: int = 1
    keys: dict[str, "Node"] | None = None
    inner: dict[str, "Node"] | None = None
    items: list["Node"] | None = None

    @property
    def where(self) -> Place:
        """Return where it begins."""
        return Place(self.file, *self.place)


@dataclass
class Trouble:
    """Something wrong with the YAML itself, or with a name that stands twice."""

    place: Place
    says: Message
    expected: Message | None = None
    nearest: str | None = None


@dataclass(slots=True, eq=False)
class _Open:
    """A mapping or list whose end has not come yet."""

    node: Node
    anchor: str | None
    key: Node | None = None
    merged: list[Node] = field(default_factory=list)


class _Stopped(Exception):  # noqa: N818 - named as what happened
    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble.says))
        self.trouble = trouble


class _Builder:
    """Builds the tree from the parser's events: no recursion, so that no nesting can break it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.anchors: dict[str, Node] = {}
        self.open: list[_Open] = []
        self.troubles: list[Trouble] = []
        self.roots: list[Node] = []
        self.nodes = self.borrowed = 0

    def place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def stop(self, event: Any, says: Message, expected: Message | None = None, near: str | None = None) -> NoReturn:
        raise _Stopped(Trouble(self.place(event), says, expected, near))

    def take(self, event: Any) -> None:
        """Take one event."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.refuse_tag(event)
            plain = event.style is None or event.style == ""
            if not plain and (found := _INVISIBLE.search(event.value)):
                self.stop(event, msg("this text holds the invisible character {code}", code=f"U+{ord(found[0]):04X}"))
            value = (None if event.value in _EMPTY else event.value) if plain else Quoted(event.value)
            self.add(self.node(event, value), event.anchor)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self.refuse_tag(event)
            if len(self.open) >= DEEPEST:
                self.stop(event, msg("this is nested more than {limit} levels deep", limit=DEEPEST))
            self.begin(event, mapping=kind is yaml.MappingStartEvent)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            ended = self.open.pop()
            self.merge(ended)
            self.add(ended.node, ended.anchor)
        elif kind is yaml.AliasEvent:
            self.alias(event)
        elif kind is yaml.DocumentStartEvent and self.roots:
            self.stop(event, msg("a second document begins here"), msg("one document in each file"))

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")[:60]
            self.stop(event, msg("the tag {tag} is not part of the plan language", tag=shown), msg("a plain value"))

    def node(self, event: Any, data: Any) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.stop(event, msg("the file holds more than {limit} values", limit=MOST_NODES))
        mark = event.start_mark
        return Node(data, (mark.line + 1, mark.column + 1), self.file)

    def begin(self, event: Any, *, mapping: bool) -> None:
        node = self.node(event, {} if mapping else [])
        if mapping:
            node.keys, node.inner = {}, {}
        else:
            node.items = []
        self.open.append(_Open(node, event.anchor))

    def alias(self, event: Any) -> None:
        target = self.anchors.get(event.anchor)
        if target is None:
            if any(opened.anchor == event.anchor for opened in self.open):
                self.stop(event, msg("the alias *{name} stands inside what it repeats", name=event.anchor))
            near = nearest(event.anchor, self.anchors)
            self.stop(event, msg("no anchor is called &{name}", name=event.anchor), near=f"*{near}" if near else None)
        self.borrowed += target.weight
        if self.borrowed > MOST_BORROWED:
            self.stop(event, msg("aliases repeat more than {limit} values in all", limit=MOST_BORROWED))
        self.add(target, None)

    def add(self, node: Node, anchor: str | None) -> None:
        """Put a finished value where it belongs."""
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.roots.append(node)
            return
        parent = self.open[-1]
        if parent.node.items is not None:
            parent.node.items.append(node)
            parent.node.data.append(node.data)
            parent.node.weight += node.weight
        elif parent.key is None:
            self.key(parent, node)
        else:
            self.value(parent, parent.key, node)
            parent.key = None

    def key(self, parent: _Open, node: Node) -> None:
        if not isinstance(node.data, str) or not node.data.strip():
            expected = msg("a name, a colon, and its value")
            raise _Stopped(Trouble(node.where, msg("a name is missing here"), expected))
        parent.key = node

    def value(self, parent: _Open, key: Node, node: Node) -> None:
        assert parent.node.keys is not None
        assert parent.node.inner is not None
        name = str(key.data)
        parent.node.weight += node.weight + 1
        if name == "<<" and not isinstance(key.data, Quoted):
            parent.merged.extend([node] if node.items is None else node.items)
        elif name in parent.node.inner:
            self.troubles.append(twice(name, key.where, parent.node.keys[name].where))
        else:
            parent.node.keys[name] = key
            parent.node.inner[name] = node
            parent.node.data[name] = node.data

    def merge(self, ended: _Open) -> None:
        """Bring in what `<<` borrows; the mapping's own words win, and of several the first."""
        node = ended.node
        for source in ended.merged:
            if source.inner is None or source.keys is None:
                expected = msg("an alias of a mapping")
                self.troubles.append(Trouble(source.where, msg("<< borrows from mappings only"), expected))
                continue
            assert node.inner is not None
            assert node.keys is not None
            for name, value in source.inner.items():
                if name not in node.inner:
                    node.keys[name], node.inner[name] = source.keys[name], value
                    node.data[name] = value.data


def twice(name: str, here: Place, there: Place) -> Trouble:
    """Return the trouble of a name that stands twice, with both places."""
    says = msg("“{name}” stands here a second time; it stands at {place} already", name=name[:80], place=str(there))
    return Trouble(here, says)


def _events(text: str) -> Iterator[Any]:
    loader = _LOADER(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def read_tree(file: str, text: str) -> tuple[Node | None, list[Trouble]]:
    """Return the root of a file, None if it has none, and everything that is wrong with it as YAML."""
    builder = _Builder(file)
    try:
        for event in _events(text):
            builder.take(event)
    except _Stopped as stopped:
        return None, [*builder.troubles, stopped.trouble]
    except yaml.YAMLError as error:
        inner = builder.open[-1].node.place if builder.open else None
        says, expected, line, column = told(error, text, inner)
        return None, [*builder.troubles, Trouble(Place(file, line, column), says, expected)]
    return (builder.roots[0] if builder.roots else None), builder.troubles
