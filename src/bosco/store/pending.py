"""What is still to be done: figures for a page and for `/metrics`, and the rows that have trouble."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, delete, func, select

from bosco.store.facts import is_fact
from bosco.store.parcel import HAS_ENDED, IS_PENDING, outbox
from bosco.store.timers import timers
from bosco.store.tx import Tx

KEPT = timedelta(days=30)
_PRUNED_AT_ONCE = 5000
Sort = Literal["timer", "parcel", "fact"]


@dataclass(frozen=True)
class Queue:
    """What waits under one name: how many, how many of them had an error, the oldest due, and the next try."""

    sort: Sort
    name: str
    count: int
    troubled: int
    oldest: datetime
    next_try: datetime


@dataclass(frozen=True)
class Trouble:
    """One row whose last attempt did not succeed, with why."""

    sort: Sort
    name: str
    key: str
    attempts: int
    because: str
    due: datetime
    next_try: datetime
    id: str


def queues(tx: Tx) -> list[Queue]:
    """Return what waits, by sort and name."""
    of_timers = select(
        timers.c.name,
        func.count().label("many"),
        func.count(timers.c.because).label("troubled"),
        func.min(timers.c.due).label("oldest"),
        func.min(timers.c.next_try).label("next_try"),
    ).group_by(timers.c.name)
    of_parcels = (
        select(
            outbox.c.kind.label("name"),
            func.count().label("many"),
            func.count(outbox.c.because).label("troubled"),
            func.min(outbox.c.at).label("oldest"),
            func.min(outbox.c.next_try).label("next_try"),
        )
        .where(IS_PENDING)
        .group_by(outbox.c.kind)
    )
    found = [_queue("timer", row) for row in tx.run(of_timers)]
    found += [_queue("fact" if is_fact(row.name) else "parcel", row) for row in tx.run(of_parcels)]
    return sorted(found, key=lambda queue: (queue.sort, queue.name))


def _queue(sort: Sort, row: Row[Any]) -> Queue:
    return Queue(sort, row.name, row.many, row.troubled, row.oldest, row.next_try)


def troubles(tx: Tx, limit: int = 100) -> list[Trouble]:
    """Return the rows that had an error, the most tried first."""
    late_timers = select(timers).where(timers.c.because.is_not(None)).order_by(timers.c.attempts.desc()).limit(limit)
    late_parcels = (
        select(outbox)
        .where(IS_PENDING, outbox.c.because.is_not(None))
        .order_by(outbox.c.attempts.desc(), outbox.c.place)
        .limit(limit)
    )
    found = [
        Trouble("timer", row.name, row.key, row.attempts, row.because, row.due, row.next_try, row.id)
        for row in tx.run(late_timers)
    ]
    found += [
        Trouble(
            "fact" if is_fact(row.kind) else "parcel",
            row.kind,
            row.key or "",
            row.attempts,
            row.because,
            row.at,
            row.next_try,
            row.id,
        )
        for row in tx.run(late_parcels)
    ]
    return sorted(found, key=lambda trouble: -trouble.attempts)[:limit]


def overdue(tx: Tx, since: datetime) -> list[Queue]:
    """Return what should have been taken before then, by sort and name: nobody runs it, or whoever did is gone."""
    late = [one for one in queues(tx) if one.next_try < since]
    found = []
    for one in late:
        if one.sort == "timer":
            counted = select(func.count()).where(timers.c.name == one.name, timers.c.next_try < since)
        else:
            counted = select(func.count()).where(IS_PENDING, outbox.c.kind == one.name, outbox.c.next_try < since)
        count = int(tx.run(counted).scalar_one())
        found.append(replace(one, count=count, oldest=one.next_try))
    return found


def ended(tx: Tx, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many parcels ended since then, by kind and state."""
    counted = (
        select(outbox.c.kind, outbox.c.state, func.count().label("many"))
        .where(HAS_ENDED, outbox.c.ended_at >= since)
        .group_by(outbox.c.kind, outbox.c.state)
    )
    return {(row.kind, row.state): row.many for row in tx.run(counted)}


def prune(tx: Tx, before: datetime | None = None) -> int:
    """Forget parcels that ended before then (a month ago), some thousands at once; return how many."""
    old = select(outbox.c.place).where(HAS_ENDED, outbox.c.ended_at < (before or tx.at - KEPT)).limit(_PRUNED_AT_ONCE)
    return tx.run(delete(outbox).where(outbox.c.place.in_(old))).rowcount
