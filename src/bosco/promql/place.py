"""Where in the text a mistake stands: the parser says what is wrong, seldom where."""

import re
from collections.abc import Callable

from bosco.promql.lexer import Sign

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_NO_WAY = "invalid promql query"
_QUOTED = re.compile(r"'([^']+)'")
# What may come next, if anything may: an operand, a name and an operand, the rest of a grouping.
_ONWARD = ("", " x", " (x)", " (x) x", " 1m", ' = "x"')
# … and inside parentheses.
_ONWARD_INSIDE = (") (x)", " x) (x)")
_MOST = 400


def place_of(signs: list[Sign], says: str, complaint: Callable[[str], str | None], text: str) -> int | None:
    """Return where the mistake stands; `complaint` is what the parser has against a text, None if nothing."""
    if "unexpected end" in says or "no expression" in says:
        return len(text)
    if says.startswith("unclosed"):
        return _never_closed(signs)
    if says == _NO_WAY:
        return _first_dead_end(signs, complaint, text)
    for word in _QUOTED.findall(says):
        for sign in signs:
            if sign.text == word:
                return sign.place
    return None


def _never_closed(signs: list[Sign]) -> int | None:
    opened: list[Sign] = []
    for sign in signs:
        if sign.kind == "mark" and sign.text in _CLOSING:
            opened.append(sign)
        elif sign.kind == "mark" and opened and sign.text == _CLOSING[opened[-1].text]:
            opened.pop()
    return opened[-1].place if opened else None


def _first_dead_end(signs: list[Sign], complaint: Callable[[str], str | None], text: str) -> int | None:
    for count in range(1, min(len(signs), _MOST) + 1):
        begun = text[: signs[count - 1].end]
        closed = _to_close(signs[:count])
        onward = _ONWARD + (_ONWARD_INSIDE if closed.startswith(")") else ())
        if all(complaint(begun + more + _without(closed, more)) == _NO_WAY for more in onward):
            return signs[count - 1].place
    return len(text)


def _to_close(signs: list[Sign]) -> str:
    opened: list[str] = []
    for sign in signs:
        if sign.kind == "mark" and sign.text in _CLOSING:
            opened.append(_CLOSING[sign.text])
        elif opened and sign.text == opened[-1]:
            opened.pop()
    return "".join(reversed(opened))


def _without(closed: str, more: str) -> str:
    # A way onward that closes a parenthesis itself has one less to close after it.
    surplus = more.count(")") - more.count("(")
    return closed[surplus:] if surplus > 0 else closed
