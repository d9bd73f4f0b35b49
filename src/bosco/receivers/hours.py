"""How much came to each address, hour by hour, for a week."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText

KEPT_FOR = timedelta(days=7)
_HOUR = 3600
hours = Table(
    "receivers_hours",
    metadata,
    Column("receiver", CleanText, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("alerts", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
)


def _counting(dialect: Any) -> Any:
    into = dialect.insert(hours)
    return into.on_conflict_do_update(
        index_elements=["receiver", "hour"],
        set_={
            "alerts": hours.c.alerts + into.excluded.alerts,
            "requests": hours.c.requests + into.excluded.requests,
        },
    )


_COUNT = {True: _counting(postgresql), False: _counting(sqlite)}


def hour_of(at: datetime) -> int:
    """Return the number of the hour, counted from 1970."""
    return int(at.timestamp()) // _HOUR


def count(tx: Tx, receiver: str, alerts: int) -> None:
    """Count a request and its alerts; an hour that begins lets the oldest go."""
    hour = hour_of(tx.at)
    known = tx.run(select(hours.c.hour).where(hours.c.receiver == receiver, hours.c.hour == hour)).first()
    if known is None:
        tx.run(delete(hours).where(hours.c.hour < hour - KEPT_FOR // timedelta(hours=1)))
    tx.run(_COUNT[tx.on_postgresql], {"receiver": receiver, "hour": hour, "alerts": alerts, "requests": 1})


def counted(tx: Tx, last: int = 24) -> dict[str, list[int]]:
    """Return how many alerts came to each address in each of the last hours, the oldest first."""
    first = hour_of(tx.at) - last + 1
    found: dict[str, list[int]] = {}
    for row in tx.run(select(hours).where(hours.c.hour >= first)):
        found.setdefault(row.receiver, [0] * last)[row.hour - first] += row.alerts
    return found
