"""New labels out of old ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bosco.kit.words import msg
from bosco.promql.pattern import groups_of
from bosco.promql.refusals import failed
from bosco.promql.same import one_of_each
from bosco.promql.source import Labels
from bosco.promql.tree import Call, Text
from bosco.promql.vector import Vector

if TYPE_CHECKING:
    from bosco.promql.evaluation import Evaluation
    from bosco.promql.grid import Grid

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
# `$1`, `${1}`, `$name`, `${name}`, and `$$` for the sign itself.
_REFERENCE = re.compile(r"\$(?:(?P<sign>\$)|(?P<bare>\w+)|\{(?P<braced>\w+)\})", re.ASCII)


def _text(call: Call, number: int) -> str:
    arg = call.args[number]
    assert isinstance(arg, Text)
    return arg.value


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise failed(msg("“{name}” is not a name for a label.", name=name[:80]))
    return name


def _with(labels: Labels, name: str, value: str) -> Labels:
    kept = {one: text for one, text in labels.items() if one != name}
    return {**kept, name: value} if value else kept


def _replace(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    target, template, origin, pattern = (_text(call, number) for number in range(1, 5))
    _checked(target)
    values = [labels.get(origin, "") for labels in vector.labels]
    found = groups_of(pattern, set(values))

    def filled(groups: dict[str, str]) -> str:
        def put(reference: re.Match[str]) -> str:
            if reference["sign"]:
                return "$"
            return groups.get(reference["bare"] or reference["braced"], "")

        return _REFERENCE.sub(put, template)

    texts = {value: filled(groups) for value, groups in found.items()}
    labels = [
        _with(one, target, texts[value]) if value in texts else one
        for one, value in zip(vector.labels, values, strict=True)
    ]
    return one_of_each(Vector(labels, vector.values, vector.present))


def _join(run: Evaluation, call: Call, grid: Grid) -> Vector:
    vector = run.vector(call.args[0], grid)
    target, between = _checked(_text(call, 1)), _text(call, 2)
    origins = [_checked(_text(call, number)) for number in range(3, len(call.args))]
    labels = [_with(one, target, between.join(one.get(name, "") for name in origins)) for one in vector.labels]
    return one_of_each(Vector(labels, vector.values, vector.present))


FUNCTIONS = {"label_replace": _replace, "label_join": _join}
