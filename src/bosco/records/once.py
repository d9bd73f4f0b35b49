"""What a program asks for once is done once: the same `Idempotency-Key` gets the same answer, and does nothing more."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import delete, insert, select

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.records.store import asked
from bosco.store.tx import Tx

T = TypeVar("T")
KEPT = timedelta(days=2)


def digest_of(path: str, body: Any) -> str:
    """Return what tells one request from another."""
    return hashlib.sha256(path.encode() + b"\0" + msgspec.json.encode(body, order="sorted")).hexdigest()


def once(tx: Tx, actor: str, key: str | None, digest: str, answer: type[T], work: Callable[[Tx], T]) -> T:
    """Do the work, or return what it answered when the same key asked for the same thing before."""
    if not key:
        return work(tx)
    tx.run(delete(asked).where(asked.c.at < tx.at - KEPT))
    known = tx.run(select(asked).where(asked.c.actor == actor, asked.c.key == key)).first()
    if known is not None:
        if known.digest != digest:
            raise Refusal(
                Code.CONFLICT,
                msg("This Idempotency-Key was used for something else."),
                msg("Send a new key with each new request."),
                "Idempotency-Key",
            )
        return msgspec.convert(known.answer, answer)
    # Two that come at once with one key: the store lets one of them pass, and the other one begins anew and finds this.
    made = work(tx)
    tx.run(insert(asked), {"actor": actor, "key": key, "digest": digest, "answer": made, "at": tx.at})
    return made
