"""What a query says, as a tree: durations and instants in whole milliseconds, parentheses gone."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, Union

from bosco.promql.source import Matcher

At: TypeAlias = int | Literal["start", "end"] | None
Card = Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True, slots=True)
class Selector:
    """`name{label="value"} offset 5m @ 1600000000`."""

    matchers: tuple[Matcher, ...]
    offset: int = 0
    at: At = None


@dataclass(frozen=True, slots=True)
class Window:
    """`selector[5m]`."""

    of: Selector
    span: int


@dataclass(frozen=True, slots=True)
class Subquery:
    """`query[1h:1m]`; without a step, the default one."""

    of: "Node"
    span: int
    step: int | None = None
    offset: int = 0
    at: At = None


@dataclass(frozen=True, slots=True)
class Call:
    """`function(…)`."""

    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`sum by (label) (…)`; what is not `without` is `by`, if only by nothing."""

    op: str
    of: "Node"
    param: Union["Node", None] = None
    labels: tuple[str, ...] = ()
    without: bool = False


@dataclass(frozen=True, slots=True)
class Matching:
    """Which rows of two sides belong together, and which labels the `one` side lends."""

    card: Card = "one-to-one"
    on: bool = False
    labels: tuple[str, ...] = ()
    lent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`; `as_number` is the word `bool`."""

    op: str
    left: "Node"
    right: "Node"
    as_number: bool = False
    matching: Matching = Matching()


@dataclass(frozen=True, slots=True)
class Negative:
    """`-query`."""

    of: "Node"


Node: TypeAlias = Number | Text | Selector | Window | Subquery | Call | Aggregate | Binary | Negative

# Their answer depends on the step even if what they are given does not.
_OF_THE_STEP = frozenset(
    [
        "days_in_month",
        "day_of_month",
        "day_of_week",
        "day_of_year",
        "hour",
        "minute",
        "month",
        "year",
        "predict_linear",
        "time",
        "timestamp",
    ]
)


def is_fixed(node: Node) -> bool:
    """Say whether a query has the same answer at every step, because `@` nails it down."""
    match node:
        case Number() | Text():
            return True
        case Selector() | Subquery():
            return node.at is not None
        case Window() | Aggregate() | Negative():
            return is_fixed(node.of)
        case Call():
            return node.name not in _OF_THE_STEP and all(is_fixed(arg) for arg in node.args)
        case Binary():
            return is_fixed(node.left) and is_fixed(node.right)
