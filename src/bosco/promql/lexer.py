"""The signs of a query with their places: to bound what is parsed, and to show where a mistake stands."""

import re
from dataclasses import dataclass

from bosco.kit.words import msg
from bosco.promql.refusals import wrong

LONGEST = 16_384
# The parser goes down once for each of them, and a process whose stack ends is gone.
DEEPEST = 500

_SIGN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)
      | (?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[a-zA-Z0-9]*)
      | (?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
      | (?P<mark>=~|!~|==|!=|>=|<=|.)""",
    re.VERBOSE | re.DOTALL,
)
OPERATORS = frozenset(["+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", "and", "or", "unless", "atan2"])


@dataclass(frozen=True, slots=True)
class Sign:
    """One word, number, string or mark."""

    text: str
    place: int
    kind: str

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.place + len(self.text)


def signs_of(text: str) -> list[Sign]:
    """Cut a query into its signs, without spaces and comments."""
    return [
        Sign(found.group(), found.start(), found.lastgroup or "mark")
        for found in _SIGN.finditer(text)
        if found.lastgroup != "space"
    ]


def bounded(text: str) -> list[Sign]:
    """Refuse what is too long or too deep to be parsed; return the signs."""
    if len(text) > LONGEST:
        raise wrong(msg("A query may have at most {most} characters, this one has {n}.", most=LONGEST, n=len(text)))
    signs = signs_of(text)
    deep = [sign for sign in signs if sign.kind != "text" and (sign.text == "(" or sign.text in OPERATORS)]
    if len(deep) > DEEPEST:
        says = msg("A query may hold at most {most} operators and parentheses.", most=DEEPEST)
        raise wrong(says, deep[DEEPEST].place)
    return signs
