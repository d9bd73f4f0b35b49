"""How one person is written to about what is theirs: by a way that wakes nobody, and once."""

from sqlalchemy import select

from bosco.channels.store import letters
from bosco.notices.audience import ways_of
from bosco.notices.matrix import kind_of
from bosco.plan.load import Plan
from bosco.store.tx import Tx

_GENTLE_FIRST = ("smtp", "slack", "discord", "sms")


def gentlest_way(plan: Plan, person: str) -> str | None:
    """Return the channel by which somebody is written to rather than called."""
    ways = [way for way in ways_of(plan, person) if kind_of(plan, way) in _GENTLE_FIRST]
    return min(ways, key=lambda way: _GENTLE_FIRST.index(kind_of(plan, way)), default=None)


def was_written(tx: Tx, thread: str) -> bool:
    """Say whether there are letters of that thread: a fact may be heard twice."""
    return tx.run(select(letters.c.id).where(letters.c.thread == thread).limit(1)).first() is not None
