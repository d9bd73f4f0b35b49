"""What may stand where a reader is typing: measures, functions, labels of the measure, values of the label."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bosco.promql.known import FUNCTIONS
from bosco.promql.lexer import Sign, signs_of
from bosco.promql.parse import AGGREGATIONS

MOST = 40
_GROUPING = frozenset(["by", "without", "on", "ignoring", "group_left", "group_right"])
_WORD = re.compile(r"[\w:.]*$")

Kind = Literal["name", "label", "value"]


@dataclass(frozen=True)
class Spot:
    """Where somebody types: what may stand there, from where on, and what was typed of it so far."""

    kind: Kind
    begins: int
    typed: str
    measure: str | None = None
    label: str = ""


def spot_of(text: str, place: int) -> Spot:
    """Say what may stand at a place of a query."""
    before = text[:place]
    signs = signs_of(before)
    inside = _open_text(signs)
    if inside is not None:
        return _in_text(signs, inside, before)
    found = _WORD.search(before)
    typed = found.group() if found else ""
    begins = len(before) - len(typed)
    signs = [sign for sign in signs if sign.place < begins]
    opened = _opened(signs)
    if opened is not None and signs[opened].text == "{":
        return Spot("label", begins, typed, _measure_before(signs, opened))
    if opened is not None and opened and signs[opened - 1].text.lower() in _GROUPING:
        return Spot("label", begins, typed)
    return Spot("name", begins, typed)


def _open_text(signs: Sequence[Sign]) -> int | None:
    # A quote that never closes is cut off as a mark of its own.
    return next((place for place, sign in enumerate(signs) if sign.kind == "mark" and sign.text in "\"'`"), None)


def _in_text(signs: Sequence[Sign], quote: int, before: str) -> Spot:
    begins = signs[quote].end
    typed = before[begins:]
    signs = signs[:quote]
    opened = _opened(signs)
    is_value = opened is not None and signs[opened].text == "{" and len(signs) > opened + 2
    if not is_value or signs[-1].text not in {"=", "!=", "=~", "!~"}:
        return Spot("value", begins, typed)
    assert opened is not None
    return Spot("value", begins, typed, _measure_before(signs, opened), signs[-2].text)


def _opened(signs: Sequence[Sign]) -> int | None:
    """Return which parenthesis or brace the end stands in."""
    open_ones: list[int] = []
    for place, sign in enumerate(signs):
        if sign.kind == "mark" and sign.text in "({[":
            open_ones.append(place)
        elif sign.kind == "mark" and sign.text in ")}]" and open_ones:
            open_ones.pop()
    return open_ones[-1] if open_ones else None


def _measure_before(signs: Sequence[Sign], opened: int) -> str | None:
    return signs[opened - 1].text if opened and signs[opened - 1].kind == "word" else None


def matching(typed: str, known: Iterable[str]) -> list[str]:
    """Return the known words that were probably meant: those that begin like it first, then those that hold it."""
    wanted = typed.casefold()
    begin, hold = [], []
    for word in known:
        folded = word.casefold()
        if folded.startswith(wanted):
            begin.append(word)
        elif wanted and wanted in folded:
            hold.append(word)
    return [*sorted(begin)[:MOST], *sorted(hold)[:MOST]][:MOST]


def words_of_the_language() -> list[str]:
    """Return every function and aggregation."""
    return sorted({*FUNCTIONS, *AGGREGATIONS})
