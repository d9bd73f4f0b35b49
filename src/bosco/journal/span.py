"""Which places a span of time can lie in, and how to walk through many places without looking at all of them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from bosco.journal.store import lines, seals
from bosco.store.tx import Tx
from bosco.store.types import to_microseconds

FIRST_WINDOW = 4096
GROWTH = 4


def place_span(tx: Tx, since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Return the first and the last place that lines of that time can have: seals know their earliest and latest."""
    first, last = 1, int(tx.run(select(func.max(lines.c.place))).scalar() or 0)
    sealed = int(tx.run(select(func.max(seals.c.last_place))).scalar() or 0)
    if since is not None:
        touched = select(func.min(seals.c.first_place)).where(seals.c.latest >= to_microseconds(since))
        first = int(tx.run(touched).scalar() or sealed + 1)
    if until is not None:
        # Lines that no seal covers yet are few.
        unsealed = tx.run(select(func.min(lines.c.at)).where(lines.c.place > sealed)).scalar()
        if unsealed is None or unsealed > to_microseconds(until):
            touched = select(func.max(seals.c.last_place)).where(seals.c.earliest <= to_microseconds(until))
            last = int(tx.run(touched).scalar() or 0)
    return first, last


def windows(first: int, last: int, *, forward: bool) -> Iterator[tuple[int, int]]:
    """Return spans of places that follow each other, each larger than the one before."""
    size = FIRST_WINDOW
    while first <= last:
        if forward:
            yield first, min(last, first + size - 1)
            first += size
        else:
            yield max(first, last - size + 1), last
            last -= size
        size *= GROWTH
