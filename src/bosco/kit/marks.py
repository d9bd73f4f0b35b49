"""Marks that a room puts on its services and their methods; `app` finds them and connects the world."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from bosco.kit.facts import Fact

Method = TypeVar("Method", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)
Role = Literal["hears", "timer", "delivers", "engine", "gauges", "ready"]


@dataclass(frozen=True)
class Mark:
    """What a method is for: it hears a fact, runs a due timer, delivers a parcel, runs as an engine, tells a figure."""

    role: Role
    name: str


@dataclass(frozen=True)
class Gauge:
    """One figure of Bosco's own, as `/metrics` shows it."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()
    counts: bool = False


def service(kind: Class) -> Class:
    """Mark a class that `app` builds once; its constructor names by type what it needs."""
    kind.__is_service__ = kind  # type: ignore[attr-defined]
    return kind


def is_service(thing: object) -> bool:
    """Say whether the class itself, not one it extends, is marked as a service."""
    return isinstance(thing, type) and vars(thing).get("__is_service__") is thing


def _marked(role: Role, name: str) -> Callable[[Method], Method]:
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


def engine(name: str, *, outward: bool = False, at_the_helm: bool = False) -> Callable[[Method], Method]:
    """`async def m(self)` runs as long as Bosco runs; it is started after the stores and cancelled first.

    One that goes `outward` by itself, to ask the world or this machine for figures, stays at home in a rehearsal.
    One that runs `at_the_helm` runs in one process only, of several that share a database (`bosco.store.helm`).
    """

    def mark(method: Method) -> Method:
        method.__dict__["goes_outward"] = outward
        method.__dict__["at_the_helm"] = at_the_helm
        return _marked("engine", name)(method)

    return mark


def gauges(method: Method) -> Method:
    """`async def m(self) -> list[Gauge]` tells figures of Bosco's own for `/metrics`."""
    return _marked("gauges", "")(method)


def ready(name: str) -> Callable[[Method], Method]:
    """`async def m(self) -> str | None` says what keeps Bosco from being ready, or None."""
    return _marked("ready", name)


def marks_of(service: object) -> Iterator[tuple[Mark, Callable[..., Any]]]:
    """Return each marked method of a service with its mark."""
    for name in dir(type(service)):
        method = getattr(type(service), name)
        for mark in getattr(method, "marks", ()):
            yield mark, getattr(service, name)
