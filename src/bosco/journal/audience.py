"""Who may read which lines: a room's `AUDIENCE` keeps some of them for a role, and narrowings keep some subjects."""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import ColumnElement

from bosco.journal.telling import audiences
from bosco.store.tx import Tx
from bosco.web.visitor import Role, Visitor

# Given the column of the subjects, what must hold of a line that this visitor may read; None keeps nothing.
Narrowing = Callable[[Tx, Visitor, ColumnElement[str]], ColumnElement[bool] | None]
# What holds of every subject that somebody may read of.
Keeps = Callable[[Tx], tuple[ColumnElement[Any], ...]]


def hidden_from(visitor: Visitor) -> tuple[str, ...]:
    """Return the beginnings of words that this visitor may not read about."""
    return tuple(f"{start}." for start, role in audiences().items() if not visitor.may(cast(Role, role)))


class Audience:
    """What keeps lines from some of their readers."""

    def __init__(self) -> None:
        self._narrowings: list[Narrowing] = []

    def narrow(self, narrowing: Narrowing) -> None:
        """Keep lines as well from those whom this says."""
        self._narrowings.append(narrowing)

    def conditions(self, tx: Tx, visitor: Visitor, subject: ColumnElement[str]) -> tuple[ColumnElement[Any], ...]:
        """Return what holds of every line that a visitor may read."""
        found = (narrowing(tx, visitor, subject) for narrowing in self._narrowings)
        return tuple(one for one in found if one is not None)
