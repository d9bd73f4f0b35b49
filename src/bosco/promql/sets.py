"""`and`, `or`, `unless`: which rows stay, step by step."""

from collections.abc import Callable

import numpy as np

from bosco.promql.groups import Groups, dropped, picked, together
from bosco.promql.tree import Matching
from bosco.promql.vector import Mask, Vector


def _sides(left: Vector, right: Vector, matching: Matching) -> tuple[Groups, Groups]:
    kept = picked(matching.labels) if matching.on else dropped(matching.labels)
    return together(left.labels, right.labels, kept)


def _there(rows: Vector, groups: Groups) -> Mask:
    # Of each group and step: is any of these rows present?
    there = np.zeros((len(groups), rows.present.shape[1]), dtype=bool)
    np.logical_or.at(there, groups.of, rows.present)
    return there


def _and(left: Vector, right: Vector, matching: Matching) -> Vector:
    lefts, rights = _sides(left, right, matching)
    return Vector(left.labels, left.values, left.present & _there(right, rights)[lefts.of])


def _unless(left: Vector, right: Vector, matching: Matching) -> Vector:
    lefts, rights = _sides(left, right, matching)
    return Vector(left.labels, left.values, left.present & ~_there(right, rights)[lefts.of])


def _or(left: Vector, right: Vector, matching: Matching) -> Vector:
    lefts, rights = _sides(left, right, matching)
    more = right.present & ~_there(left, lefts)[rights.of]
    values, present = np.concatenate((left.values, right.values)), np.concatenate((left.present, more))
    return Vector([*left.labels, *right.labels], values, present)


SETS: dict[str, Callable[[Vector, Vector, Matching], Vector]] = {"and": _and, "or": _or, "unless": _unless}
