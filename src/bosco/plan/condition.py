"""Conditions as the plan writes them: what a measure is held against."""

import re
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, Literal

from bosco.kit.numbers import NUMBER, SPACES, Unreadable
from bosco.kit.units import SPAN_OF, Quantity, convert, read_duration, read_quantity
from bosco.kit.words import msg
from bosco.plan.against_normal import Change, OfNormal
from bosco.plan.compared import Between, Compare, Level
from bosco.plan.graded import GRADE_OF, SEVERITY_OF, Grade, Worded
from bosco.plan.happened import Happened, Held, Nothing, Stagnation
from bosco.plan.ledger import UnknownName
from bosco.plan.seen import Condition, Direction, Normal, Seen, Verdict
from bosco.plan.spelling import not_known, plain

__all__ = [
    "Between",
    "Change",
    "Compare",
    "Condition",
    "Direction",
    "Grade",
    "Happened",
    "Held",
    "Level",
    "Normal",
    "Nothing",
    "OfNormal",
    "Seen",
    "Stagnation",
    "Verdict",
    "Worded",
    "as_target",
    "parse",
    "sustained",
]

LONGEST_TEXT = 200
_HAPPENED: dict[str, Literal["any", "detected"]] = {
    **dict.fromkeys(("any", "tout", "toute", "toute occurrence"), "any"),
    **dict.fromkeys(("detected", "detecte", "detectee"), "detected"),
}
_SIGN_SPELLINGS = {"≥": ">=", "⩾": ">=", "≤": "<=", "⩽": "<=", "≠": "!=", "<>": "!=", "=": "==", "=>": ">=", "=<": "<="}
_SIGN = re.compile(r"(>=|<=|=>|=<|==|!=|<>|>|<|=|≥|≤|⩾|⩽|≠)\s*(.*)")
_PERCENT = rf"({NUMBER})[{SPACES}]*%"
_NORMAL = re.compile(rf"{_PERCENT}\s+(?:of |du |de |de la )?(?:the |its |sa |son )?normale?")
_BASELINE = re.compile(
    rf"{_PERCENT}\s+(?:(?:of|vs|over|above|against|du|de la)\s+)?(?:the |its |sa |la )?(?:baseline|reference)"
)
_WAYS: dict[str, Literal["drop", "rise"]] = {
    **dict.fromkeys(("drop", "fall", "decrease", "baisse", "chute"), "drop"),
    **dict.fromkeys(("rise", "increase", "growth", "hausse", "augmentation"), "rise"),
}
_CHANGE = re.compile(
    rf"({'|'.join(_WAYS)})\s*(?:of |de )?(>=|>|≥)?\s*{_PERCENT}"
    r"(?:\s+(?:(?:vs|against|under|over|contre|par rapport a)\s+)?(?:the |its |sa |la )?"
    r"(?:baseline|reference|normale?))?"
)
_OVER_TIME = re.compile(
    r"(.*\S)\s+(?:sustained|maintenue?|for|during|over|pendant|durant|depuis|sur)(?:\s+(?:for|pendant))?\s+(\d.*)"
)
_STAGNATION = re.compile(
    r"(?:stagnation|stagne|no growth|sans croissance)(?:\s+(?:for|during|of|over|de|sur|pendant|depuis))?\s+(\d.*)"
)
_NOTHING = ("0", "nothing", "none", "zero", "rien", "aucun", "aucune")
_SEVERITY = re.compile(r"([a-z]+)\s?\+")
_RANGE = re.compile(rf"({NUMBER}[{SPACES}]*[^\d\s-]*)\s*(?:-|–|—|\bto\b|\bà\b)\s*({NUMBER}.*)")
_LIKE = msg("a condition such as {like}", like="> 50/min, < 30 days, >= 85%, 10-50, 70%, > 200% normal, any, medium+")

_OVER_TIME_LIKE = msg("{first} or {second}", first="stagnation 2 months", second="0 during 1 week")


def parse(value: Any) -> Condition:
    """Return the condition that the plan writes; what cannot be read is told with what was perhaps meant."""
    if isinstance(value, Condition):
        return value
    if value is None or isinstance(value, (bool, list, dict)):
        raise Unreadable(msg("“{text}” is not a condition", text=str(value)[:60]), expected=_LIKE)
    text = " ".join(str(value).split())
    if not text or len(text) > LONGEST_TEXT:
        raise Unreadable(msg("“{text}” is not a condition", text=text[:60]), expected=_LIKE)
    for read in (_over_time, _happened, _against_normal, _compared, _ordered, _between):
        found = read(text)
        if found is not None:
            return found
    return _level(text)


def as_target(condition: Condition) -> Condition:
    """Return the condition as a column that praises means it: a bare value is met from its good side."""
    return replace(condition, target=True) if isinstance(condition, (Level, Grade)) else condition


def sustained(condition: Condition) -> tuple[Condition, timedelta]:
    """Return what must hold, and for how long without a break."""
    return (condition.inner, condition.span) if isinstance(condition, Held) else (condition, timedelta(0))


