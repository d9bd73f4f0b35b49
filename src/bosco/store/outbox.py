"""The outbox: what must be brought somewhere, as rows written with the fact that caused it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from bosco.store.lanes import wake_first
from bosco.store.parcel import (
    BELL,
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

if TYPE_CHECKING:
    from bosco.store.tx import Tx

__all__ = [
    "Answer",
    "Delivered",
    "Failed",
    "Parcel",
    "State",
    "Superseded",
    "TryAgain",
    "find",
    "put",
    "revive",
    "supersede",
    "with_key",
]


def put(
    tx: "Tx", kind: str, body: Any, *, lane: str | None = None, at: datetime | None = None, key: str | None = None
) -> str:
    """Write a parcel and return its id; those of one lane go in order, `key` is for finding it again."""
    parcel_id = tx.new_id()
    when = at or tx.at
    tx.run(
        _PUT,
        {
            "id": parcel_id,
            "kind": kind,
            "lane": lane,
            "key": key,
            "body": body,
            "state": State.PENDING.value,
            "put_at": tx.at,
            "at": when,
            "next_try": when,
            "attempts": 0,
        },
    )
    tx.ring(BELL)
    return parcel_id


def supersede(tx: "Tx", kind: str, because: str, *, key: str | None = None, lane: str | None = None) -> int:
    """End the pending parcels of that kind with that key or lane, and return how many they were.

    One that is being brought at this very moment may still arrive; it is then delivered, not superseded.
    """
    if key is None and lane is None:
        raise ValueError("say which parcels: by their key, by their lane, or by both")
    statement = update(outbox).where(IS_PENDING, outbox.c.kind == kind)
    if key is not None:
        statement = statement.where(outbox.c.key == key)
    if lane is not None:
        statement = statement.where(outbox.c.lane == lane)
    ended = tx.run(
        statement.values(state=State.SUPERSEDED.value, because=because, ended_at=tx.at).returning(outbox.c.lane)
    ).all()
    for lane_left in sorted({row.lane for row in ended if row.lane is not None}):
        wake_first(tx, lane_left)
    return len(ended)


def revive(tx: "Tx", parcel_id: str) -> bool:
    """Let a parcel that has failed be brought again, as if it had just been put; say whether it had failed."""
    again = {"state": State.PENDING.value, "put_at": tx.at, "at": tx.at, "next_try": tx.at, "attempts": 0}
    failed = update(outbox).where(outbox.c.id == parcel_id, outbox.c.state == State.FAILED.value)
    if not tx.run(failed.values(**again, holder=None, because=None, ended_at=None)).rowcount:
        return False
    tx.ring(BELL)
    return True


def find(tx: "Tx", parcel_id: str) -> Parcel | None:
    """Return the parcel of that id."""
    row = tx.run(_FIND, {"its_id": parcel_id}).first()
    return None if row is None else to_parcel(row)


def with_key(tx: "Tx", kind: str, key: str) -> list[Parcel]:
    """Return the pending parcels of that kind and key, in their order."""
    return [to_parcel(row) for row in tx.run(_WITH_KEY, {"its_kind": kind, "its_key": key})]


_PUT = insert(outbox)
_FIND = select(outbox).where(outbox.c.id == bindparam("its_id"))
_WITH_KEY = (
    select(outbox)
    .where(IS_PENDING, outbox.c.kind == bindparam("its_kind"), outbox.c.key == bindparam("its_key"))
    .order_by(outbox.c.place)
)
