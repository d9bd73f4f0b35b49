"""A question to PostgreSQL, in a transaction that may only read, stopped when its time is over."""

from typing import Any

from bosco.kit.words import msg
from bosco.probes.postgres_talk import reason_of, talking
from bosco.signals.kind import Doors, NoValue
from bosco.signals.rows import MOST_ROWS, Answer


async def ask(url: str, query: str, doors: Doors) -> Answer:
    """Ask once."""
    import psycopg  # noqa: PLC0415 - ten megabytes that a plan without PostgreSQL need not carry

    try:
        async with talking(url, doors) as connection, connection.cursor() as cursor:
            rows: list[tuple[Any, ...]] = []
            # Row by row: a question that returns the whole database must not fill this machine's memory.
            async for row in cursor.stream(query.encode()):
                rows.append(row)
                if len(rows) > MOST_ROWS:
                    break
            return [column.name for column in cursor.description or ()], list(rows)
    except psycopg.errors.QueryCanceled:
        raise TimeoutError from None
    except psycopg.Error as error:
        raise NoValue(msg("the database refuses the question: {reason}", reason=reason_of(error))) from None
