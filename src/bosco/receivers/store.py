"""The tables of what others send: what each said last, what was delivered already, how each address fares."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bosco.receivers import hours
from bosco.receivers.model import Kept
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json

# A sender that tries again does so within this time.
REMEMBERED_FOR = timedelta(days=3)
# A statement asks for so many names at once.
AT_ONCE = 500

heard = Table(
    "receivers_heard",
    metadata,
    Column("fingerprint", CleanText, primary_key=True),
    Column("receiver", CleanText, nullable=False),
    # Of everything that was said but its time: the same again is no news.
    Column("digest", Text, nullable=False),
    # When it began, as its sender says; somebody closed it here although its sender still says it.
    Column("since", Instant),
    Column("closed", Boolean, nullable=False),
    Column("until", Instant),
    Index("ix_receivers_heard_receiver", "receiver", "until"),
)
deliveries = Table(
    "receivers_deliveries",
    metadata,
    Column("receiver", CleanText, primary_key=True),
    Column("delivery", CleanText, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("answer", Json, nullable=False),
    Index("ix_receivers_deliveries_at", "at"),
)
kept = Table(
    "receivers_kept",
    metadata,
    Column("receiver", CleanText, primary_key=True),
    Column("received_at", Instant),
    Column("alerts", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("refused_at", Instant),
    Column("refused_why", Json),
)


@dataclass(frozen=True)
class Known:
    """What a sender said last of an alert that holds."""

    fingerprint: str
    receiver: str
    digest: str
    since: datetime | None = None
    until: datetime | None = None
    closed: bool = False


def _upsert(table: Table, keys: Sequence[str], set_: Any) -> dict[bool, Any]:
    def statement(dialect: Any) -> Any:
        into = dialect.insert(table)
        return into.on_conflict_do_update(index_elements=list(keys), set_=set_(into.excluded))

    return {True: statement(postgresql), False: statement(sqlite)}


_KEPT = ("receiver", "digest", "since", "until", "closed")
_PUT_HEARD = _upsert(heard, ["fingerprint"], lambda new: {name: new[name] for name in _KEPT})
_NOTE_RECEIVED = _upsert(
    kept,
    ["receiver"],
    lambda new: {
        "received_at": new.received_at,
        "alerts": kept.c.alerts + new.alerts,
        "requests": kept.c.requests + new.requests,
    },
)
_NOTE_REFUSED = _upsert(kept, ["receiver"], lambda new: {"refused_at": new.refused_at, "refused_why": new.refused_why})
_PROLONG = update(heard).where(heard.c.fingerprint == bindparam("its")).values(until=bindparam("to"))
_FORGET = delete(heard).where(heard.c.fingerprint == bindparam("its"))


def known(tx: Tx, fingerprints: Sequence[str]) -> dict[str, Known]:
    """Return what was said last of those alerts that hold."""
    found: dict[str, Known] = {}
    for start in range(0, len(fingerprints), AT_ONCE):
        some = fingerprints[start : start + AT_ONCE]
        for row in tx.run(select(heard).where(heard.c.fingerprint.in_(some))):
            found[row.fingerprint] = Known(**row._mapping)
    return found


def put(tx: Tx, some: Collection[Known]) -> None:
    """Write what was said of alerts."""
    if some:
        rows = [asdict(one) for one in some]
        tx.run(_PUT_HEARD[tx.on_postgresql], rows)


def prolong(tx: Tx, until: Mapping[str, datetime]) -> None:
    """Let alerts count for longer, because they were said again."""
    if until:
        tx.run(_PROLONG, [{"its": fingerprint, "to": to} for fingerprint, to in until.items()])


def forget(tx: Tx, fingerprints: Collection[str]) -> None:
    """Forget alerts that are over."""
    if fingerprints:
        tx.run(_FORGET, [{"its": one} for one in fingerprints])


def close(tx: Tx, fingerprint: str) -> None:
    """Note that somebody closed an alert: its sender is heard again when the same trouble begins anew.

    One whose sender does not say when it began is simply forgotten: it must rather come twice than not at all.
    """
    mine = heard.c.fingerprint == fingerprint
    tx.run(delete(heard).where(mine, heard.c.since.is_(None)))
    tx.run(update(heard).where(mine).values(closed=True))


def silent(tx: Tx, receiver: str, limit: int) -> list[str]:
    """Return alerts whose time has passed without their being said again, those waiting longest first."""
    wanted = select(heard.c.fingerprint).where(heard.c.receiver == receiver, heard.c.until <= tx.at)
    return [str(one) for one in tx.run(wanted.order_by(heard.c.until).limit(limit)).scalars()]


def next_end(tx: Tx, receiver: str) -> datetime | None:
    """Return when the next alert of a receiver is over unless it is said again."""
    found: datetime | None = tx.run(select(func.min(heard.c.until)).where(heard.c.receiver == receiver)).scalar()
    return found


def delivered(tx: Tx, receiver: str, delivery: str) -> Any:
    """Return the answer to a delivery that came before; None if it is new."""
    return tx.run(
        select(deliveries.c.answer).where(deliveries.c.receiver == receiver, deliveries.c.delivery == delivery)
    ).scalar()


def note_delivery(tx: Tx, receiver: str, delivery: str, answer: Any) -> None:
    """Remember a delivery and its answer; what is too old to come again is forgotten."""
    tx.run(delete(deliveries).where(deliveries.c.at < tx.at - REMEMBERED_FOR))
    statement = _NOTE_DELIVERY[tx.on_postgresql]
    tx.run(statement, {"receiver": receiver, "delivery": delivery, "at": tx.at, "answer": answer})


_NOTE_DELIVERY = {
    True: postgresql.insert(deliveries).on_conflict_do_nothing(),
    False: sqlite.insert(deliveries).on_conflict_do_nothing(),
}


def note_received(tx: Tx, receiver: str, alerts: int) -> None:
    """Count what came to an address."""
    row = {"receiver": receiver, "received_at": tx.at, "alerts": alerts, "requests": 1}
    tx.run(_NOTE_RECEIVED[tx.on_postgresql], row)
    hours.count(tx, receiver, alerts)


def note_refused(tx: Tx, receiver: str, why: Any) -> None:
    """Write what was refused last at an address."""
    row = {"receiver": receiver, "alerts": 0, "requests": 0, "refused_at": tx.at, "refused_why": why}
    tx.run(_NOTE_REFUSED[tx.on_postgresql], row)


def all_kept(tx: Tx) -> dict[str, Kept]:
    """Return how every address fares."""
    return {row.receiver: Kept(**row._mapping) for row in tx.run(select(kept))}
