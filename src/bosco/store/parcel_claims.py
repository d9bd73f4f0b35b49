"""Who brings which parcel: claims with a lease, and each lane in its order."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from bosco.store.facts import is_fact
from bosco.store.lanes import free_first
from bosco.store.parcel import (
    IS_PENDING,
    Answer,
    Delivered,
    Failed,
    Parcel,
    State,
    Superseded,
    TryAgain,
    outbox,
    to_parcel,
)
from bosco.store.tx import Tx

# How long one that stands behind another is left alone. Whoever finishes the first takes the next at once; this only
# matters when the finisher crashed.
BEHIND = timedelta(seconds=30)
# So many due rows are looked at to find the first of each lane, and those behind them are put aside.
LOOKED_AT = 500
BEHIND_AT_MOST = timedelta(minutes=5)
AGAIN_AT_THE_EARLIEST = timedelta(seconds=1)
# An error at such a late attempt makes a parcel leave its lane: it is tried on, but no longer stops those behind it.
SET_ASIDE_AFTER = 8

# Not the bare column: SQLite would go by its index, and put everything that waits in order at each look.
_KIND = outbox.c.kind + ""
_THIS = update(outbox).where(outbox.c.place == bindparam("its_place"))
_MINE = _THIS.where(outbox.c.holder == bindparam("its_holder"))
# One that was superseded while it was being brought only takes note of its arrival.
_HELD = _MINE.where(IS_PENDING)
_TAKE = _THIS.values(holder=bindparam("new_holder"), next_try=bindparam("until"), attempts=outbox.c.attempts + 1)
_WAIT = _THIS.values(next_try=bindparam("until"))
_KEEP = _HELD.values(next_try=bindparam("until"))
_GIVE_BACK = _HELD.values(holder=None, next_try=bindparam("until"), attempts=outbox.c.attempts - 1)
_PUSH_BACK = _HELD.values(holder=None, next_try=bindparam("until"), because=bindparam("why"))
_SET_ASIDE = _PUSH_BACK.values(lane=None)
_END = _MINE.values(holder=None, state=bindparam("how"), because=bindparam("why"), ended_at=bindparam("now"))
_REMOVE = delete(outbox).where(outbox.c.place == bindparam("its_place"), outbox.c.holder == bindparam("its_holder"))


def next_due(tx: Tx, kinds: Collection[str]) -> datetime | None:
    """Return when one of those parcels may next be claimed."""
    found: datetime | None = tx.run(
        select(outbox.c.next_try).where(IS_PENDING, _KIND.in_(kinds)).order_by(outbox.c.next_try).limit(1)
    ).scalar()
    return found


def claim(tx: Tx, kinds: Collection[str], holder: str, lease: timedelta, limit: int) -> list[Parcel]:
    """Take due parcels for this holder, at most the first of each lane."""
    due = tx.run(
        select(outbox.c.place, outbox.c.lane)
        .where(IS_PENDING, outbox.c.next_try <= tx.at, _KIND.in_(kinds))
        .order_by(outbox.c.next_try, outbox.c.place)
        .limit(LOOKED_AT)
        .with_for_update(skip_locked=True)
    ).all()
    first = _first_of({row.lane for row in due if row.lane is not None}, tx)
    free = [row.place for row in due if row.lane is None or first[row.lane].place == row.place]
    if behind := [row for row in due if row.lane is not None and first[row.lane].place != row.place]:
        tx.run(_WAIT, [{"its_place": row.place, "until": _patience(first[row.lane].next_try, tx.at)} for row in behind])
    if not free:
        return []
    chosen = tx.run(select(outbox).where(outbox.c.place.in_(free[:limit]))).all()
    return _take(tx, sorted(chosen, key=lambda row: free.index(row.place)), holder, lease)


def _first_of(lanes: Collection[str], tx: Tx) -> dict[str, Row[Any]]:
    if not lanes:
        return {}
    firsts = select(func.min(outbox.c.place)).where(IS_PENDING, outbox.c.lane.in_(lanes)).group_by(outbox.c.lane)
    rows = tx.run(select(outbox.c.lane, outbox.c.place, outbox.c.next_try).where(outbox.c.place.in_(firsts)))
    return {row.lane: row for row in rows}


def _patience(first_is_tried: datetime, now: datetime) -> datetime:
    return min(max(first_is_tried, now + BEHIND), now + BEHIND_AT_MOST)


def _take(tx: Tx, rows: Sequence[Row[Any]], holder: str, lease: timedelta) -> list[Parcel]:
    if rows:
        tx.run(_TAKE, [{"its_place": row.place, "new_holder": holder, "until": tx.at + lease} for row in rows])
    return [to_parcel(row, row.attempts + 1) for row in rows]


def answer(tx: Tx, parcel: Parcel, holder: str, given: Answer) -> bool:
    """Write down how it ended, or when to try again; False if the parcel has meanwhile gone to another holder."""
    mine = {"its_place": parcel.place, "its_holder": holder}
    match given:
        case TryAgain(at, because):
            # At once would be a storm.
            until = max(at, tx.at + AGAIN_AT_THE_EARLIEST)
            return bool(tx.run(_PUSH_BACK, {**mine, "until": until, "why": because}).rowcount)
        case Delivered() if is_fact(parcel.kind):
            return bool(tx.run(_REMOVE, mine).rowcount)
        case Delivered(because):
            how = State.DELIVERED
        case Superseded(because):
            how = State.SUPERSEDED
        case Failed(because):
            how = State.FAILED
    return bool(tx.run(_END, {**mine, "how": how.value, "why": because, "now": tx.at}).rowcount)


def push_back(tx: Tx, parcel: Parcel, holder: str, until: datetime, why: str) -> None:
    """Give up a parcel whose bringing raised, until then."""
    statement = _SET_ASIDE if parcel.attempt >= SET_ASIDE_AFTER else _PUSH_BACK
    tx.run(statement, {"its_place": parcel.place, "its_holder": holder, "until": until, "why": why})


def take_next(tx: Tx, lane: str, kinds: Collection[str], holder: str, lease: timedelta) -> Parcel | None:
    """Take the first parcel of the lane if it is free and due."""
    row = free_first(tx, lane)
    return None if row is None or row.kind not in kinds else _take(tx, [row], holder, lease)[0]


def renew(tx: Tx, held: Sequence[Parcel], holder: str, lease: timedelta) -> None:
    """Keep them for another lease."""
    tx.run(_KEEP, [{"its_place": one.place, "its_holder": holder, "until": tx.at + lease} for one in held])


def release(tx: Tx, held: Sequence[Parcel], holder: str) -> None:
    """Give back what was not finished, as if it had not been tried."""
    tx.run(_GIVE_BACK, [{"its_place": one.place, "its_holder": holder, "until": tx.at} for one in held])
