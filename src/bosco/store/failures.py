"""What is said when the database itself fails, and which of its failures may be tried again."""

from sqlalchemy.exc import DataError, DBAPIError, OperationalError, StatementError

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg

# PostgreSQL: serialization failure, deadlock.
_AGAIN = {"40001", "40P01"}
# Connection exceptions, and the server being shut down or started.
_GONE = {"080", "57P"}


class ConnectionLost(Exception):  # noqa: N818 - a fact about the connection, not a fault of ours
    """The connection broke before the commit was asked for: nothing is stored, and the work may be run again."""


def state_of(error: BaseException) -> str | None:
    """Return PostgreSQL's code of the error."""
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def may_run_again(error: BaseException) -> bool:
    """Say whether PostgreSQL asks for the same transaction again."""
    return isinstance(error, DBAPIError) and state_of(error) in _AGAIN


def lost_connection(error: BaseException) -> bool:
    """Say whether the connection, rather than the statement, failed."""
    if not isinstance(error, DBAPIError) or not hasattr(error.orig, "sqlstate"):
        return False
    state = state_of(error)
    # What the server answers has a code; a connection that could not be made, or broke, has none.
    return error.connection_invalidated or (isinstance(error, OperationalError) and (not state or state[:3] in _GONE))


def not_stored(error: BaseException) -> Refusal:
    """Refuse because the database could not store it; nothing is half done."""
    return Refusal(
        Code.UNAVAILABLE,
        msg("Nothing was stored: the database failed ({why}).", why=reason(error)),
        msg("Look at the free space and the rights of the data folder, then try again."),
    )


def perhaps_stored(error: BaseException) -> Refusal:
    """Refuse because the connection broke during the commit, so nobody knows."""
    return Refusal(
        Code.UNAVAILABLE,
        msg(
            "The connection to the database broke at the last moment ({why}): look whether this was stored.",
            why=reason(error),
        ),
    )


def unreachable(error: BaseException) -> Refusal:
    """Refuse because the database does not answer."""
    return Refusal(
        Code.UNAVAILABLE,
        msg("The database does not answer ({why}).", why=reason(error)),
        msg("Nothing was stored; try again when it answers."),
    )


def unstorable(error: BaseException) -> Refusal | None:
    """Return the refusal of a text that no database can hold, or None for any other error."""
    cause = getattr(error, "orig", None) if isinstance(error, StatementError) else error
    if isinstance(cause, UnicodeEncodeError) or (isinstance(error, DataError) and "NUL" in str(cause)):
        return Refusal(Code.INVALID, msg("The text holds a character that cannot be stored."))
    return None


def reason(error: BaseException) -> str:
    """Return the first line of what the database said, without the statement or its values."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0][:200] if said else type(error).__name__
