"""Reads and writes heartbeats and their pings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bosco.probes.heartbeat import Beat, PingKind
from bosco.probes.store import heartbeats, pings
from bosco.store.tx import Tx

# So many pings of each heartbeat are kept, the bodies of the newest few.
PINGS_KEPT = 100
BODIES_KEPT = 20
# Old ones are taken away each time that many new ones have come.
SWEEP_EVERY = 20


@dataclass(frozen=True)
class Arrived:
    """One ping as it came over the network."""

    heartbeat: str
    at: datetime
    kind: PingKind
    status: int | None = None
    run: str | None = None
    method: str = "GET"
    sender: str = ""
    agent: str = ""
    body: str | None = None
    number: int = 0
    # The errand by which another process handed it over.
    errand: int | None = None


@dataclass(frozen=True)
class Kept:
    """A heartbeat as its row keeps it."""

    key: str
    beat: Beat
    pings: int = 0


def _put(dialect: Any) -> Any:
    statement = dialect.insert(heartbeats)
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={name: statement.excluded[name] for name in ("key", "beat", "pings")}
    )


_PUT = {True: _put(postgresql), False: _put(sqlite)}
_REMEMBER = (
    update(heartbeats)
    .where(heartbeats.c.name == bindparam("its_name"))
    .values(beat=bindparam("new_beat"), pings=bindparam("new_pings"))
)
_MINE = pings.c.heartbeat == bindparam("its_name")
_SWEEP = delete(pings).where(_MINE, pings.c.number <= bindparam("up_to"))
_STRIP = update(pings).where(_MINE, pings.c.number <= bindparam("up_to"), pings.c.body.is_not(None)).values(body=None)
_APPEND = insert(pings)


def load_heartbeats(tx: Tx) -> dict[str, Kept]:
    """Return every heartbeat that was ever declared."""
    rows = tx.run(select(heartbeats)).all()
    return {row.name: Kept(row.key, msgspec.convert(row.beat, Beat), row.pings) for row in rows}


def put_heartbeats(tx: Tx, kept: Mapping[str, Kept]) -> None:
    """Write heartbeats whole."""
    rows = [
        {"name": name, "key": one.key, "beat": msgspec.to_builtins(one.beat), "pings": one.pings}
        for name, one in kept.items()
    ]
    if rows:
        tx.run(_PUT[tx.on_postgresql], rows)


def append_pings(tx: Tx, arrived: Sequence[Arrived]) -> None:
    """Append pings."""
    rows = [
        {
            "heartbeat": one.heartbeat,
            "number": one.number,
            "at": one.at,
            "kind": one.kind,
            "status": one.status,
            "run": one.run,
            "method": one.method,
            "sender": one.sender,
            "agent": one.agent,
            "body": one.body,
        }
        for one in arrived
    ]
    if rows:
        tx.run(_APPEND, rows)


def remember(tx: Tx, changed: Mapping[str, tuple[Kept, Kept]]) -> None:
    """Write what pings changed, given before and after, and sweep old pings out."""
    if not changed:
        return
    tx.run(
        _REMEMBER,
        [
            {"its_name": name, "new_beat": msgspec.to_builtins(now.beat), "new_pings": now.pings}
            for name, (_, now) in changed.items()
        ],
    )
    full = [
        (name, now.pings)
        for name, (was, now) in changed.items()
        if now.pings // SWEEP_EVERY != was.pings // SWEEP_EVERY and now.pings > BODIES_KEPT
    ]
    if full:
        tx.run(_SWEEP, [{"its_name": name, "up_to": count - PINGS_KEPT} for name, count in full])
        tx.run(_STRIP, [{"its_name": name, "up_to": count - BODIES_KEPT} for name, count in full])


def last_pings(tx: Tx, name: str, limit: int = PINGS_KEPT) -> list[Arrived]:
    """Return the last pings of a heartbeat, the newest first."""
    rows = tx.run(select(pings).where(pings.c.heartbeat == name).order_by(pings.c.number.desc()).limit(limit)).all()
    return [_arrived(row) for row in rows]


def _arrived(row: Any) -> Arrived:
    return Arrived(
        row.heartbeat,
        row.at,
        row.kind,
        row.status,
        row.run,
        row.method,
        row.sender,
        row.agent,
        row.body,
        row.number,
    )
