"""Keeps what is remembered of rules and series, so that a restart goes on from there."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from bosco.alerts.board import State
from bosco.alerts.judging import Subject
from bosco.alerts.store import judged, settings
from bosco.store.tx import Tx

_UNTIL = "judged-until"
States = Mapping[tuple[str, Subject], State]


def load(tx: Tx) -> tuple[dict[tuple[str, Subject], State], datetime | None]:
    """Return what was remembered, and until when everything was judged."""
    found = {
        (row.rule, _read(row.subject)): State(row.since, row.unknown_since, row.phase) for row in tx.run(select(judged))
    }
    until = tx.run(select(settings.c.at).where(settings.c.name == _UNTIL)).scalar()
    return found, until


def save(tx: Tx, before: States, now: States) -> None:
    """Write what has changed of what is remembered."""
    gone = [
        {"rule_": rule, "subject_": _write(subject)}
        for (rule, subject) in before
        if before[rule, subject] != now.get((rule, subject))
    ]
    if gone:
        tx.run(
            delete(judged).where(judged.c.rule == bindparam("rule_"), judged.c.subject == bindparam("subject_")), gone
        )
    new = [
        {"rule": rule, "subject": _write(subject), **state._asdict()}
        for (rule, subject), state in now.items()
        if before.get((rule, subject)) != state
    ]
    if new:
        tx.run(insert(judged), new)
    tx.run(delete(settings).where(settings.c.name == _UNTIL))
    tx.run(insert(settings), {"name": _UNTIL, "at": tx.at})


def _write(subject: Subject) -> str:
    return msgspec.json.encode(subject).decode()


def _read(text: str) -> Subject:
    found: Subject = msgspec.json.decode(text, type=Subject)
    return found
