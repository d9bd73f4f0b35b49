"""The services in the order in which they lean on each other: each once, below the first one that needs it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bosco.kit.words import Text
from bosco.services.section import Service

DEEPEST = 4


@dataclass(frozen=True)
class Node:
    """A service and how deep it lies below the one that needs it."""

    key: str
    depth: int


@dataclass(frozen=True)
class Branch:
    """The services of a group."""

    group: Text | str | None
    nodes: tuple[Node, ...]


def branches(services: Mapping[str, Service]) -> list[Branch]:
    """Return the groups in the plan's order; those without a group come together."""
    groups: dict[str, tuple[Text | str | None, list[str]]] = {}
    for key, service in services.items():
        groups.setdefault(str(service.group or ""), (service.group, []))[1].append(key)
    return [Branch(group, tuple(_nodes(keys, services))) for group, keys in groups.values()]


def _nodes(keys: list[str], services: Mapping[str, Service]) -> Iterator[Node]:
    inside = set(keys)
    needed = {need for key in keys for need in services[key].needs if need in inside and need != key}
    seen: set[str] = set()
    # Nobody needs the roots; in a circle everybody is needed, so what is left comes last.
    for root in [*(key for key in keys if key not in needed), *keys]:
        waiting = [(root, 0)]
        while waiting:
            key, depth = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            yield Node(key, min(depth, DEEPEST))
            waiting.extend((need, depth + 1) for need in reversed(services[key].needs) if need in inside)


def needed_by(services: Mapping[str, Service], key: str) -> list[str]:
    """Return the services that need this one, directly or through others, the nearest first."""
    found: list[str] = []
    nearest = [key]
    while nearest:
        nearest = [
            name
            for name, one in services.items()
            if name != key and name not in found and any(need in nearest for need in one.needs)
        ]
        found.extend(nearest)
    return found
