"""The order of a lane: only its first pending parcel may move."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select, update

from bosco.store.parcel import BELL, IS_PENDING, outbox

if TYPE_CHECKING:
    from bosco.store.tx import Tx


def free_first(tx: "Tx", lane: str) -> Row[Any] | None:
    """Return the first parcel of the lane if it is due and nobody has it."""
    row = tx.run(
        select(outbox).where(IS_PENDING, outbox.c.lane == lane).order_by(outbox.c.place).limit(1).with_for_update()
    ).first()
    if row is None or row.at > tx.at or row.holder is not None:
        return None
    # One that has been tried waits for its own hour; one that has not was only waiting for its turn.
    return row if row.attempts == 0 or row.next_try <= tx.at else None


def wake_first(tx: "Tx", lane: str) -> None:
    """Let anybody take the first parcel of the lane now, if it is free."""
    if row := free_first(tx, lane):
        tx.run(update(outbox).where(outbox.c.place == row.place).values(next_try=tx.at))
        tx.ring(BELL)
