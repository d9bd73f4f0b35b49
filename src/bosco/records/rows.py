"""Reads and writes the rows of the records."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from bosco.kit.refusal import not_found
from bosco.kit.words import msg
from bosco.records.record import Event, Record
from bosco.records.store import events, links, records, states
from bosco.store.tx import Tx

# What is due when nothing is.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_APPEND = insert(events)
_EVENTS = select(events).where(events.c.number == bindparam("its")).order_by(events.c.seq)
_STATE = select(states.c.state).where(states.c.number == bindparam("its"))
_TAKEN = _STATE.with_for_update()
_NEW_STATE = insert(states)
_STATE_NOW = (
    update(states)
    .where(states.c.number == bindparam("its"))
    .values(seq=bindparam("new_seq"), state=bindparam("new_state"))
)
_NEW_ROW = insert(records)


def append(tx: Tx, number: str, happened: Iterable[Event]) -> None:
    """Append events; a number that is there already is refused by the database itself."""
    rows = [
        {
            "number": number,
            "seq": one.seq,
            "at": one.at,
            "by": one.by,
            "what": one.what,
            "why": one.why,
            "data": one.data,
        }
        for one in happened
    ]
    if rows:
        tx.run(_APPEND, rows)


def events_of(tx: Tx, number: str) -> list[Event]:
    """Return everything that happened to a record."""
    return [
        Event(seq=row.seq, at=row.at, by=row.by, what=row.what, why=row.why, data=row.data)
        for row in tx.run(_EVENTS, {"its": number})
    ]


def load(tx: Tx, number: str) -> Record:
    """Return a record as it stands."""
    return _read(tx.run(_STATE, {"its": number}).scalar(), number)


def load_many(tx: Tx, numbers: Iterable[str]) -> dict[str, Record]:
    """Return records as they stand, by their numbers, with one question for many of them."""
    wanted, found = list(numbers), {}
    for start in range(0, len(wanted), 500):
        asked = select(states.c.number, states.c.state).where(states.c.number.in_(wanted[start : start + 500]))
        found.update({row.number: msgspec.convert(row.state, Record) for row in tx.run(asked)})
    return found


def take(tx: Tx, number: str) -> Record:
    """Return a record that this transaction is about to change; whoever else wants to waits, or begins anew."""
    return _read(tx.run(_TAKEN if tx.on_postgresql else _STATE, {"its": number}).scalar(), number)


def _read(state: Any, number: str) -> Record:
    if state is None:
        raise not_found(msg("There is no record {number}.", number=number[:60]))
    return msgspec.convert(state, Record)


def add(tx: Tx, record: Record, urgency: int, due: datetime | None, broken: bool) -> int:
    """Write a new record, and return what its row is known by."""
    tx.run(_NEW_STATE, {"number": record.number, "seq": record.seq, "state": record})
    made = tx.run(_NEW_ROW.returning(records.c.id), {"number": record.number, **_row(record, urgency, due, broken)})
    row_id: int = made.scalar_one()
    return row_id


def put(tx: Tx, record: Record, urgency: int, due: datetime | None, broken: bool) -> int:
    """Write a record as it stands now, and return what its row is known by."""
    tx.run(_STATE_NOW, {"its": record.number, "new_seq": record.seq, "new_state": record})
    row = _row(record, urgency, due, broken)
    made = tx.run(update(records).where(records.c.number == record.number).values(row).returning(records.c.id))
    row_id: int = made.scalar_one()
    return row_id


def _row(record: Record, urgency: int, due: datetime | None, broken: bool) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "title": record.title,
        "stage": record.stage,
        "over": record.over,
        "priority": record.priority,
        "urgency": urgency,
        "service": record.service,
        "assignee": record.assignee,
        "opened_at": record.opened_at,
        "changed_at": record.changed_at,
        "over_at": record.over_at,
        "due": due or NEVER,
        "broken": broken,
    }


def put_links(tx: Tx, before: Record | None, after: Record) -> None:
    """Write what a record has to do with, so that it is found from the other end."""
    was = {one.target for one in before.links} if before else set()
    now = {one.target for one in after.links}
    for target in sorted(was - now):
        tx.run(delete(links).where(links.c.number == after.number, links.c.target == target))
    if new := sorted(now - was):
        tx.run(insert(links), [{"target": target, "number": after.number} for target in new])


def linked_to(tx: Tx, target: str, *, still_open: bool = False) -> list[str]:
    """Return the numbers of the records that have to do with something, the latest first."""
    found = (
        select(records.c.number)
        .join(links, links.c.number == records.c.number)
        .where(links.c.target == target)
        .order_by(records.c.id.desc())
    )
    if still_open:
        found = found.where(records.c.over.is_(False))
    return list(tx.run(found).scalars().all())


def open_ones(tx: Tx, kinds: Sequence[str], service: str | None = None) -> list[str]:
    """Return the numbers of the records of some kinds that are not over, the latest first."""
    found = select(records.c.number).where(records.c.over.is_(False), records.c.kind.in_(kinds))
    if service is not None:
        found = found.where(records.c.service == service)
    return list(tx.run(found.order_by(records.c.id.desc())).scalars().all())
