"""What Pydantic refuses, told in our words, at the place where it was typed."""

import re
from dataclasses import dataclass
from typing import Any

from bosco.kit.words import Message, msg
from bosco.plan.finding import Finding
from bosco.plan.ledger import Ledger, nearest
from bosco.plan.section import Path
from bosco.plan.strict import NO_CHOICE, SHAPE
from bosco.plan.yaml_tree import Node

_KEY = "[key]"
_SHOWN = 80
_LISTED = 14


@dataclass
class Spot:
    """Where the path of a mistake leads: the deepest value that was really typed, and what stands around it."""

    node: Node
    key: Node | None
    parent: Node | None
    path: Path
    at_key: bool = False


def follow(node: Node, loc: Path, key: Node | None = None, start: Path = ()) -> Spot:
    """Follow a path as far as something was typed."""
    spot = Spot(node, key, None, start)
    for step in loc:
        if isinstance(step, str) and step.startswith(SHAPE):
            continue
        if step == _KEY:
            spot.at_key = True
        elif spot.node.inner is not None and spot.node.keys is not None and step in spot.node.inner:
            inner = str(step)
            spot = Spot(spot.node.inner[inner], spot.node.keys[inner], spot.node, (*spot.path, inner))
        elif spot.node.items is not None and isinstance(step, int) and step < len(spot.node.items):
            spot = Spot(spot.node.items[step], None, spot.node, (*spot.path, step))
        else:
            break
    return spot


def finding(error: Any, node: Node, key: Node | None, start: Path, ledger: Ledger) -> Finding:
    """Return one refusal of Pydantic as a finding."""
    spot = follow(node, error["loc"], key, start)
    told = _tell(error, spot, ledger)
    place = spot.node
    if (told.at_key or spot.at_key) and spot.key is not None:
        place = spot.key
    if told.inner_key and spot.node.inner and spot.node.keys and told.inner_key in spot.node.inner:
        value = spot.node.inner[told.inner_key]
        place = spot.node.keys[told.inner_key] if told.of_word or value.data is None else value
    where = place.where
    return Finding(where.file, where.line, where.column, told.says, told.expected, told.nearest, spot.path, told.hint)


@dataclass
class _Told:
    says: Message
    expected: Message | None = None
    nearest: str | None = None
    hint: Message | None = None
    at_key: bool = False
    inner_key: str | None = None
    of_word: bool = False


def _tell(error: Any, spot: Spot, ledger: Ledger) -> _Told:
    kind: str = error["type"]
    context: dict[str, Any] = error.get("ctx") or {}
    if kind == "extra_forbidden":
        return _unknown_word(spot, ledger)
    if kind == "missing":
        return _Told(msg("{word} is missing", word=error["loc"][-1]), at_key=True)
    if kind in ("value_error", "assertion_error"):
        return _own(context.get("error"), spot)
    if kind in ("literal_error", "enum"):
        words = re.findall(r"'([^']*)'", context.get("expected", "")) or [context.get("expected", "")]
        return _not_one_of(spot, words)
    if kind == NO_CHOICE:
        return _no_choice(spot, context)
    if kind in _LIMITS:
        limit = next((value for name, value in context.items() if name in _LIMIT_NAMES), "")
        return _Told(msg("{found} is out of bounds", found=found(spot.node)), msg(_LIMITS[kind], limit=limit))
    expected = next((what for ending, what in _EXPECTED if kind.endswith(ending) or kind.startswith(ending)), None)
    return _Told(msg("{found} does not fit here", found=found(spot.node)), expected)


