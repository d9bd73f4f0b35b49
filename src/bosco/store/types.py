"""How instants, structures and texts are stored: the same bytes on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
REPLACED = "\N{REPLACEMENT CHARACTER}"

# A number that the database counts up by itself: SQLite does so for INTEGER alone.
Serial = BigInteger().with_variant(Integer(), "sqlite")


def to_microseconds(at: datetime) -> int:
    """Return whole microseconds since 1970; an instant without its zone is a mistake of the caller."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return (at - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the instant that many microseconds after 1970, in UTC."""
    return EPOCH + timedelta(microseconds=count)


def clean(text: str) -> str:
    """Return the text without what a database refuses: NUL and halves of surrogate pairs become a visible mark."""
    if "\x00" in text:
        text = text.replace("\x00", REPLACED)
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(REPLACED if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


def cleaned(value: Any) -> Any:
    """Return a structure whose texts are clean."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {cleaned(name): cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    return value


def write_json(value: Any) -> str:
    """Return the value as JSON text; unwritable letters are replaced, unwritable values raise TypeError."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(cleaned(value)).decode()


class Instant(TypeDecorator[datetime]):
    """An aware instant, as whole microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Count its microseconds."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Make it an instant again."""
        return None if value is None else from_microseconds(value)


class Json(TypeDecorator[Any]):
    """A structure, as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write it."""
        return None if value is None else write_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it."""
        return None if value is None else msgspec.json.decode(value)


class CleanText(TypeDecorator[str]):
    """A text from the world, made storable by `clean`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Clean it."""
        return None if value is None else clean(value)
