"""A question to an SQLite file, opened for reading only, stopped when its time is over."""

import sqlite3
from collections.abc import Callable
from urllib.parse import quote, unquote

from bosco.kit.words import msg
from bosco.signals.kind import Doors, NoValue
from bosco.signals.rows import MOST_ROWS, Answer

# After so many steps of SQLite's machine its time is looked at.
_STEPS = 5000
# Nothing of another file, and nothing that changes anything.
_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE))


async def ask(url: str, query: str, doors: Doors) -> Answer:
    """Ask once; `sqlite:///data/shop.db` stands beside Bosco's folder, `sqlite:////var/shop.db` where it says."""
    path = unquote(url.partition("://")[2].removeprefix("/"))
    until = doors.clock.monotonic() + doors.limit.total_seconds()
    try:
        return await doors.clock.in_thread(
            doors.pool, lambda: _ask(path, query, lambda: doors.clock.monotonic() > until)
        )
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise TimeoutError from None
        raise _refused(error) from None
    except sqlite3.Error as error:
        raise _refused(error) from None


def _ask(path: str, query: str, is_over: Callable[[], bool]) -> Answer:
    connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=1)
    try:
        connection.set_progress_handler(is_over, _STEPS)
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
        cursor = connection.execute(query)
        return [column[0] for column in cursor.description or ()], cursor.fetchmany(MOST_ROWS + 1)
    finally:
        connection.close()


def _refused(error: sqlite3.Error) -> NoValue:
    return NoValue(msg("the database refuses the question: {reason}", reason=str(error)[:200]))
