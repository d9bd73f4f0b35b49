"""How a query is refused: in Prometheus's three kinds, with the place in the text where that is known."""

from dataclasses import dataclass
from typing import Literal

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, msg

Trouble = Literal["bad_data", "execution", "timeout"]


@dataclass(eq=False)
class QueryRefusal(Refusal):
    """A query that is not answered: it is wrong (`bad_data`), cannot be computed (`execution`), or takes too long."""

    trouble: Trouble = "bad_data"
    # Where in the text, counted in characters from 0.
    place: int | None = None


def wrong(says: Message, place: int | None = None, hint: Message | None = None) -> QueryRefusal:
    """Refuse a query that cannot be meant."""
    return QueryRefusal(Code.INVALID, says, hint, place=place)


def not_covered(what: str, place: int | None = None) -> QueryRefusal:
    """Refuse by name what Bosco does not compute."""
    return QueryRefusal(Code.INVALID, msg("Bosco does not compute “{what}”.", what=what), place=place)


def failed(says: Message) -> QueryRefusal:
    """Refuse a query whose data does not allow an answer."""
    return QueryRefusal(Code.INVALID, says, trouble="execution")


def too_much(says: Message, hint: Message) -> QueryRefusal:
    """Refuse a query that asks for more than may be held at once."""
    return QueryRefusal(Code.INVALID, says, hint, trouble="execution")


def too_long(seconds: float) -> QueryRefusal:
    """Refuse a query that has run out of its time."""
    return QueryRefusal(
        Code.UNAVAILABLE,
        msg("The query did not end within {seconds} s.", seconds=f"{seconds:g}"),
        msg("Ask for fewer series, a shorter span or a longer step."),
        trouble="timeout",
    )
