"""The labels of what is not there: those that the selector says exactly."""

from bosco.promql.source import NAME, Labels
from bosco.promql.tree import Node, Selector, Window


def labels_of_absence(node: Node) -> Labels:
    """Return the labels that the missing series would surely have."""
    selector = node.of if isinstance(node, Window) else node
    if not isinstance(selector, Selector):
        return {}
    found: dict[str, str] = {}
    said: set[str] = set()
    for matcher in selector.matchers:
        if matcher.name == NAME:
            continue
        # What is said twice, or not exactly, is not sure; in Prometheus's order of reading.
        if matcher.op == "=" and matcher.name not in said:
            said.add(matcher.name)
            found[matcher.name] = matcher.value
        else:
            found.pop(matcher.name, None)
    return {name: value for name, value in found.items() if value}
