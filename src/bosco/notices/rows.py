"""Reading and writing matters: one row each, with its escalation and who has it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, bindparam, insert, select, update

from bosco.notices.ladder import Done, Ladder
from bosco.notices.model import Matter
from bosco.notices.store import IS_OPEN, matters
from bosco.store.tx import Tx

KEY = matters.c.key

AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """A matter as it stands."""

    matter: Matter
    state: str
    cause: str
    opened_at: datetime
    closed_at: datetime | None
    acked_by: str | None
    acked_at: datetime | None
    acked_until: datetime | None
    held_at: datetime | None
    held_why: Any
    into: str | None
    ladder: Ladder
    done: tuple[Done, ...]
    unheard_at: datetime | None

    @property
    def key(self) -> str:
        """Return the matter's own name."""
        return self.matter.key

    @property
    def is_open(self) -> bool:
        """Say whether people are still told of it."""
        return self.state == "open"

    @property
    def climbs(self) -> bool:
        """Say whether its escalation goes on: nobody has it, and nothing holds it."""
        return self.state == "open" and self.acked_by is None and self.held_at is None


def kept(row: Row[Any]) -> Kept:
    """Return the row as a matter."""
    return Kept(
        matter=msgspec.convert(row.body, Matter),
        state=row.state,
        cause=row.cause,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        acked_by=row.acked_by,
        acked_at=row.acked_at,
        acked_until=row.acked_until,
        held_at=row.held_at,
        held_why=row.held_why,
        into=row.into_key,
        ladder=msgspec.convert(row.ladder, Ladder),
        done=msgspec.convert(row.done, tuple[Done, ...]),
        unheard_at=row.unheard_at,
    )


def find(tx: Tx, key: str) -> Kept | None:
    """Return the matter of that name."""
    row = tx.run(_FIND, {"its_key": key}).first()
    return None if row is None else kept(row)


def find_all(tx: Tx, keys: Iterable[str]) -> dict[str, Kept]:
    """Return those matters by their names."""
    wanted, found = list(keys), dict[str, Kept]()
    for start in range(0, len(wanted), AT_ONCE):
        some = tx.run(select(matters).where(matters.c.key.in_(wanted[start : start + AT_ONCE])))
        found.update({row.key: kept(row) for row in some})
    return found


def open_keys(tx: Tx, keeps: Sequence[ColumnElement[Any]] = ()) -> list[str]:
    """Return every matter that is open and of which that holds, the oldest first."""
    return list(
        tx.run(select(matters.c.key).where(IS_OPEN, *keeps).order_by(matters.c.opened_at, matters.c.key)).scalars()
    )


def add(tx: Tx, matter: Matter, cause: str, ladder: Ladder, opened: datetime) -> None:
    """Write a new matter, or one that is open again, as it begins."""
    values = {**_described(matter), "cause": cause, "state": "open", "opened_at": opened, "ladder": ladder, "done": []}
    nothing = dict.fromkeys(
        ("closed_at", "acked_by", "acked_at", "acked_until", "held_at", "held_why", "into_key", "unheard_at")
    )
    if find(tx, matter.key) is None:
        tx.run(_ADD, {"key": matter.key, **values, **nothing})
    else:
        change(tx, matter.key, **values, **nothing)


def describe(tx: Tx, matter: Matter, ladder: Ladder) -> None:
    """Write what is known of a matter now."""
    change(tx, matter.key, **_described(matter), ladder=ladder)


def _described(matter: Matter) -> dict[str, Any]:
    return {"subject": matter.subject, "body": matter, "priority": matter.priority}


def change(tx: Tx, key: str, **values: Any) -> None:
    """Write some of a matter's columns."""
    tx.run(update(matters).where(matters.c.key == key).values(**values))


_FIND = select(matters).where(matters.c.key == bindparam("its_key"))
_ADD = insert(matters)
