"""What is known while a plan is read: the names that its sections declare, and the words that each mapping may hold."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Message


class UnknownName(Unreadable):
    """A word that nobody declared, and the one that was probably meant."""

    def __init__(self, says: Message, expected: Message | None, nearest: str | None) -> None:
        super().__init__(says, expected=expected)
        self.nearest = nearest


class Misplaced(Unreadable):
    """Something wrong with one word of a mapping: told at its value, or at the word itself; "" is the mapping's own."""

    def __init__(
        self,
        says: Message,
        key: str,
        expected: Message | None = None,
        nearest: str | None = None,
        *,
        of_word: bool = False,
    ) -> None:
        super().__init__(says, expected=expected)
        self.key = key
        self.nearest = nearest
        self.of_word = of_word


@dataclass
class Ledger:
    """Handed to every validator of a plan as its context."""

    # None while a file could not be read: then nobody can say which names are missing.
    declared: Mapping[str, frozenset[str]] | None = None
    # The words that a mapping may hold, by the identity of the mapping; only for those that hold others.
    words: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def names(self, section: str) -> frozenset[str] | None:
        """Return the names that a section declares, or None if nobody knows."""
        return None if self.declared is None else self.declared.get(section)


def ledger_of(context: Any) -> Ledger:
    """Return the ledger that came as a validator's context; outside of a plan, an empty one."""
    return context if isinstance(context, Ledger) else Ledger()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant."""
    names = known if isinstance(known, frozenset) else frozenset(known)
    wanted = word.casefold()[:80]
    if len(names) > _MANY:
        near = {_beside(names)[one] for one in _variants(wanted) if one in _beside(names)}
        return max(sorted(near), key=lambda one: SequenceMatcher(None, wanted, one.casefold()).ratio(), default=None)
    folded = {one.casefold(): one for one in sorted(names)}
    if wanted in folded:
        return folded[wanted]
    if close := difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6):
        return folded[close[0]]
    # `warn` for `warning`: the beginning of exactly one word.
    begun = [
        one for one in folded if min(len(wanted), len(one)) >= 3 and (one.startswith(wanted) or wanted.startswith(one))
    ]
    return folded[begun[0]] if len(begun) == 1 else None


# Above that many names, comparing a word with each of them would make checking a wrong plan slow.
_MANY = 150


@lru_cache(maxsize=16)
def _beside(names: frozenset[str]) -> dict[str, str]:
    """Return the names by what they look like with one letter left out, so that a slip is found without comparing."""
    found: dict[str, str] = {}
    for name in sorted(names):
        for variant in _variants(name.casefold()[:80]):
            found.setdefault(variant, name)
    return found


def _variants(word: str) -> list[str]:
    return [word, *(word[:at] + word[at + 1 :] for at in range(len(word)))]
