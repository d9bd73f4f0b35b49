"""Bosco's own messages: what has come, and how far each account has read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select

from bosco.channels import deliveries
from bosco.channels.deliveries import Asked, Delivery
from bosco.channels.store import letters, seen
from bosco.store.tx import Tx

PAGE = 30
# A bell that counts further helps nobody.
COUNTED = 100


def read_upto(tx: Tx, who: str) -> str:
    """Return the id of the last message that an account has read; nothing if it has read none."""
    found: str | None = tx.run(select(seen.c.upto).where(seen.c.who == who)).scalar()
    return found or ""


def unread(tx: Tx, who: str, channels: Sequence[str], keeps: Sequence[ColumnElement[Any]] = ()) -> int:
    """Return how many messages that an account may see it has not read."""
    fresh = select(letters.c.id).where(
        letters.c.channel.in_(channels), letters.c.state == "delivered", letters.c.id > read_upto(tx, who), *keeps
    )
    return int(tx.run(select(func.count()).select_from(fresh.limit(COUNTED).subquery())).scalar_one())


def messages(tx: Tx, channel: str, before: str, keeps: Sequence[ColumnElement[Any]] = ()) -> list[Delivery]:
    """Return a page of messages that the reader may see, the latest first, and one more if there are older ones."""
    return deliveries.page(tx, Asked(channel, "delivered", before, PAGE), keeps)


def mark_read(tx: Tx, who: str, upto: str) -> None:
    """Write that an account has read everything up to a message; it never counts backwards."""
    upto = max(upto, read_upto(tx, who))
    tx.run(delete(seen).where(seen.c.who == who))
    tx.run(insert(seen).values(who=who, upto=upto, at=tx.at))