def _over_time(text: str) -> Condition | None:
    words = plain(text)
    if words in ("stagnation", "stagne", *_NOTHING[1:]):
        raise Unreadable(msg("“{text}” does not say over what time", text=text), expected=_OVER_TIME_LIKE)
    if found := _STAGNATION.fullmatch(words):
        return Stagnation(_span(found[1]))
    if found := _OVER_TIME.fullmatch(words):
        # However a bare nought is written, it says that nothing came.
        if found[1] in _NOTHING or re.fullmatch(r"[+-]?0+(?:[.,]0*)?", found[1]):
            return Nothing(_span(found[2]))
        inner = parse(text[: len(found[1])] if len(words) == len(text) else found[1])
        if isinstance(inner, (Held, Nothing, Stagnation)):
            raise Unreadable(msg("“{text}” says twice how long", text=text), expected=_LIKE)
        return Held(inner, _span(found[2]))
    return None


def _span(text: str) -> timedelta:
    # `5+ minutes` is five minutes or more, which is what lasting means.
    span = read_duration(text.replace("+", "", 1))
    if not span:
        raise Unreadable(msg("“{text}” is no time at all", text=text))
    return span


def _happened(text: str) -> Condition | None:
    word = _HAPPENED.get(plain(text))
    return Happened(word) if word else None


def _against_normal(text: str) -> Condition | None:
    words = plain(text)
    if found := _CHANGE.fullmatch(words):
        return Change(_WAYS[found[1]], _SIGN_SPELLINGS.get(found[2] or ">=", found[2] or ">="), _percents(found[3]))
    signed = _SIGN.fullmatch(words)
    sign = _SIGN_SPELLINGS.get(signed[1], signed[1]) if signed else ">="
    rest = signed[2] if signed else words
    if found := _NORMAL.fullmatch(rest):
        return OfNormal(sign, _percents(found[1]))
    if found := _BASELINE.fullmatch(rest):
        if sign not in (">", ">="):
            raise Unreadable(
                msg("“{text}” may be a share of the baseline or a change", text=text),
                msg(
                    "write {share} or {change}", share=f"< {found[1]}% normal", change=f"drop > {found[1]}% vs baseline"
                ),
            )
        return Change("rise", sign, _percents(found[1]))
    return None


def _percents(text: str) -> float:
    return read_quantity(text).value


def _compared(text: str) -> Condition | None:
    found = _SIGN.fullmatch(text)
    if not found:
        return None
    sign, rest = _SIGN_SPELLINGS.get(found[1], found[1]), found[2]
    if not rest:
        raise Unreadable(msg("“{text}” does not say what to compare with", text=text), expected=_LIKE)
    if re.match(r"[+-]?\d", rest):
        return Compare(sign, _quantity(rest))
    if rest in GRADE_OF or plain(rest) in SEVERITY_OF:
        return Worded(sign, rest if rest in GRADE_OF else plain(rest))
    if sign in ("==", "!=") and re.fullmatch(r"[^\W\d][\w .-]*", rest):
        return Worded(sign, rest)
    raise _odd(text, rest)


def _ordered(text: str) -> Condition | None:
    words = plain(text)
    if text in GRADE_OF:
        return Grade(text)
    if (found := _SEVERITY.fullmatch(words)) and found[1] in SEVERITY_OF:
        return Worded(">=", found[1])
    return Worded(">=", words) if words in SEVERITY_OF else None


def _between(text: str) -> Condition | None:
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    low, high = _quantity(found[1]), _quantity(found[2])
    low = low if low.unit else Quantity(low.value, high.unit)
    if convert(low.value, low.unit, high.unit) > high.value:
        raise Unreadable(msg("“{text}” goes from more to less", text=text))
    return Between(low, high)


def _level(text: str) -> Condition:
    if not re.match(r"[+-]?\d", text):
        raise _odd(text, text)
    return Level(_quantity(text))


def _quantity(text: str) -> Quantity:
    quantity = read_quantity(text)
    unit = quantity.unit
    _, slash, per = unit.casefold().rpartition("/")
    if slash and per.strip() not in SPAN_OF:
        raise not_known(msg("“{unit}” is not a unit of time", unit=per), per, SPAN_OF)
    # A unit nobody knows is the author's own (`3 users`), unless it is a known one mistyped.
    if (
        len(unit) > 3
        and not slash
        and unit.casefold() not in SPAN_OF
        and (near := get_close_matches(unit.casefold(), SPAN_OF, 1, 0.85))
    ):
        raise UnknownName(msg("“{unit}” is not a unit", unit=unit), None, near[0])
    return quantity


def _odd(text: str, word: str) -> Unreadable:
    known = (*_HAPPENED, *SEVERITY_OF, "drop > 20%", "rise > 20%")
    return not_known(msg("“{text}” is not a condition", text=text), plain(word), known, _LIKE)
