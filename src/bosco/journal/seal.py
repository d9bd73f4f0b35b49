"""Gives committed lines their final place in one order, and chains them; one process at a time does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, exists, func, insert, select, update

from bosco.journal.chain import BEGINNING, Written, digest_of
from bosco.journal.store import head, lines, seals, waiting, words
from bosco.store.tx import Tx
from bosco.store.types import from_microseconds, to_microseconds

BELL = "journal-sealed"
BATCH = 1000
# A seal is written after so many lines, or with the first lines after so long.
LINES_TO_A_SEAL = 1000
A_SEAL_EVERY = timedelta(minutes=10)
# Words remembered between batches; forgetting them all costs one query.
REMEMBERED = 50_000


@dataclass(frozen=True)
class Sealed:
    """What one batch did: the chain now ends at that place with that digest."""

    lines: int
    place: int
    digest: bytes
    seal: int | None
    words: dict[str, int]


def anything_waits(tx: Tx) -> bool:
    """Say whether a committed line has no place yet."""
    return bool(tx.run(select(exists().select_from(waiting))).scalar())


def seal_batch(tx: Tx, known: dict[str, int]) -> Sealed | None:
    """Give places to the lines that wait; None if there are none, or if another process is doing it right now."""
    end = _end_of_chain(tx)
    if end is None:
        return None
    rows = tx.run(select(waiting).order_by(waiting.c.number).limit(BATCH)).all()
    if not rows:
        return None
    new_words = _number(tx, {word for row in rows for word in (row.subject, row.what, row.actor)} - known.keys())
    place, digest = _write(tx, rows, end, {**known, **new_words} if new_words else known)
    _take_away(tx, [row.number for row in rows])
    seal = _seal_if_due(tx, end, place, digest)
    tx.run(
        update(head).values(
            place=place,
            digest=digest,
            **({} if seal is None else {"seals": seal, "sealed_place": place, "sealed_at": to_microseconds(tx.at)}),
        )
    )
    tx.ring(BELL)
    return Sealed(len(rows), place, digest, seal, new_words)


def _end_of_chain(tx: Tx) -> Row[Any] | None:
    found = tx.run(select(head).with_for_update(skip_locked=True)).first()
    if found is not None or tx.run(select(exists().select_from(head))).scalar():
        return found
    if tx.run(select(exists().select_from(lines))).scalar():
        raise RuntimeError("the journal has lines but the end of its chain is gone; `bosco journal verify` says more")
    tx.run(
        insert(head).values(id=1, place=0, digest=BEGINNING, seals=0, sealed_place=0, sealed_at=to_microseconds(tx.at))
    )
    return tx.run(select(head)).first()


def _number(tx: Tx, new: Iterable[str]) -> dict[str, int]:
    wanted = sorted(new)
    if not wanted:
        return {}
    found = {row.word: row.id for row in tx.run(select(words).where(words.c.word.in_(wanted)))}
    if missing := [{"word": word} for word in wanted if word not in found]:
        found |= {row.word: row.id for row in tx.run(insert(words).returning(words.c.word, words.c.id), missing)}
    return found


def _write(tx: Tx, rows: Sequence[Row[Any]], end: Row[Any], numbers: dict[str, int]) -> tuple[int, bytes]:
    place: int = end.place
    digest: bytes = end.digest
    placed: list[dict[str, Any]] = []
    for row in rows:
        place += 1
        digest = digest_of(digest, Written(place, row.id, row.at, row.subject, row.what, row.actor, row.why, row.data))
        placed.append(
            {
                "place": place,
                "id": row.id,
                "at": row.at,
                "subject": numbers[row.subject],
                "what": numbers[row.what],
                "actor": numbers[row.actor],
                "why": row.why,
                "data": row.data,
                "digest": digest,
            }
        )
    tx.run(insert(lines), placed)
    return place, digest


def _take_away(tx: Tx, numbers: list[int]) -> None:
    first, last = numbers[0], numbers[-1]
    if last - first + 1 == len(numbers):
        tx.run(_TAKE_SPAN, {"first": first, "last": last})
    else:
        # A number in between may belong to a transaction that has not committed yet.
        tx.run(delete(waiting).where(waiting.c.number.in_(numbers)))


_TAKE_SPAN = delete(waiting).where(waiting.c.number.between(bindparam("first"), bindparam("last")))


def _seal_if_due(tx: Tx, end: Row[Any], place: int, digest: bytes) -> int | None:
    sealed_at: datetime = from_microseconds(end.sealed_at)
    if place - end.sealed_place < LINES_TO_A_SEAL and tx.at - sealed_at < A_SEAL_EVERY:
        return None
    first = end.sealed_place + 1
    earliest, latest = func.min(lines.c.at).label("earliest"), func.max(lines.c.at).label("latest")
    span = tx.run(select(earliest, latest).where(lines.c.place.between(first, place))).one()
    number: int = end.seals + 1
    tx.run(
        insert(seals).values(
            number=number,
            first_place=first,
            last_place=place,
            digest=digest,
            sealed_at=to_microseconds(tx.at),
            earliest=span.earliest,
            latest=span.latest,
        )
    )
    return number
