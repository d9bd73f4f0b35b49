"""Walks the chain and names the first line that is not as it was sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select

from bosco.journal.chain import BEGINNING, Written, digest_of
from bosco.journal.model import Anchor, Verdict
from bosco.journal.store import head, lines, seals, waiting, words
from bosco.kit.words import Message, msg
from bosco.store.tx import Tx

CHUNK = 5000
_subject, _what, _actor = words.alias("subjects"), words.alias("whats"), words.alias("actors")
# Outer joins: a word that was removed must show as an altered line, not as a missing one.
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
        lines.c.digest,
    )
    .select_from(lines)
    .outerjoin(_subject, _subject.c.id == lines.c.subject)
    .outerjoin(_what, _what.c.id == lines.c.what)
    .outerjoin(_actor, _actor.c.id == lines.c.actor)
    .order_by(lines.c.place)
    .limit(CHUNK)
)


@dataclass(frozen=True)
class End:
    """Where the chain must end, as the database says it."""

    place: int
    digest: bytes
    seals: int
    waiting: int
    beyond: int | None
    missing: bool


def read_end(tx: Tx) -> End:
    """Return where the chain must end, in one snapshot with what stands beyond it."""
    row = tx.run(select(head)).first()
    place = 0 if row is None else row.place
    beyond = tx.run(select(func.min(lines.c.place)).where(lines.c.place > place)).scalar()
    left = tx.run(select(func.count()).select_from(waiting)).scalar_one()
    if row is None:
        return End(0, BEGINNING, 0, left, beyond, missing=beyond is not None)
    return End(place, row.digest, row.seals, left, beyond, missing=False)


@dataclass
class Walk:
    """How far the chain has been found whole."""

    end: End
    anchor: Anchor | None = None
    place: int = 0
    digest: bytes = BEGINNING
    seal: int = 0
    broken_at: int | None = None
    why: Message | None = None
    _seals: dict[int, Row[Any]] = field(default_factory=dict)

    def go_on(self, tx: Tx) -> bool:
        """Look at the next lines; say whether there is more to look at."""
        rows = tx.run(_LINES.where(lines.c.place > self.place, lines.c.place <= self.end.place)).all()
        self._seals = self._read_seals(tx, rows)
        for row in rows:
            self._look_at(row)
            if self.why:
                return False
        return bool(rows)

    def finish(self) -> Verdict:
        """Look at the end, once every line has been looked at."""
        if self.why is None:
            self._look_at_end()
        return Verdict(self.place, self.end.waiting, self.digest.hex(), self.broken_at, self.why)

    def _read_seals(self, tx: Tx, rows: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
        if not rows:
            return {}
        span = seals.c.last_place.between(rows[0].place, rows[-1].place)
        return {row.last_place: row for row in tx.run(select(seals).where(span))}

    def _look_at(self, row: Row[Any]) -> None:
        place = self.place + 1
        if row.place != place:
            return self._break(place, msg("Line {place} was removed.", place=place))
        digest = digest_of(self.digest, Written._make(row[:8]))
        if digest != row.digest:
            return self._break(place, msg("Line {place} was altered, or stands where another one stood.", place=place))
        if (seal := self._seals.get(place)) is not None:
            if seal.number != self.seal + 1:
                return self._break(place, msg("Seal {number} was removed.", number=self.seal + 1))
            if seal.digest != digest:
                return self._break(
                    place,
                    msg("Line {place} or one before it does not fit seal {number}.", place=place, number=seal.number),
                )
            self.seal = seal.number
        if self.anchor and self.anchor.place == place and self.anchor.digest != digest.hex():
            return self._break(
                place, msg("Line {place} or one before it does not fit the digest that was given.", place=place)
            )
        self.place, self.digest = place, digest
        return None

    def _look_at_end(self) -> None:
        end = self.end
        if end.missing:
            self._break(1, msg("The end of the chain was removed."))
        elif self.place < end.place:
            self._break(
                self.place + 1,
                msg("Every line from {place} to {last} was removed.", place=self.place + 1, last=end.place),
            )
        elif self.digest != end.digest:
            self._break(max(1, self.place), msg("The lines do not fit the end of the chain."))
        elif self.seal != end.seals:
            self._break(self.place, msg("Seal {number} was removed.", number=self.seal + 1))
        elif end.beyond is not None:
            self._break(end.beyond, msg("Line {place} was added without a seal.", place=end.beyond))
        elif self.anchor and self.anchor.place > self.place:
            self._break(
                self.place + 1,
                msg("The journal ends before line {place}, whose digest was given.", place=self.anchor.place),
            )

    def _break(self, place: int, why: Message) -> None:
        self.broken_at, self.why = place, why
