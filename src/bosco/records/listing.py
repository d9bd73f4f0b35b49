"""Finds records: by kind, stage, priority, service, person and words, in some order, page by page, however many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, func, intersect, or_, select

from bosco.records.rows import NEVER
from bosco.records.store import records, words
from bosco.records.words import asked_words
from bosco.store.tx import Tx
from bosco.web.visitor import Visitor

PAGE = 50
MOST_WORDS = 8
# A word that stands in fewer records leads to them; one that stands in more is looked for in each that comes by.
RARE = 1000
Sort = Literal["opened", "due", "urgent", "changed"]
SORTS: tuple[Sort, ...] = ("opened", "due", "urgent", "changed")
NOBODY = "nobody"


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for; `before` is the mark at which the page goes on."""

    kind: str = ""
    stage: str = ""
    priority: str = ""
    service: str = ""
    # A name of the plan, or `nobody`.
    person: str = ""
    broken: bool = False
    over: bool = False
    q: str = ""
    sort: Sort = "opened"
    before: str = ""
    # Kinds that the reader may not see.
    hidden: frozenset[str] = frozenset()


def find(tx: Tx, wanted: Wanted, limit: int = PAGE) -> tuple[list[Any], str | None]:
    """Return one page of rows, and the mark at which the next page goes on."""
    keys = _KEYS[wanted.sort]
    found = _asked(tx, wanted).order_by(*(key.desc() if falls else key.asc() for key, falls in keys))
    if (at := _mark(wanted)) is not None:
        found = found.where(_beyond(keys, at))
    rows = tx.run(found.limit(limit + 1)).all()
    more = len(rows) > limit
    return list(rows[:limit]), _mark_of(wanted.sort, rows[limit - 1]) if more else None


def every(tx: Tx, wanted: Wanted, limit: int) -> Iterator[Any]:
    """Yield rows page after page in one transaction, up to so many."""
    while limit > 0:
        rows, before = find(tx, wanted, min(limit, 500))
        yield from rows
        limit -= len(rows)
        if before is None:
            return
        wanted = replace(wanted, before=before)


# What each order goes by, and whether it falls; the last is unique, so that no row is skipped or shown twice.
_KEYS: dict[Sort, tuple[tuple[Any, bool], ...]] = {
    "opened": ((records.c.id, True),),
    "changed": ((records.c.changed_at, True), (records.c.id, True)),
    "due": ((records.c.due, False), (records.c.id, False)),
    "urgent": ((records.c.urgency, False), (records.c.due, False), (records.c.id, False)),
}


def _mark_of(sort: Sort, row: Any) -> str:
    values = [getattr(row, key.name) for key, _ in _KEYS[sort]]
    return "_".join(one.isoformat() if isinstance(one, datetime) else str(one) for one in values)


def _mark(wanted: Wanted) -> tuple[Any, ...] | None:
    parts = wanted.before.split("_")
    keys = _KEYS[wanted.sort]
    if not wanted.before or len(parts) != len(keys):
        return None
    try:
        return tuple(
            _instant(part) if key.name in ("due", "changed_at") else _id(part)
            for part, (key, _) in zip(parts, keys, strict=True)
        )
    except ValueError:
        # A mark that was typed by hand begins anew.
        return None


def _instant(part: str) -> datetime:
    at = datetime.fromisoformat(part)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _id(part: str) -> int:
    if not part.isascii() or not part.isdigit() or len(part) > 18:
        raise ValueError(part)
    return int(part)


def _beyond(keys: tuple[tuple[Any, bool], ...], at: tuple[Any, ...]) -> ColumnElement[bool]:
    ways = []
    for place, (key, falls) in enumerate(keys):
        same = [other == at[before] for before, (other, _) in enumerate(keys[:place])]
        ways.append(and_(*same, key < at[place] if falls else key > at[place]))
    return or_(*ways)


def _asked(tx: Tx, wanted: Wanted) -> Select[Any]:
    found = select(records).where(records.c.over.is_(wanted.over))
    for column, value in (
        (records.c.kind, wanted.kind),
        (records.c.stage, wanted.stage),
        (records.c.priority, wanted.priority),
        (records.c.service, wanted.service),
        (records.c.assignee, "" if wanted.person == NOBODY else wanted.person),
    ):
        if value:
            found = found.where(column == value)
    if wanted.person == NOBODY:
        found = found.where(records.c.assignee.is_(None))
    if wanted.broken:
        found = found.where(records.c.broken.is_(True))
    if wanted.hidden:
        found = found.where(records.c.kind.not_in(wanted.hidden))
    return found.where(*_worded(tx, asked_words(wanted.q)[:MOST_WORDS]))


def _worded(tx: Tx, asked: list[str]) -> list[ColumnElement[bool]]:
    # A word that is not finished yet finds what begins with it.
    begins = [and_(words.c.word >= word, words.c.word < f"{word}\U0010ffff") for word in asked]
    rare, common = [], []
    for one in begins:
        known = list(tx.run(select(words.c.record).where(one).limit(RARE + 1)).scalars().all())
        if len(known) <= RARE:
            rare.append(records.c.id.in_(set(known)))
        else:
            common.append(one)
    in_each = [exists(select(words.c.record).where(words.c.record == records.c.id, one)) for one in common]
    if rare or len(common) < 2 or _meet(tx, in_each):
        return [*rare, *in_each]
    # Words that stand in many records and hardly ever together: their lists are laid over each other first.
    return [records.c.id.in_(intersect(*(select(words.c.record).where(one) for one in common)))]


def _meet(tx: Tx, in_each: Sequence[ColumnElement[bool]]) -> bool:
    """Say whether words stand together often enough among the latest records to be looked for in each that comes by."""
    latest = select(records.c.id).order_by(records.c.id.desc()).limit(RARE).subquery()
    met = select(records.c.id).where(records.c.id.in_(select(latest.c.id)), *in_each).limit(RARE // 50)
    return len(tx.run(met).all()) == RARE // 50


def counted(tx: Tx, wanted: Wanted, most: int = 1000) -> int:
    """Return how many there are, up to so many."""
    some = _asked(tx, wanted).with_only_columns(records.c.id).limit(most).subquery()
    return int(tx.run(select(func.count()).select_from(some)).scalar_one())


def due_of(row: Any) -> datetime | None:
    """Return when a row's next promise is due, if there is any."""
    return None if row.due >= NEVER else row.due


def may_write(visitor: Visitor) -> bool:
    """Say whether a visitor may change records."""
    return visitor.may("responder") or visitor.may("support")
