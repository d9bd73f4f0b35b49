"""The unit that the answer to a query comes in, where that is sure."""

from collections.abc import Callable

from bosco.promql.source import NAME
from bosco.promql.tree import Aggregate, Call, Negative, Node, Number, Selector, Subquery, Window

_SAME = frozenset(
    ["abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max", "sort", "sort_desc", "delta", "idelta"]
    + ["label_replace", "label_join", "increase", "predict_linear"]
    + [f"{how}_over_time" for how in ("avg", "min", "max", "sum", "last", "quantile", "stddev")]
)
_EACH_SECOND = frozenset(["rate", "irate", "deriv"])
_FOLDS = frozenset(["sum", "avg", "min", "max", "topk", "bottomk", "quantile", "stddev"])


def unit_of_query(node: Node, unit: Callable[[str], str]) -> str:
    """Return the unit, empty where it is not sure; `unit` tells that of a metric."""
    match node:
        case Selector():
            named = [one.value for one in node.matchers if one.name == NAME and one.op == "="]
            return unit(named[0]) if len(named) == 1 else ""
        case Window() | Subquery() | Negative():
            return unit_of_query(node.of, unit)
        case Aggregate():
            return unit_of_query(node.of, unit) if node.op in _FOLDS else ""
        case Call():
            return _of_call(node, unit)
    return ""


def _of_call(node: Call, unit: Callable[[str], str]) -> str:
    given = [arg for arg in node.args if isinstance(arg, Selector | Window | Subquery | Aggregate | Call)]
    if len(given) != 1 or any(isinstance(arg, Number) for arg in given):
        return ""
    inside = unit_of_query(given[0], unit)
    if node.name in _EACH_SECOND:
        return f"{inside}/s" if inside else ""
    return inside if node.name in _SAME else ""
