"""Who runs which due timer: claims with a lease, taken by any number of processes."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from bosco.store.timers import Timer, timers
from bosco.store.tx import Tx

# Not the bare column: SQLite would go by its index, and put everything that waits in order at each look.
_NAME = timers.c.name + ""
_THIS = update(timers).where(
    timers.c.name == bindparam("its_name"), timers.c.key == bindparam("its_key"), timers.c.id == bindparam("its_id")
)
_HELD = _THIS.where(timers.c.holder == bindparam("its_holder"))
_TAKE = _THIS.values(holder=bindparam("new_holder"), next_try=bindparam("until"), attempts=timers.c.attempts + 1)
_KEEP = _HELD.values(next_try=bindparam("until"))
_PUSH_BACK = _HELD.values(holder=None, next_try=bindparam("until"), because=bindparam("why"))
_GIVE_BACK = _HELD.values(holder=None, next_try=bindparam("until"), attempts=timers.c.attempts - 1)


def next_due(tx: Tx, names: Collection[str]) -> datetime | None:
    """Return when one of those timers may next be claimed."""
    found: datetime | None = tx.run(
        select(timers.c.next_try).where(_NAME.in_(names)).order_by(timers.c.next_try).limit(1)
    ).scalar()
    return found


def claim(tx: Tx, names: Collection[str], holder: str, lease: timedelta, limit: int) -> list[Timer]:
    """Take due timers for this holder, the longest due first; nobody else gets them until the lease ends."""
    rows = tx.run(
        select(timers)
        .where(timers.c.next_try <= tx.at, _NAME.in_(names))
        .order_by(timers.c.next_try)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = [Timer(row.name, row.key, row.due, row.body, row.id, row.attempts + 1) for row in rows]
    if taken:
        tx.run(_TAKE, [{**_which(timer), "new_holder": holder, "until": tx.at + lease} for timer in taken])
    return taken


def push_back(tx: Tx, timer: Timer, holder: str, until: datetime, why: str) -> None:
    """Give up the timer until then, and keep why."""
    tx.run(_PUSH_BACK, {**_which(timer), "its_holder": holder, "until": until, "why": why})


def renew(tx: Tx, held: Sequence[Timer], holder: str, lease: timedelta) -> None:
    """Keep them for another lease."""
    tx.run(_KEEP, [{**_which(timer), "its_holder": holder, "until": tx.at + lease} for timer in held])


def release(tx: Tx, held: Sequence[Timer], holder: str) -> None:
    """Give back what was not finished, as if it had not been tried."""
    tx.run(_GIVE_BACK, [{**_which(timer), "its_holder": holder, "until": tx.at} for timer in held])


def _which(timer: Timer) -> dict[str, Any]:
    return {"its_name": timer.name, "its_key": timer.key, "its_id": timer.id}
