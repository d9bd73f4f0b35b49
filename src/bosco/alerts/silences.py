"""Silences: who wants not to be told of what, why, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, not_, or_, select, update

from bosco.alerts.model import Alert
from bosco.alerts.store import silences
from bosco.store.tx import Tx
from bosco.store.types import clean

# What a silence may name; it covers the alerts of which all that it names is so.
WORDS = ("service", "measure", "priority", "source", "alert")


@dataclass(frozen=True)
class Silence:
    """One silence; `covers` names what must be equal, labels of a series as `label.<name>`."""

    id: str
    author: str
    reason: str
    made_at: datetime
    ends_at: datetime
    covers: Mapping[str, str]
    ended_at: datetime | None = None
    ended_by: str | None = None

    def is_over(self, at: datetime) -> bool:
        """Say whether it holds no more."""
        return self.ended_at is not None or self.ends_at <= at


def covers(silence: Silence, alert: Alert) -> bool:
    """Say whether a silence covers an alert; one that names nothing covers nothing."""
    return bool(silence.covers) and all(_is(alert, word, wanted) for word, wanted in silence.covers.items())


def _is(alert: Alert, word: str, wanted: str) -> bool:
    if word.startswith("label."):
        return alert.labels.get(word.removeprefix("label.")) == wanted
    if word == "measure":
        return alert.labels.get("measure") == wanted
    if word == "alert":
        # The same trouble, also when it comes back within the silence.
        return alert.fingerprint == wanted
    return word in WORDS and getattr(alert, word) == wanted


def add(tx: Tx, silence: Silence, asked: str | None = None) -> None:
    """Write a silence."""
    row = {
        "id": silence.id,
        "author": silence.author,
        "reason": silence.reason,
        "made_at": silence.made_at,
        "ends_at": silence.ends_at,
        "covers": dict(silence.covers),
        "asked": asked,
    }
    tx.run(insert(silences), row)


def end(tx: Tx, silence_id: str, by: str) -> None:
    """Write that a silence is over."""
    tx.run(update(silences).where(silences.c.id == silence_id).values(ended_at=tx.at, ended_by=by))


def find(tx: Tx, silence_id: str) -> Silence | None:
    """Return the silence of that id."""
    row = tx.run(select(silences).where(silences.c.id == clean(silence_id))).first()
    return None if row is None else _silence(row)


def asked_before(tx: Tx, asked: str | None) -> Silence | None:
    """Return the silence that was asked for under that key already."""
    row = tx.run(select(silences).where(silences.c.asked == clean(asked))).first() if asked else None
    return None if row is None else _silence(row)


def change(tx: Tx, silence_id: str, **values: Any) -> None:
    """Write what has changed of a silence."""
    tx.run(update(silences).where(silences.c.id == silence_id).values(**values))


def in_force(tx: Tx) -> list[Silence]:
    """Return the silences that hold now."""
    rows = tx.run(select(silences).where(silences.c.ended_at.is_(None), silences.c.ends_at > tx.at))
    return [_silence(row) for row in rows]


def page(tx: Tx, *, over: bool, before: str = "", limit: int = 50) -> list[Silence]:
    """Return silences that are over or still hold, the last made first, and one more if there are others."""
    is_over = or_(silences.c.ended_at.is_not(None), silences.c.ends_at <= tx.at)
    query = select(silences).where(is_over if over else not_(is_over))
    if before:
        query = query.where(silences.c.id < clean(before))
    return [_silence(row) for row in tx.run(query.order_by(silences.c.id.desc()).limit(limit + 1))]


def _silence(row: Row[Any]) -> Silence:
    return Silence(row.id, row.author, row.reason, row.made_at, row.ends_at, row.covers, row.ended_at, row.ended_by)
