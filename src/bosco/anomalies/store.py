"""The table of anomalies: the sheets that they came with, letter by letter."""

from datetime import datetime

from sqlalchemy import Column, Table, insert, select, update

from bosco.store.tables import metadata
from bosco.store.tx import Tx
from bosco.store.types import CleanText, Instant

sheets = Table(
    "anomalies_sheets",
    metadata,
    Column("number", CleanText, primary_key=True),
    Column("text", CleanText, nullable=False),
    Column("taken", Instant, nullable=False),
)


def put_sheet(tx: Tx, number: str, text: str, at: datetime) -> None:
    """Keep the sheet of a record, in place of a former one."""
    values = {"text": text, "taken": at}
    if tx.run(update(sheets).where(sheets.c.number == number).values(**values)).rowcount == 0:
        tx.run(insert(sheets).values(number=number, **values))


def sheet_text(tx: Tx, number: str) -> str | None:
    """Return the sheet that a record came with, letter by letter."""
    found: str | None = tx.run(select(sheets.c.text).where(sheets.c.number == number)).scalar()
    return found
