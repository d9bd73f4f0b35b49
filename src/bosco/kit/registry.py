"""A folder of plug-ins is its own list: the file name is the word in the plan."""

import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def kinds(folder: ModuleType, base: type[T]) -> dict[str, type[T]]:
    """Return the one class of each file of the folder that extends `base`, under the file's name.

    A file that holds none, or two, stops the start and names itself.
    """
    found: dict[str, type[T]] = {}
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        full_name = f"{folder.__name__}.{module.name}"
        loaded = importlib.import_module(full_name)
        held = [
            thing
            for thing in vars(loaded).values()
            if inspect.isclass(thing)
            and issubclass(thing, base)
            and thing is not base
            and thing.__module__ == full_name
        ]
        if len(held) != 1:
            raise ImportError(f"{full_name} must hold exactly one {base.__name__}, it holds {len(held)}")
        # A word of the plan that Python keeps for itself is written with a closing underscore.
        found[module.name.rstrip("_").replace("_", "-")] = held[0]
    return found
