"""Reads lines: by place in both directions, of a subject, of a kind, of an actor, of a span of time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from bosco.journal.append import read_data
from bosco.journal.model import Line
from bosco.journal.span import place_span, windows
from bosco.journal.store import lines, waiting, words
from bosco.store.tx import Tx
from bosco.store.types import clean, from_microseconds, to_microseconds

_subject, _what, _actor = words.alias("subjects"), words.alias("whats"), words.alias("actors")
_LINES = (
    select(
        lines.c.place,
        lines.c.id,
        lines.c.at,
        _subject.c.word.label("subject"),
        _what.c.word.label("what"),
        _actor.c.word.label("actor"),
        lines.c.why,
        lines.c.data,
    )
    .select_from(lines)
    .join(_subject, _subject.c.id == lines.c.subject)
    .join(_what, _what.c.id == lines.c.what)
    .join(_actor, _actor.c.id == lines.c.actor)
)
LIMIT = 1000
SUBJECT = _subject.c.word


@dataclass(frozen=True)
class Filter:
    """Which lines: names are exact, or open at the end with a star (`probe:*`)."""

    subject: str | None = None
    what: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    # Beginnings of words for what happened that this reader may not see.
    hidden: tuple[str, ...] = ()
    # What else must hold of a line that this reader may see.
    where: tuple[ColumnElement[bool], ...] = ()

    @property
    def many_words(self) -> bool:
        """Say whether a name stands for many words, so that no one index leads to the lines in their order."""
        return any(name is not None and name.endswith("*") for name in (self.subject, self.what, self.actor))


def read_lines(tx: Tx, which: Filter, *, after: int | None, before: int | None, limit: int) -> list[Line]:
    """Return lines in the order of their places: the first ones after a place, or else the last ones before one."""
    forward = after is not None
    order = lines.c.place if forward else lines.c.place.desc()
    query = _filtered(which).order_by(order)
    first, last = place_span(tx, which.since, which.until)
    first = first if after is None else max(first, after + 1)
    last = last if before is None else min(last, before - 1)
    spans = windows(first, last, forward=forward) if which.many_words else [(first, last)]
    wanted = max(1, min(limit, LIMIT))
    found: list[Line] = []
    for span in spans:
        rows = tx.run(query.where(lines.c.place.between(*span)).limit(wanted - len(found)))
        found += [_line(row) for row in rows]
        if len(found) == wanted:
            break
    return found if forward else found[::-1]


def waiting_lines(tx: Tx, subject: str | None = None) -> list[Line]:
    """Return committed lines that have no place yet."""
    found = select(waiting).order_by(waiting.c.number).limit(LIMIT)
    if subject is not None:
        found = found.where(waiting.c.subject == subject)
    return [_line(row, placed=False) for row in tx.run(found)]


def line_of(tx: Tx, line_id: str) -> Line | None:
    """Return the line of that id."""
    row = tx.run(_LINES.where(lines.c.id == clean(line_id))).first()
    return None if row is None else _line(row)


def is_shown(tx: Tx, place: int, which: Filter) -> bool:
    """Say whether the line of that place is among those."""
    return tx.run(_filtered(which).where(lines.c.place == place)).first() is not None


def last_place(tx: Tx) -> int:
    """Return the place of the last line."""
    return int(tx.run(select(func.max(lines.c.place))).scalar() or 0)


def _filtered(which: Filter) -> Select[Any]:
    found = _LINES
    for column, name in ((lines.c.subject, which.subject), (lines.c.what, which.what), (lines.c.actor, which.actor)):
        if name is not None:
            found = found.where(column.in_(_words(clean(name))) if name.endswith("*") else column == _word(clean(name)))
    for start in which.hidden:
        found = found.where(lines.c.what.not_in(_words(f"{start}*")))
    found = found.where(*which.where)
    if which.since is not None:
        found = found.where(lines.c.at >= to_microseconds(which.since))
    if which.until is not None:
        found = found.where(lines.c.at <= to_microseconds(which.until))
    return found


def _word(name: str) -> Any:
    return select(words.c.id).where(words.c.word == name).scalar_subquery()


def _words(name: str) -> Any:
    start = name[:-1]
    # Not LIKE, which ignores letter case on one database and the index on the other.
    return select(words.c.id).where(words.c.word >= start, words.c.word < f"{start}\U0010ffff")


def _line(row: Row[Any], *, placed: bool = True) -> Line:
    return Line(
        place=row.place if placed else None,
        id=row.id,
        at=from_microseconds(row.at),
        subject=row.subject,
        what=row.what,
        actor=row.actor,
        why=row.why,
        data=read_data(row.data),
    )
