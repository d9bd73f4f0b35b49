"""Finds records: by kind, priority, service, person and words, page by page, however many there are."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from bosco.records.store import records, words
from bosco.records.words import words_in
from bosco.store.tx import Tx
from bosco.web.visitor import Visitor

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for; `before` is the row after which the page goes on."""

    kind: str = ""
    priority: str = ""
    service: str = ""
    person: str = ""
    over: bool = False
    q: str = ""
    before: int | None = None
    # Kinds that the reader may not see.
    hidden: frozenset[str] = frozenset()


def find(tx: Tx, wanted: Wanted, limit: int = PAGE) -> tuple[list[Any], int | None]:
    """Return one page of rows, the latest opened first, and where the next page goes on."""
    rows = tx.run(_asked(wanted).order_by(records.c.id.desc()).limit(limit + 1)).all()
    return list(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def _asked(wanted: Wanted) -> Select[Any]:
    found = select(records).where(records.c.over.is_(wanted.over))
    for column, value in (
        (records.c.kind, wanted.kind),
        (records.c.priority, wanted.priority),
        (records.c.service, wanted.service),
        (records.c.assignee, wanted.person),
    ):
        if value:
            found = found.where(column == value)
    if wanted.hidden:
        found = found.where(records.c.kind.not_in(wanted.hidden))
    if wanted.before is not None:
        found = found.where(records.c.id < wanted.before)
    for word in words_in(wanted.q)[:8]:
        # A word that is not finished yet finds what begins with it.
        has = select(words.c.record).where(words.c.word >= word, words.c.word < f"{word}\U0010ffff")
        found = found.where(records.c.id.in_(has))
    return found


def may_write(visitor: Visitor) -> bool:
    """Say whether a visitor may change records."""
    return visitor.may("responder") or visitor.may("support")
