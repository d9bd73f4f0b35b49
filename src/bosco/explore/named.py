"""The measures that a query names, and a query for a measure whose name PromQL could not read."""

import re
from collections.abc import Iterator

from bosco.explore.drawn import shown_text
from bosco.promql.source import NAME
from bosco.promql.tree import Aggregate, Binary, Call, Negative, Node, Selector, Subquery, Window

_PLAIN = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)


def measures_in(node: Node) -> Iterator[str]:
    """Return the name of every measure that a query reads."""
    match node:
        case Selector():
            yield from (one.value for one in node.matchers if one.name == NAME and one.op == "=")
        case Window() | Subquery() | Negative():
            yield from measures_in(node.of)
        case Aggregate():
            yield from measures_in(node.of)
            if node.param is not None:
                yield from measures_in(node.param)
        case Binary():
            yield from measures_in(node.left)
            yield from measures_in(node.right)
        case Call():
            for arg in node.args:
                yield from measures_in(arg)


def query_for(measure: str) -> str:
    """Return the query that shows a measure."""
    return measure if _PLAIN.fullmatch(measure) else f"{{{NAME}={shown_text(measure)}}}"
