"""The revisions' table."""

from sqlalchemy import Column, Integer, Table, Text, insert, select, update

from bosco.revisions.model import Revision, Saying
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Json

revisions = Table(
    "revisions_plans",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("digest", Text, nullable=False),
    Column("actor", CleanText, nullable=False),
    Column("why", CleanText),
    Column("sources", Json, nullable=False),
    Column("changes", Json, nullable=False),
)
_BRIEF = [column for column in revisions.c if column.name != "sources"]


def add(
    tx: Tx, *, digest: str, actor: str, why: str | None, sources: dict[str, str], changes: list[Saying]
) -> Revision:
    """Write the next revision."""
    latest = newest(tx)
    number = latest.number + 1 if latest else 1
    made = Revision(number, tx.at, digest, actor, why, sources, tuple(changes))
    row = {"number": number, "at": tx.at, "digest": digest, "actor": actor, "why": why, "sources": sources}
    tx.run(insert(revisions).values(**row, changes=[change.texts for change in changes]))
    return made


def newest(tx: Tx) -> Revision | None:
    """Return the revision in force, if there has ever been one."""
    row = tx.run(select(revisions).order_by(revisions.c.number.desc()).limit(1)).mappings().first()
    return _revision(dict(row)) if row else None


def find(tx: Tx, number: int) -> Revision | None:
    """Return one revision with its sources."""
    row = tx.run(select(revisions).where(revisions.c.number == number)).mappings().first()
    return _revision(dict(row)) if row else None


def page(tx: Tx, *, before: int | None = None, limit: int = 20) -> list[Revision]:
    """Return revisions, the newest first, without their sources."""
    asked = select(*_BRIEF).order_by(revisions.c.number.desc()).limit(limit)
    if before is not None:
        asked = asked.where(revisions.c.number < before)
    return [_revision({**row, "sources": {}}) for row in tx.run(asked).mappings()]


def explain(tx: Tx, number: int, why: str) -> bool:
    """Write why a revision was made; say whether there is such a revision."""
    return tx.run(update(revisions).where(revisions.c.number == number).values(why=why)).rowcount == 1


def _revision(row: dict[str, object]) -> Revision:
    changes = tuple(Saying(texts) for texts in row.pop("changes"))  # type: ignore[attr-defined]
    return Revision(changes=changes, **row)  # type: ignore[arg-type]
