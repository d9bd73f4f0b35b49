"""Rows that have become alike: refused where two of them are present at once, else they are one row."""

import numpy as np

from bosco.kit.words import msg
from bosco.promql.refusals import QueryRefusal, failed
from bosco.promql.vector import Key, Vector, key_of


def alike() -> QueryRefusal:
    """Refuse an answer in which one set of labels would stand twice."""
    return failed(msg("Two rows would have the same labels: a vector cannot contain metrics with the same labelset."))


def one_of_each(vector: Vector, ever: bool = False) -> Vector:
    """Make rows with the same labels one; `ever` refuses them even if they never meet."""
    places: dict[Key, list[int]] = {}
    for row, labels in enumerate(vector.labels):
        places.setdefault(key_of(labels), []).append(row)
    if len(places) == len(vector.labels):
        return vector
    if ever:
        some = vector.ever
        places = {key: kept for key, rows in places.items() if (kept := [row for row in rows if some[row]])}
        if any(len(rows) > 1 for rows in places.values()):
            raise alike()
        return vector.rows([rows[0] for rows in places.values()])
    values, present = [], []
    for rows in places.values():
        if (vector.present[rows].sum(axis=0) > 1).any():
            raise alike()
        present.append(vector.present[rows].any(axis=0))
        merged = vector.values[rows[0]]
        for row in rows[1:]:
            merged = np.where(vector.present[row], vector.values[row], merged)
        values.append(merged)
    return Vector([vector.labels[rows[0]] for rows in places.values()], np.array(values), np.array(present))
