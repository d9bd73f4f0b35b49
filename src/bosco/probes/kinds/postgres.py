"""Whether a PostgreSQL server lets us in and answers."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import Field

from bosco.kit.units import Quantity
from bosco.plan.words import SecretText
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.conclude import conclude
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.postgres_talk import reason_of, talking
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import WantedValue, hold_value, number_in, quoted

if TYPE_CHECKING:
    import psycopg

_MOST_ROWS = 1000
# In per cent; what stands behind a pooler may answer otherwise, or not at all.
_CONNECTIONS = (
    b"select 100.0 * sum(numbackends) / nullif(current_setting('max_connections')::int, 0) from pg_stat_database"
)


class PostgresExpect(TimeExpect):
    """What the query must return: a first value, a number of rows."""

    value: WantedValue | None = None
    rows: Bound | Levels | None = None


class Postgres(Kind):
    """Connect, and run a query that may only read; its first value and its number of rows can be expected.

    In the plan: {postgres: "postgresql://ops:${DB_PASSWORD}@db.internal/app", query: "select 1", expect: {value: 1}}
    """

    postgres: SecretText
    query: str = "select 1"
    expect: PostgresExpect = Field(default_factory=PostgresExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Connect and ask once; how many of its connections are taken is told beside."""
        import psycopg  # noqa: PLC0415 - ten megabytes that a plan without PostgreSQL need not carry

        watch = Stopwatch(eyes.clock)
        async with talking(eyes.secrets.fill(self.postgres), eyes) as connection:
            watch.lap("connect")
            try:
                rows = await self._rows(connection)
                watch.lap("query")
            except psycopg.Error as error:
                return conclude([Expectation(f"query ({quoted(reason_of(error))}) == ok", False)], phases=watch.phases)
            taken = await _connections(connection)
        return self._judged(rows, watch, taken)

    async def _rows(self, connection: "psycopg.AsyncConnection[Any]") -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        async with connection.cursor() as cursor:
            # Row by row: a query that returns the whole database must not fill this machine's memory.
            async for row in cursor.stream(self.query.encode()):
                rows.append(row)
                if len(rows) >= _MOST_ROWS:
                    break
        return rows

    def _judged(self, rows: list[tuple[Any, ...]], watch: Stopwatch, taken: float | None) -> Reading:
        first = rows[0][0] if rows and rows[0] else None
        if isinstance(first, Decimal):
            first = float(first)
        value = first if isinstance(first, (bool, int, float, str)) or first is None else str(first)
        told = [] if self.expect.value is None else [hold_value("value", value, self.expect.value)]
        told += within("rows", Quantity(len(rows)), self.expect.rows, "down", "up")
        told += self.expect.judge_time(watch.total)
        measures = {"rows": float(len(rows))}
        if taken is not None:
            measures["connections"] = taken
        if (figure := number_in(value)) is not None:
            measures["value"] = figure
        return conclude(told, phases=watch.phases, measures=measures)

    def target(self) -> str:
        """Return the server's host, as far as the plan says it."""
        found = re.search(r"(?:@|//|host=)([\w.-]+)", re.sub(r"//[^@/]*@", "//", self.postgres))
        return found[1] if found else ""


async def _connections(connection: "psycopg.AsyncConnection[Any]") -> float | None:
    """Return which share of the server's connections is taken, where it tells."""
    import psycopg  # noqa: PLC0415

    try:
        await connection.rollback()
        row = await (await connection.execute(_CONNECTIONS)).fetchone()
    except psycopg.Error:
        return None
    return float(row[0]) if row and row[0] is not None else None
