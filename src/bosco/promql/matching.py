"""Rows of two sides that belong together by their labels: one to one, or many to one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bosco.kit.words import Message, msg
from bosco.promql.groups import Groups, dropped, picked, together
from bosco.promql.refusals import failed
from bosco.promql.source import NAME, Labels, Values
from bosco.promql.tree import Binary, Matching
from bosco.promql.vector import Mask, Places, Vector, empty, key_of

# Takes the operator, both sides' values and `bool`; returns values, and which of them stay.
Worth = Callable[[str, Values, Values, bool], tuple[Values, Mask | None]]
# Comparisons keep the metric's name, and so does Prometheus 2 with `atan2`.
KEEPS_NAME = frozenset(["==", "!=", ">", "<", ">=", "<=", "atan2"])


def matched(left: Vector, right: Vector, node: Binary, worth: Worth, hold: Callable[[int], None]) -> Vector:
    """Compute an operator between the rows that match."""
    how, steps = node.matching, left.values.shape[1]
    if not left.labels or not right.labels:
        return empty(steps)
    swapped = how.card == "one-to-many"
    many, one = (right, left) if swapped else (left, right)
    # Where one side has nothing at all, nothing can be wrong either.
    open_steps = left.anyone & right.anyone
    kept = picked(how.labels) if how.on else dropped(how.labels)
    manys, ones = together(many.labels, one.labels, kept)
    _one_only(one, ones, open_steps, swapped)
    pairs = _pairs(manys.of, ones.of)
    if not len(pairs.many):
        return empty(steps)
    hold(len(pairs.many) * steps)
    present = many.present[pairs.many] & one.present[pairs.one]
    of_many, of_one = many.values[pairs.many], one.values[pairs.one]
    sides = (of_one, of_many) if swapped else (of_many, of_one)
    values, holds = worth(node.op, *sides, node.as_number)
    if holds is not None:
        present &= holds
    labels = [
        _labels(many.labels[row], one.labels[other], node)
        for row, other in zip(pairs.many.tolist(), pairs.one.tolist(), strict=True)
    ]
    _unique(present, manys.of[pairs.many], labels, how)
    return Vector(labels, values, present)


@dataclass(slots=True)
class _Pairs:
    many: Places
    one: Places


def _pairs(manys: Places, ones: Places) -> _Pairs:
    # Each row with every row of the other side that has its labels: they take turns over time.
    order = np.argsort(ones, kind="stable")
    inside = ones[order]
    low, high = np.searchsorted(inside, manys, "left"), np.searchsorted(inside, manys, "right")
    counts = high - low
    rows = np.repeat(np.arange(len(manys)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return _Pairs(rows, order[np.repeat(low, counts) + within])


def _one_only(one: Vector, groups: Groups, open_steps: Mask, swapped: bool) -> None:
    if len(set(groups.of.tolist())) == len(groups.of):
        return
    there = np.zeros((len(groups), one.present.shape[1]), dtype=np.int32)
    np.add.at(there, groups.of, one.present & open_steps)
    twice = there > 1
    if not twice.any():
        return
    group = int(np.flatnonzero(twice.any(axis=1))[0])
    step = int(np.flatnonzero(twice[group])[0])
    found = [row for row in np.flatnonzero(groups.of == group).tolist() if one.present[row, step]]
    raise failed(
        msg(
            "Found duplicate series for the match group {group} on the {side}-hand side: {first}, {second}. "
            "Many-to-many matching is not allowed: matching labels must be unique on one side.",
            group=written(groups.labels[group]),
            side=_side(swapped),
            first=written(one.labels[found[0]]),
            second=written(one.labels[found[1]]),
        )
    )


def _side(swapped: bool) -> Message:
    return msg("left") if swapped else msg("right")


def written(labels: Labels) -> str:
    """Write labels as in a selector."""
    inside = ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items()) if name != NAME)
    return f"{labels.get(NAME, '')}{{{inside}}}"


def _labels(many: Labels, one: Labels, node: Binary) -> Labels:
    how = node.matching
    found = dict(many)
    if node.op not in KEEPS_NAME or node.as_number:
        found.pop(NAME, None)
    if how.card == "one-to-one":
        if how.on:
            found = {name: found[name] for name in how.labels if name in found}
        else:
            for name in how.labels:
                found.pop(name, None)
    for name in how.lent:
        if value := one.get(name):
            found[name] = value
        else:
            found.pop(name, None)
    return found


def _unique(present: Mask, groups: Places, labels: Sequence[Labels], how: Matching) -> None:
    if how.card == "one-to-one":
        keys: list[object] = groups.tolist()
    else:
        keys = [(group, key_of(one)) for group, one in zip(groups.tolist(), labels, strict=True)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    if len(numbers) == len(keys):
        return
    there = np.zeros((len(numbers), present.shape[1]), dtype=np.int32)
    np.add.at(there, [numbers[key] for key in keys], present)
    if (there > 1).any():
        if how.card == "one-to-one":
            raise failed(
                msg("Multiple matches for labels: many-to-one matching must be explicit (group_left, group_right).")
            )
        raise failed(msg("Multiple matches for labels: grouping labels must ensure unique matches."))
