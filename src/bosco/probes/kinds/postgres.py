"""Whether a PostgreSQL server lets us in and answers."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import Field

from bosco.kit.net import NetFailed, Trouble
from bosco.kit.units import Quantity
from bosco.kit.words import msg
from bosco.plan.words import SecretText
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.conclude import conclude
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.timing import Stopwatch, TimeExpect
from bosco.probes.wanted import WantedValue, hold_value, number_in, quoted

if TYPE_CHECKING:
    import psycopg

_MOST_ROWS = 1000
# libpq tells in English, by the system's own words.
_TROUBLES: tuple[tuple[str, Trouble], ...] = (
    ("too many open files", "local"),
    ("network is unreachable", "local"),
    ("cannot assign requested address", "local"),
    ("connection refused", "refused"),
    ("no route to host", "unreachable"),
    ("timeout", "timeout"),
    ("closed the connection", "reset"),
    ("certificate", "tls"),
    ("ssl", "tls"),
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
        """Connect and ask once."""
        # Ten megabytes that a plan without PostgreSQL need not carry.
        import psycopg  # noqa: PLC0415

        watch = Stopwatch(eyes.clock)
        settings = await self._settings(eyes)
        where = f"{settings.get('host') or 'localhost'}:{settings.get('port') or 5432}"
        with eyes.clock.busy():
            try:
                connection = await psycopg.AsyncConnection.connect(**settings)
            except psycopg.Error as error:
                raise _failed(error, where) from error
            try:
                watch.lap("connect")
                rows = await self._rows(connection, eyes.limit)
                watch.lap("query")
            except psycopg.Error as error:
                reason = quoted(_reason(error))
                return conclude([Expectation(f"query ({reason}) == ok", False)], phases=watch.phases)
            finally:
                await connection.close()
        return self._judged(rows, watch)

    async def _settings(self, eyes: Eyes) -> dict[str, Any]:
        """Return how to connect; names are resolved by the door to the network, so that its guard hears of them."""
        from psycopg import ProgrammingError  # noqa: PLC0415
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

        try:
            settings = conninfo_to_dict(eyes.secrets.fill(self.postgres))
        except ProgrammingError as error:
            # The reason quotes the text, which may hold a password.
            raise NetFailed(msg("this is not how a PostgreSQL server is named"), "local") from error
        hosts = str(settings.get("host") or "localhost").split(",")
        found = [(await eyes.net.resolve("localhost" if host.startswith("/") else host))[0] for host in hosts]
        if not any(host.startswith("/") for host in hosts):
            settings |= {"host": ",".join(hosts), "hostaddr": ",".join(found)}
        seconds = max(2, int(eyes.limit.total_seconds()))
        return {"connect_timeout": seconds, "application_name": "bosco", **settings}

    async def _rows(self, connection: "psycopg.AsyncConnection[Any]", limit: timedelta) -> list[tuple[Any, ...]]:
        await connection.set_read_only(True)
        milliseconds = max(1, int(limit.total_seconds() * 1000))
        await connection.execute(f"set statement_timeout = {milliseconds}")
        rows: list[tuple[Any, ...]] = []
        async with connection.cursor() as cursor:
            # Row by row: a query that returns the whole database must not fill this machine's memory.
            async for row in cursor.stream(self.query.encode()):
                rows.append(row)
                if len(rows) >= _MOST_ROWS:
                    break
        return rows

    def _judged(self, rows: list[tuple[Any, ...]], watch: Stopwatch) -> Reading:
        first = rows[0][0] if rows and rows[0] else None
        if isinstance(first, Decimal):
            first = float(first)
        value = first if isinstance(first, (bool, int, float, str)) or first is None else str(first)
        told = [] if self.expect.value is None else [hold_value("value", value, self.expect.value)]
        told += within("rows", Quantity(len(rows)), self.expect.rows, "down", "up")
        told += self.expect.judge_time(watch.total)
        measures = {"rows": float(len(rows))}
        if (figure := number_in(value)) is not None:
            measures["value"] = figure
        return conclude(told, phases=watch.phases, measures=measures)

    def target(self) -> str:
        """Return the server's host, as far as the plan says it."""
        found = re.search(r"(?:@|//|host=)([\w.-]+)", re.sub(r"//[^@/]*@", "//", self.postgres))
        return found[1] if found else ""


def _reason(error: "psycopg.Error") -> str:
    said = (error.diag.message_primary or str(error)).strip()
    return (said.splitlines() or [type(error).__name__])[0].rpartition("failed: ")[2][:200]


def _failed(error: "psycopg.Error", where: str) -> NetFailed:
    said = str(error).lower()
    kind: Trouble = next((trouble for words, trouble in _TROUBLES if words in said), "protocol")
    return NetFailed(msg("{where} does not let us in: {reason}", where=where, reason=_reason(error)), kind)
