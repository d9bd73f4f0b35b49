"""How functions make new rows of old ones: the same change for all, names dropped where Prometheus drops them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from bosco.promql.same import one_of_each
from bosco.promql.source import Values
from bosco.promql.tree import Node
from bosco.promql.vector import Mask, Vector, empty, nameless
from bosco.promql.windows import Windows

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid


def over_windows(
    run: Evaluation,
    node: Node,
    grid: Grid,
    taken: Callable[[Windows], tuple[Values, Mask]],
    named: bool = False,
) -> Vector:
    """Take something of every window: the values, and where there is one."""
    labels, values, present = [], [], []
    for windows in run.windows(node, grid):
        with np.errstate(all="ignore"):
            found, there = taken(windows)
        some: Mask = np.logical_or.reduce(there, axis=1)
        if not some.all():
            found, there = found[some], there[some]
        labels += [one if named else nameless(one) for one, kept in zip(windows.labels, some, strict=True) if kept]
        values.append(found)
        present.append(there)
    if not labels:
        return empty(grid.count)
    return one_of_each(Vector(labels, np.concatenate(values), np.concatenate(present)), ever=True)


def changed(vector: Vector, values: Values, present: Mask | None = None) -> Vector:
    """Return rows with new values, without their metric's name."""
    there = vector.present if present is None else present
    return one_of_each(Vector([nameless(one) for one in vector.labels], values, there))
