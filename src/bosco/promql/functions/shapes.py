"""From rows to a number and back, what is not there, and the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bosco.promql.absent import labels_of_absence
from bosco.promql.tree import Call, Text
from bosco.promql.vector import Scalar, Vector, empty, key_of

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid


def _scalar(run: Evaluation, call: Call, grid: Grid) -> Scalar:
    vector = run.vector(call.args[0], grid)
    alone = vector.present.sum(axis=0) == 1
    values = np.where(vector.present, vector.values, 0.0)
    with np.errstate(all="ignore"):
        return Scalar(np.where(alone, values.sum(axis=0), np.nan))


def _vector(run: Evaluation, call: Call, grid: Grid) -> Vector:
    values = run.scalar(call.args[0], grid)
    return Vector([{}], values[None, :], np.ones((1, grid.count), dtype=bool))


def _absent(run: Evaluation, call: Call, grid: Grid) -> Vector:
    there = run.vector(call.args[0], grid).anyone
    if there.all():
        return empty(grid.count)
    return Vector([labels_of_absence(call.args[0])], np.ones((1, grid.count)), ~there[None, :])


def _sorted(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    if grid.count != 1:
        # Rows over many steps have no order by value: answers put them in the order of their labels.
        return vector
    values = vector.values[:, 0]
    return vector.rows(np.lexsort((-values if call.name == "sort_desc" else values, np.isnan(values))))


def _sorted_by_label(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    names = [arg.value for arg in call.args[1:] if isinstance(arg, Text)]

    def order(row: int) -> object:
        labels = vector.labels[row]
        return [natural(labels.get(name, "")) for name in names], key_of(labels)

    rows = sorted(range(len(vector.labels)), key=order, reverse=call.name == "sort_by_label_desc")  # type: ignore[arg-type]
    return vector.rows(rows)


def natural(text: str) -> list[tuple[int, int, str]]:
    """Return a key by which `node2` comes before `node10`."""
    parts: list[tuple[int, int, str]] = []
    word = ""
    for sign in text + "\0":
        if word and (sign == "\0" or sign.isdecimal() != word[-1].isdecimal()):
            parts.append((0, int(word), "") if word.isdecimal() else (1, 0, word))
            word = ""
        word += sign
    return parts


FUNCTIONS = {
    "scalar": _scalar,
    "vector": _vector,
    "absent": _absent,
    "sort": _sorted,
    "sort_desc": _sorted,
    "sort_by_label": _sorted_by_label,
    "sort_by_label_desc": _sorted_by_label,
}
