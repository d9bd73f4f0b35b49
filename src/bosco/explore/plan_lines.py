"""A query as lines of the plan: a signal with its source, and the levels that it is held against."""

import json
import math
import re

from bosco.explore.named import measures_in
from bosco.promql.tree import Aggregate, Call, Node

_TRIVIAL = frozenset(["sum", "avg", "last_over_time", "sort", "sort_desc"])
# How far above the most that was seen a level begins.
_WARNING, _CRITICAL = 1.2, 1.5


def plan_lines(query: str, tree: Node, most: float | None, unit: str, known: bool) -> str:
    """Return the lines; a measure that the plan can name already needs no signal."""
    name = signal_name(tree)
    lines = []
    if not known:
        lines += ["signals:", f"  {name}:", f"    promql: {json.dumps(query, ensure_ascii=False)}"]
        if unit:
            lines.append(f"    unit: {json.dumps(unit, ensure_ascii=False)}")
    lines += ["supervision:", "  application:"]
    levels = f'{{warning: "> {_above(most, _WARNING)}", critical: "> {_above(most, _CRITICAL)}"}}'
    lines.append(f"    - {name}: {levels}")
    return "\n".join(lines)


def signal_name(tree: Node) -> str:
    """Return a name for what a query computes: its measure, and what is done with it."""
    names = list(dict.fromkeys(measures_in(tree)))
    words = [*names[:2], *_doings(tree)][:4]
    name = re.sub(r"[^\w.-]+", "_", "_".join(words)).strip("_.-")[:80]
    return name or "measure"


def _doings(tree: Node) -> list[str]:
    match tree:
        case Aggregate():
            return [*_doings(tree.of), *([] if tree.op in _TRIVIAL else [tree.op])]
        case Call():
            inside = [word for arg in tree.args for word in _doings(arg)]
            word = tree.name.removesuffix("_over_time")
            return [*inside, *([] if tree.name in _TRIVIAL else [word])]
    return []


def _above(most: float | None, share: float) -> str:
    """Return a round number above what was seen."""
    if most is None or most <= 0 or not math.isfinite(most):
        return "1" if share < _CRITICAL else "2"
    wanted = most * share
    unit = 10.0 ** (math.floor(math.log10(wanted)) - 1)
    return f"{math.ceil(wanted / unit) * unit:.10g}"
