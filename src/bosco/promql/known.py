"""All functions, found in the folder `functions`: each file lists its own."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from bosco.promql import functions

# A function takes the evaluation, its call and the grid, and returns a Scalar or a Vector.
Function = Callable[..., Any]


def _found() -> dict[str, Function]:
    known: dict[str, Function] = {}
    for module in sorted(pkgutil.iter_modules(functions.__path__), key=lambda module: module.name):
        known.update(importlib.import_module(f"{functions.__name__}.{module.name}").FUNCTIONS)
    return known


FUNCTIONS = _found()