_LIMIT_NAMES = {"gt", "ge", "lt", "le", "min_length", "max_length", "multiple_of"}
_LIMITS = {
    "greater_than": msg("more than {limit}").text,
    "greater_than_equal": msg("at least {limit}").text,
    "less_than": msg("less than {limit}").text,
    "less_than_equal": msg("at most {limit}").text,
    "multiple_of": msg("a multiple of {limit}").text,
    "too_short": msg("at least {limit} entries").text,
    "too_long": msg("at most {limit} entries").text,
    "string_too_short": msg("at least {limit} characters").text,
    "string_too_long": msg("at most {limit} characters").text,
}
_MAPPING = msg("names with their values")
_LIST = msg("a list")
_TEXT = msg("a text")
_EXPECTED = (
    ("string_type", _TEXT),
    ("model_type", _MAPPING),
    ("model_attributes_type", _MAPPING),
    ("dict_type", _MAPPING),
    ("mapping_type", _MAPPING),
    ("list_type", _LIST),
    ("tuple_type", _LIST),
    ("set_type", _LIST),
    ("bool_", msg("yes or no")),
    ("int_", msg("a whole number")),
    ("float_", msg("a number such as 12 or 2.5")),
    ("date_", msg("a date such as 2026-03-31")),
    ("time_", msg("a time such as 09:00")),
    ("union_tag", _MAPPING),
)


def found(node: Node) -> Message | str:
    """Return what was typed, in a word or two."""
    if node.inner is not None:
        return msg("a mapping")
    if node.items is not None:
        return _LIST
    if node.data is None:
        return msg("nothing")
    text = str(node.data)
    return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"


def _unknown_word(spot: Spot, ledger: Ledger) -> _Told:
    word = str(spot.path[-1])
    known = ledger.words.get(id(spot.parent.data), ()) if spot.parent else ()
    taken = spot.parent.data if spot.parent else {}
    free = [one for one in known if one not in taken]
    near = nearest(word, free) or nearest(word, known)
    if spot.node.data is None and " " in word and not near:
        # `{promise: Three copies, two places}`: the comma has cut a text in two.
        says = msg("“{word}” is a name without a value here", word=word[:_SHOWN])
        return _Told(says, msg("quotes around a text that holds a comma"), at_key=True)
    listed = msg("one of {names}", names=", ".join(free)) if not near and 0 < len(free) <= _LISTED else None
    return _Told(msg("“{word}” is not known here", word=word[:_SHOWN]), listed, near, at_key=True)


def _own(error: Any, spot: Spot) -> _Told:
    """Tell what one of our own readers said."""
    says = getattr(error, "says", None)
    if not isinstance(says, Message):
        says = next((part for part in getattr(error, "args", ()) if isinstance(part, Message)), None)
        says = says or msg("{found} does not fit here", found=found(spot.node))
    return _Told(
        says,
        getattr(error, "expected", None),
        getattr(error, "nearest", None),
        getattr(error, "hint", None),
        at_key=getattr(error, "key", None) == "",
        inner_key=getattr(error, "key", None),
        of_word=getattr(error, "of_word", False),
    )


def _not_one_of(spot: Spot, words: list[str]) -> _Told:
    near = nearest(spot.node.data, words) if isinstance(spot.node.data, str) else None
    expected = (
        msg("one of {names}", names=", ".join(words)) if len(words) > 1 else msg("the word {word}", word=words[0])
    )
    return _Told(msg("{found} is not known here", found=found(spot.node)), expected, near)


_CALLED = {
    "int": msg("a whole number"),
    "float": msg("a number such as 12 or 2.5"),
    "bool": msg("yes or no"),
    "timedelta": msg("a duration such as 30s, 5m, 2h, 3d, 1w or 1mo"),
    "str": _TEXT,
}


def _no_choice(spot: Spot, context: dict[str, Any]) -> _Told:
    choices = str(context.get("choices", "")).split("\n")
    words = [choice[1:-1] for choice in choices if choice.startswith("'")]
    near = nearest(spot.node.data, words) if isinstance(spot.node.data, str) else None
    named = [_CALLED[choice] for choice in choices if choice in _CALLED]
    expected: Message | None = None
    for one in [*named, *(msg("the word {word}", word=word) for word in words)]:
        expected = msg("{some} or {last}", some=expected, last=one) if expected else one
    return _Told(msg("{found} does not fit here", found=found(spot.node)), expected, near)
