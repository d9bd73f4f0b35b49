"""Incidents as marks beside a service's line of time."""

from collections.abc import Iterator

from sqlalchemy import or_, select

from bosco.incidents.store import alerts, cases
from bosco.services.marks import Mark
from bosco.services.spans import Span
from bosco.store.tx import Tx

MOST = 60


def marks_of(tx: Tx, service: str, span: Span) -> Iterator[Mark]:
    """Yield the incidents that touched a service within a span, in order: its own, and those its alerts joined."""
    joined = select(alerts.c.number).where(
        alerts.c.service == service,
        alerts.c.fired < span.end,
        or_(alerts.c.resolved.is_(None), alerts.c.resolved > span.start),
    )
    over = or_(cases.c.recovered > span.start, cases.c.recovered.is_(None) & cases.c.ended.is_(None))
    found = (
        select(cases)
        .where(
            or_(cases.c.service == service, cases.c.number.in_(joined)),
            cases.c.began < span.end,
            or_(over, cases.c.ended > span.start),
        )
        .order_by(cases.c.began.desc())
        .limit(MOST)
    )
    for row in tx.run(found).all()[::-1]:
        yield Mark("incident", row.began, row.number, row.recovered or row.ended, f"/incidents/{row.number}")
