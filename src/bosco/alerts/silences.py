"""Silences: who wants not to be told of what, why, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

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


def add(tx: Tx, silence: Silence) -> None:
    """Write a silence."""
    row = {
        "id": silence.id,
        "author": silence.author,
        "reason": silence.reason,
        "made_at": silence.made_at,
        "ends_at": silence.ends_at,
        "covers": dict(silence.covers),
    }
    tx.run(insert(silences), row)


def end(tx: Tx, silence_id: str, by: str) -> None:
    """Write that a silence is over."""
    tx.run(update(silences).where(silences.c.id == silence_id).values(ended_at=tx.at, ended_by=by))


def find(tx: Tx, silence_id: str) -> Silence | None:
    """Return the silence of that id."""
    row = tx.run(select(silences).where(silences.c.id == clean(silence_id))).first()
    return None if row is None else _silence(row)


def in_force(tx: Tx) -> list[Silence]:
    """Return the silences that hold now."""
    rows = tx.run(select(silences).where(silences.c.ended_at.is_(None), silences.c.ends_at > tx.at))
    return [_silence(row) for row in rows]


def latest(tx: Tx, limit: int = 50) -> list[Silence]:
    """Return the last silences that were made, those in force first."""
    found = [_silence(row) for row in tx.run(select(silences).order_by(silences.c.id.desc()).limit(limit))]
    return sorted(found, key=lambda one: one.ended_at is not None or one.ends_at <= tx.at)


def _silence(row: Row[Any]) -> Silence:
    return Silence(row.id, row.author, row.reason, row.made_at, row.ends_at, row.covers, row.ended_at, row.ended_by)
