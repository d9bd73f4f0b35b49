"""A connection to PostgreSQL that may only read, for probes and for whoever asks a database for figures."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from bosco.kit.clock import Clock
from bosco.kit.net import Net, NetFailed, Trouble
from bosco.kit.words import msg

if TYPE_CHECKING:
    import psycopg

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


class Doors(Protocol):
    """What a talk needs of whoever begins it."""

    @property
    def net(self) -> Net:
        """Return the network."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""

    @property
    def limit(self) -> timedelta:
        """Return how long a statement may take."""


@contextlib.asynccontextmanager
async def talking(url: str, doors: Doors) -> "AsyncIterator[psycopg.AsyncConnection[Any]]":
    """Connect for the time of a block; whatever fails then is psycopg's own error."""
    import psycopg  # noqa: PLC0415 - ten megabytes that a plan without PostgreSQL need not carry

    settings = await _settings(url, doors)
    where = f"{settings.get('host') or 'localhost'}:{settings.get('port') or 5432}"
    with doors.clock.busy():
        try:
            connection = await psycopg.AsyncConnection.connect(**settings)
        except psycopg.Error as error:
            raise _failed(error, where) from error
        try:
            await connection.set_read_only(True)
            milliseconds = max(1, int(doors.limit.total_seconds() * 1000))
            await connection.execute(f"set statement_timeout = {milliseconds}".encode())
            yield connection
        finally:
            await connection.close()


async def _settings(url: str, doors: Doors) -> dict[str, Any]:
    """Return how to connect; names are resolved by the door to the network, so that its guard hears of them."""
    from psycopg import ProgrammingError  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        settings = conninfo_to_dict(url)
    except ProgrammingError as error:
        # The reason quotes the text, which may hold a password.
        raise NetFailed(msg("this is not how a PostgreSQL server is named"), "local") from error
    hosts = str(settings.get("host") or "localhost").split(",")
    found = [(await doors.net.resolve("localhost" if host.startswith("/") else host))[0] for host in hosts]
    if not any(host.startswith("/") for host in hosts):
        settings |= {"host": ",".join(hosts), "hostaddr": ",".join(found)}
    seconds = max(2, int(doors.limit.total_seconds()))
    return {"connect_timeout": seconds, "application_name": "bosco", **settings}


def reason_of(error: "psycopg.Error") -> str:
    """Return what the server said, in one line."""
    said = (error.diag.message_primary or str(error)).strip()
    return (said.splitlines() or [type(error).__name__])[0].rpartition("failed: ")[2][:200]


def _failed(error: "psycopg.Error", where: str) -> NetFailed:
    said = str(error).lower()
    kind: Trouble = next((trouble for words, trouble in _TROUBLES if words in said), "protocol")
    return NetFailed(msg("{where} does not let us in: {reason}", where=where, reason=reason_of(error)), kind)
