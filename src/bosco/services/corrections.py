"""Keeps what a person says that a service was, against what was seen; nothing is ever changed or taken away."""

from collections.abc import Sequence

from sqlalchemy import Column, Index, Table, Text, insert, select

from bosco.services.availability import Correction
from bosco.services.spans import Span
from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant, Serial

corrections = Table(
    "services_corrections",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("service", CleanText, nullable=False),
    Column("start", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("says", Text, nullable=False),
    Column("by", CleanText, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_services_corrections_service", "service", "start"),
)


def add_correction(tx: Tx, service: str, correction: Correction) -> None:
    """Write a correction."""
    tx.run(
        insert(corrections),
        {
            "service": service,
            "start": correction.span.start,
            "ended": correction.span.end,
            "says": correction.says,
            "by": correction.by,
            "reason": correction.reason,
            "made_at": correction.made_at,
        },
    )


def corrections_of(tx: Tx, services: Sequence[str], span: Span) -> dict[str, list[Correction]]:
    """Return the corrections that touch the span, by service, in the order in which they were made."""
    rows = tx.run(
        select(corrections)
        .where(corrections.c.service.in_(services), corrections.c.start < span.end, corrections.c.ended > span.start)
        .order_by(corrections.c.made_at, corrections.c.id)
    )
    found: dict[str, list[Correction]] = {}
    for row in rows:
        made = Correction(Span(row.start, row.ended), row.says, row.by, row.reason, row.made_at)
        found.setdefault(row.service, []).append(made)
    return found
