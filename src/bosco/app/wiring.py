"""Builds each room's services by the types that their constructors name; no list of rooms is kept by hand."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, TypeVar

import bosco
from bosco.kit.marks import is_service, marks_of

T = TypeVar("T")


def room_names() -> list[str]:
    """Return every room, in alphabetical order."""
    return sorted(found.name for found in pkgutil.iter_modules(bosco.__path__) if found.ispkg)


def room_modules(file: str) -> Iterator[ModuleType]:
    """Return the module of that name in each room that has one."""
    for room in room_names():
        package = importlib.import_module(f"bosco.{room}")
        if any(found.name == file for found in pkgutil.iter_modules(package.__path__)):
            yield importlib.import_module(f"bosco.{room}.{file}")


class Wiring:
    """What has been built so far, by type."""

    def __init__(self, *given: tuple[type, object]) -> None:
        self._built: dict[type, object] = dict(given)
        self._under_way: list[type] = []

    def provide(self, kind: type[T], thing: T) -> None:
        """Hand out that thing wherever its type is named."""
        self._built[kind] = thing

    def get(self, kind: type[T]) -> T:
        """Return the one thing of that type, building it, and what it needs, if it is a service."""
        if kind not in self._built:
            if not is_service(kind):
                raise LookupError(f"nothing provides {kind.__module__}.{kind.__qualname__}")
            if kind in self._under_way:
                raise LookupError(
                    f"services need each other in a circle: {[one.__qualname__ for one in self._under_way]}"
                )
            self._under_way.append(kind)
            self._built[kind] = self.call(kind)
            self._under_way.pop()
        return self._built[kind]  # type: ignore[return-value]

    def call(self, make: Callable[..., T]) -> T:
        """Call it with what its parameters name by type; a parameter with a default may go without."""
        signature = inspect.signature(make)
        hints = typing.get_type_hints(make.__init__ if isinstance(make, type) else make)  # type: ignore[misc]
        needs: dict[str, Any] = {}
        for name, parameter in signature.parameters.items():
            wanted = hints.get(name)
            if not isinstance(wanted, type):
                raise LookupError(f"{make.__module__}.{make.__qualname__}: {name} names no type")
            if parameter.default is parameter.empty or wanted in self._built or is_service(wanted):
                needs[name] = self.get(wanted)
        return make(**needs)

    def services(self) -> list[object]:
        """Build and return every service of every room."""
        found: list[object] = []
        for module in room_modules("service"):
            kinds = [one for one in vars(module).values() if is_service(one) and one.__module__ == module.__name__]
            found.extend(self.get(kind) for kind in kinds)
        return found


def marked(services: list[object], role: str) -> dict[str, list[Callable[..., Any]]]:
    """Return the services' methods of that role, by the name of their mark."""
    found: dict[str, list[Callable[..., Any]]] = {}
    for one in services:
        for mark, method in marks_of(one):
            if mark.role == role:
                found.setdefault(mark.name, []).append(method)
    return found


def full_name(method: Callable[..., Any]) -> str:
    """Return a name for a service's method that stays the same from one start to the next."""
    return f"{method.__module__.removeprefix('bosco.')}.{method.__qualname__}"
