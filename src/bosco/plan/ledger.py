"""What is known while a plan is read: the names that its sections declare, and the words that each mapping may hold."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Message


class UnknownName(Unreadable):
    """A word that nobody declared, and the one that was probably meant."""

    def __init__(self, says: Message, expected: Message | None, nearest: str | None) -> None:
        super().__init__(says, expected=expected)
        self.nearest = nearest


class Misplaced(Unreadable):
    """Something wrong with one key of a mapping, told at that key."""

    def __init__(self, says: Message, key: str, expected: Message | None = None, nearest: str | None = None) -> None:
        super().__init__(says, expected=expected)
        self.key = key
        self.nearest = nearest


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
    folded = {one.casefold(): one for one in known}
    wanted = word.casefold()[:80]
    if wanted in folded:
        return folded[wanted]
    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    if near:
        return folded[near[0]]
    # `warn` for `warning`: the beginning of exactly one word.
    begun = [
        one
        for one in folded
        if len(wanted) >= 3 and (one.startswith(wanted) or (wanted.startswith(one) and len(one) >= 3))
    ]
    return folded[begun[0]] if len(begun) == 1 else None
