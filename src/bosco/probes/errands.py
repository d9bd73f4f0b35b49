"""What a process that does not watch asks of the one that does: to take a ping that came to it, to look at once."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

import msgspec
from sqlalchemy import delete, insert, select

from bosco.probes.heartbeat_rows import Arrived
from bosco.probes.store import errands
from bosco.store.tx import Tx

Kind = Literal["ping", "look"]
# What came in while nobody watched is taken in by so many at once.
MOST = 1000


def leave_ping(tx: Tx, arrived: Arrived) -> None:
    """Leave a ping for the process that watches; it counts from when it arrived."""
    body = msgspec.to_builtins(asdict(arrived))
    tx.run(insert(errands), {"kind": "ping", "name": arrived.heartbeat, "body": body, "put_at": tx.at})


def leave_look(tx: Tx, probe: str) -> int:
    """Ask for a look at a probe; return the errand's number."""
    made = tx.run(insert(errands), {"kind": "look", "name": probe, "body": {}, "put_at": tx.at})
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def pings_left(tx: Tx) -> list[Arrived]:
    """Return the pings that wait, in the order in which they were left."""
    found = tx.run(select(errands).where(errands.c.kind == "ping").order_by(errands.c.id).limit(MOST)).all()
    return [msgspec.convert({**row.body, "errand": row.id}, Arrived) for row in found]


def looks_left(tx: Tx) -> dict[int, str]:
    """Return the probes that somebody wants to be looked at, by the errands' numbers."""
    rows = tx.run(select(errands.c.id, errands.c.name).where(errands.c.kind == "look").order_by(errands.c.id)).all()
    return {row.id: row.name for row in rows}


def is_left(tx: Tx, number: int) -> bool:
    """Say whether an errand still waits."""
    return tx.run(select(errands.c.id).where(errands.c.id == number)).first() is not None


def done(tx: Tx, numbers: Sequence[int]) -> None:
    """End errands."""
    if numbers:
        tx.run(delete(errands).where(errands.c.id.in_(numbers)))
