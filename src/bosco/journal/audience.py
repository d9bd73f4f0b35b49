"""Who may read which lines: a room's `AUDIENCE` keeps some of them for a role."""

from typing import cast

from bosco.journal.telling import audiences
from bosco.web.visitor import Role, Visitor


def hidden_from(visitor: Visitor) -> tuple[str, ...]:
    """Return the beginnings of words that this visitor may not read about."""
    return tuple(f"{start}." for start, role in audiences().items() if not visitor.may(cast(Role, role)))
