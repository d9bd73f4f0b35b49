"""Marks that a room's service puts on its methods; `app` finds them and connects the world."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from bosco.kit.facts import Fact

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mark:
    """What a method is for: it hears a fact, runs a due timer, delivers an outbox row, or runs as an engine."""

    role: Literal["hears", "timer", "delivers", "engine"]
    name: str


def _marked(role: Literal["hears", "timer", "delivers", "engine"], name: str) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        method.__dict__.setdefault("marks", []).append(Mark(role, name))
        return method

    return mark


def hears(fact: type[Fact]) -> Callable[[Method], Method]:
    """`async def m(self, fact)` is told each fact of that type, at least once, after its commit."""
    return _marked("hears", fact.__name__)


def on_timer(name: str) -> Callable[[Method], Method]:
    """`async def m(self, timer)` is run when a timer of that name is due."""
    return _marked("timer", name)


def delivers(kind: str) -> Callable[[Method], Method]:
    """`async def m(self, parcel)` brings an outbox row of that kind to its destination."""
    return _marked("delivers", kind)


def engine(name: str) -> Callable[[Method], Method]:
    """`async def m(self)` runs as long as Bosco runs; it is started after the stores and cancelled first."""
    return _marked("engine", name)


def marks_of(service: object) -> Iterator[tuple[Mark, Callable[..., Any]]]:
    """Return each marked method of a service with its mark."""
    for name in dir(type(service)):
        method = getattr(type(service), name)
        for mark in getattr(method, "marks", ()):
            yield mark, getattr(service, name)
