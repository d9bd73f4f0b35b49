"""A question to MySQL or MariaDB, in a transaction that may only read, stopped when its time is over."""

import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from bosco.kit.net import NetFailed
from bosco.kit.words import msg
from bosco.signals.kind import Doors, NoValue
from bosco.signals.rows import MOST_ROWS, Answer

if TYPE_CHECKING:
    import pymysql

# The server's own codes: what it says when a statement has run out of its time, and when nobody is there.
_TIME_OVER = {1969, 3024, 1028}
_CANNOT_CONNECT, _LOST = 2003, 2013


async def ask(url: str, query: str, doors: Doors) -> Answer:
    """Ask once, in a thread: names are resolved by the door to the network, so that its guard hears of them."""
    import pymysql  # noqa: PLC0415 - a plan without MySQL need not carry it

    settings = _settings(url, max(1, int(doors.limit.total_seconds())))
    where = f"{settings['host']}:{settings['port']}"
    address = (await doors.net.resolve(settings["host"]))[0]
    if "ssl" not in settings:
        # A certificate is for a name, so that with TLS the name is what counts.
        settings["host"] = address
    try:
        return await doors.clock.in_thread(doors.pool, lambda: _ask(settings, query, doors.limit.total_seconds()))
    except pymysql.Error as error:
        raise _told(error, where) from None


def _settings(url: str, seconds: int) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        settings: dict[str, Any] = {"host": parts.hostname or "localhost", "port": parts.port or 3306}
    except ValueError:
        raise NoValue(msg("this is not how a MySQL server is named")) from None
    settings |= {"user": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    settings |= {"database": unquote(parts.path.strip("/")) or None, "charset": "utf8mb4"}
    if parse_qs(parts.query).get("ssl", ["false"])[0].casefold() in ("true", "1", "yes"):
        settings["ssl"] = ssl.create_default_context()
    return settings | {"connect_timeout": seconds, "read_timeout": seconds + 1, "write_timeout": seconds + 1}


def _ask(settings: dict[str, Any], query: str, seconds: float) -> Answer:
    import pymysql  # noqa: PLC0415
    from pymysql.cursors import SSCursor  # noqa: PLC0415

    connection: Any = pymysql.connect(**settings, cursorclass=SSCursor)
    try:
        cursor = connection.cursor()
        if "mariadb" in str(connection.get_server_info()).casefold():
            cursor.execute(f"SET SESSION max_statement_time = {seconds:.3f}")
        else:
            cursor.execute(f"SET SESSION max_execution_time = {int(seconds * 1000)}")
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute("START TRANSACTION READ ONLY")
        cursor.execute(query)
        rows = cursor.fetchmany(MOST_ROWS + 1)
        return [column[0] for column in cursor.description or ()], list(rows)
    finally:
        # A polite end would read what is left of a long answer.
        connection._force_close()


def _told(error: "pymysql.Error", where: str) -> Exception:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    reason = str(error.args[-1] if error.args else error)[:200]
    if code in _TIME_OVER or (code == _LOST and "timed out" in reason):
        return TimeoutError()
    if code == _CANNOT_CONNECT:
        return NetFailed(msg("{where} does not let us in: {reason}", where=where, reason=reason), "unreachable")
    return NoValue(msg("the database refuses the question: {reason}", reason=reason))
