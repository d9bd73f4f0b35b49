"""What a Redis server is told and answers: RESP, bounded in size and depth."""

from collections.abc import Sequence

from bosco.kit.net import Connection, NetFailed
from bosco.kit.words import msg

_LONGEST_LINE = 64 * 1024
_LARGEST = 1024 * 1024


class RedisError(Exception):
    """The server answered with an error; its first word says which."""


class RedisTalk:
    """A conversation with a Redis server."""

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where

    async def ask(self, *words: str) -> str:
        """Say a command and return its answer as text."""
        await self._connection.write(_written(words))
        line = (await self._connection.read_until(b"\r\n", _LONGEST_LINE))[:-2]
        kind, text = line[:1], line[1:].decode("utf-8", "replace")
        if kind == b"-":
            raise RedisError(text[:200])
        if kind in (b"+", b":"):
            return text
        if kind != b"$" or not text.removeprefix("-").isdigit() or int(text) > _LARGEST:
            what = repr(line[:60].decode("latin-1"))
            raise NetFailed(
                msg("{where} does not speak as Redis does: {what}", where=self._where, what=what), "protocol"
            )
        if int(text) < 0:
            return ""
        return (await self._connection.read_exactly(int(text) + 2))[:-2].decode("utf-8", "replace")


def _written(words: Sequence[str]) -> bytes:
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def read_info(text: str) -> dict[str, str]:
    """Return the answer to INFO as names and values."""
    pairs = (line.partition(":") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: value.strip() for name, _, value in pairs}
