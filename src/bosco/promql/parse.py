"""From the text of a query to its tree; what cannot be meant, or is not covered, is refused with its place."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import promql_parser as parser

from bosco.kit.words import msg
from bosco.promql.known import FUNCTIONS
from bosco.promql.lexer import Sign, bounded
from bosco.promql.place import place_of
from bosco.promql.refusals import QueryRefusal, not_covered, wrong
from bosco.promql.source import NAME, Matcher, Op
from bosco.promql.tree import (
    Aggregate,
    At,
    Binary,
    Call,
    Card,
    Matching,
    Negative,
    Node,
    Number,
    Selector,
    Subquery,
    Text,
    Window,
)

_MATRIX, _SCALAR, _VECTOR = parser.ValueType.Matrix, parser.ValueType.Scalar, parser.ValueType.Vector
# The name of this function up to Prometheus 2; it has a new one since.
parser.register_extra_functions([parser.Function("holt_winters", [_MATRIX, _SCALAR, _SCALAR], _VECTOR)])

# A thousand years: nothing is kept so long, and sums of such spans still fit.
LONGEST_SPAN = timedelta(days=365_000)
_LATEST = 4_102_444_800_000 * 100
AGGREGATIONS = frozenset(
    ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values"]
)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be computed."""

    text: str
    tree: Node


@lru_cache(maxsize=20_000)
def parse(text: str) -> Query:
    """Read a query, or refuse it; what was read once is kept."""
    signs = bounded(text)
    for sign, following in pairwise(signs):
        if sign.text == "@" and following.text == "-":
            raise wrong(msg("Nothing was before 1970."), following.place)
    try:
        return Query(text, _Reading(signs).node(parser.parse(text)))
    except QueryRefusal:
        raise
    except ValueError as error:
        says = str(error).splitlines()[0][:300]
        place = place_of(signs, says, _complaint, text)
        raise wrong(_in_words(says, place, text), place) from error
    except Exception as error:
        raise wrong(msg("The query cannot be read.")) from error
    except BaseException as error:
        # Rust's panics are no exceptions for Python; one of them must not end the process.
        if type(error).__name__ == "PanicException":
            raise wrong(msg("The query cannot be read.")) from error
        raise


def _complaint(text: str) -> str | None:
    try:
        parser.parse(text)
    except ValueError as error:
        return str(error)
    return None


def _in_words(says: str, place: int | None, text: str) -> Any:
    if says != "invalid promql query":
        return msg("The query cannot be read: {why}.", why=says)
    if place is None or place >= len(text):
        return msg("The query cannot be read: it breaks off.")
    found = text[place:].split(maxsplit=1)[0][:40]
    return msg("The query cannot be read: “{found}” was not expected here.", found=found)


class _Reading:
    """Turns the parser's tree into ours."""

    def __init__(self, signs: list[Sign]) -> None:
        self._signs = signs

    def node(self, found: Any) -> Node:  # noqa: PLR0911 - one for each kind of node
        """Return one part and all below it."""
        match found:
            case parser.ParenExpr():
                return self.node(found.expr)
            case parser.NumberLiteral():
                return Number(float(found.val))
            case parser.StringLiteral():
                return Text(found.val)
            case parser.VectorSelector():
                return self._selector(found)
            case parser.MatrixSelector():
                return Window(self._selector(found.vector_selector), self._span(found.range))
            case parser.SubqueryExpr():
                step = None if found.step is None else self._span(found.step)
                offset, at = self._offset(found.offset), _at(found.at)
                return Subquery(self.node(found.expr), self._span(found.range), step, offset, at)
            case parser.UnaryExpr():
                return Negative(self.node(found.expr))
            case parser.AggregateExpr():
                return self._aggregate(found)
            case parser.BinaryExpr():
                return self._binary(found)
            case parser.Call():
                return self._call(found)
        raise not_covered(type(found).__name__)

    def _selector(self, found: Any) -> Selector:
        if found.matchers.or_matchers:
            raise not_covered("or", self._place("or"))
        matchers = [Matcher(one.name, _op(one.op), one.value) for one in found.matchers.matchers]
        if found.name:
            matchers.insert(0, Matcher(NAME, "=", found.name))
        return Selector(tuple(matchers), self._offset(found.offset), _at(found.at))

    def _aggregate(self, found: Any) -> Aggregate:
        op = str(found.op)
        if op not in AGGREGATIONS:
            raise not_covered(op, self._place(op))
        by = found.modifier
        without = by is not None and by.type == parser.AggModifierType.Without
        param = None if found.param is None else self.node(found.param)
        return Aggregate(op, self.node(found.expr), param, tuple(by.labels) if by else (), without)

    def _binary(self, found: Any) -> Binary:
        op, how = str(found.op).strip(), found.modifier
        left, right = self.node(found.lhs), self.node(found.rhs)
        if how is None:
            card: Card = "many-to-many" if op in {"and", "or", "unless"} else "one-to-one"
            return Binary(op, left, right, False, Matching(card))
        filled = how.fill_values
        if filled is not None and (filled.lhs is not None or filled.rhs is not None):
            raise not_covered("fill", self._place("fill"))
        on = how.matching is not None and how.matching.type == parser.LabelModifierType.Include
        labels = tuple(how.matching.labels) if how.matching else ()
        matching = Matching(_card(how.card), on, labels, tuple(how.group_labels or ()))
        if op in {"and", "or", "unless"}:
            matching = Matching("many-to-many", on, labels)
        return Binary(op, left, right, bool(how.return_bool), matching)

    def _call(self, found: Any) -> Call:
        name = found.func.name
        if name not in FUNCTIONS:
            raise not_covered(f"{name}()", self._place(name))
        return Call(name, tuple(self.node(arg) for arg in found.args))

    def _span(self, span: timedelta | None) -> int:
        if span is None or not timedelta(milliseconds=1) <= span <= LONGEST_SPAN:
            raise wrong(msg("A duration is at least a millisecond and at most a thousand years."))
        return span // timedelta(milliseconds=1)

    def _offset(self, offset: timedelta | None) -> int:
        if offset is None:
            return 0
        if abs(offset) > LONGEST_SPAN:
            raise wrong(msg("A duration is at least a millisecond and at most a thousand years."))
        return offset // timedelta(milliseconds=1)

    def _place(self, word: str) -> int | None:
        return next((sign.place for sign in self._signs if sign.text.lower() == word), None)


def _op(op: Any) -> Op:
    if op == parser.MatchOp.Equal:
        return "="
    if op == parser.MatchOp.NotEqual:
        return "!="
    return "=~" if op == parser.MatchOp.Re else "!~"


def _card(card: Any) -> Card:
    if card == parser.VectorMatchCardinality.OneToOne:
        return "one-to-one"
    return "many-to-one" if card == parser.VectorMatchCardinality.ManyToOne else "one-to-many"


def _at(at: Any) -> At:
    if at is None:
        return None
    if at.type == parser.AtModifierType.Start:
        return "start"
    if at.type == parser.AtModifierType.End:
        return "end"
    # Its written form: the instant itself does not survive the way through every kind of date.
    instant = round(float(str(at).removeprefix("@").strip()) * 1000)
    if instant > _LATEST:
        raise wrong(msg("That instant is too far away."))
    return instant
