"""The one row that says who is at the helm, and the statements that move it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Table, Text, select, update
from sqlalchemy.dialects import postgresql

from bosco.store.tables import metadata
from bosco.store.types import Instant

if TYPE_CHECKING:
    from bosco.store.tx import Tx

NAME = "helm"
helm = Table(
    "store_helm",
    metadata,
    # The turn is the key: a renewal does not wait for those who confirm it, and a taking does.
    Column("turn", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("holder", Text),
    Column("beat", BigInteger, nullable=False),
    Column("heard_of", Instant),
)


@dataclass(frozen=True)
class Held:
    """The row as somebody saw it; each renewal moves `beat`, each taking `turn`."""

    turn: int
    holder: str | None
    beat: int
    heard_of: datetime | None


def look(tx: "Tx") -> Held:
    """Return who is at the helm."""
    row = tx.run(select(helm).where(helm.c.name == NAME)).first()
    return Held(0, None, 0, None) if row is None else Held(row.turn, row.holder, row.beat, row.heard_of)


def take(tx: "Tx", seen: Held, holder: str) -> int | None:
    """Take the helm if nobody has moved the row since it was seen; return the turn."""
    first = {"turn": 0, "name": NAME, "beat": 0}
    tx.run(postgresql.insert(helm).values(first).on_conflict_do_nothing())
    moved = tx.run(
        update(helm)
        .where(helm.c.name == NAME, helm.c.turn == seen.turn, helm.c.beat == seen.beat)
        .values(turn=seen.turn + 1, holder=holder, beat=0, heard_of=tx.at)
    )
    return seen.turn + 1 if moved.rowcount else None


def renew(tx: "Tx", turn: int) -> bool:
    """Say that the holder of that turn is alive; false if it is somebody else's by now."""
    return bool(tx.run(update(helm).where(helm.c.turn == turn).values(beat=helm.c.beat + 1, heard_of=tx.at)).rowcount)


def leave(tx: "Tx", turn: int) -> None:
    """Leave the helm to whoever comes first; what this turn has not written yet can no longer be confirmed."""
    tx.run(update(helm).where(helm.c.turn == turn).values(turn=turn + 1, holder=None, heard_of=tx.at))


def is_at(tx: "Tx", turn: int) -> bool:
    """Say whether the helm is still that turn's, and keep it so until this transaction ends."""
    found = tx.run(select(helm.c.turn).where(helm.c.turn == turn).with_for_update(read=True, key_share=True))
    return found.first() is not None
