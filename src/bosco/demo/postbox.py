"""The far end of the demonstration's channels: takes what goes to Slack, by mail and by text message; keeps nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Self

_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 100
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Postbox:
    """A web address and a mail server on this machine that accept whatever they are given."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host = host
        self._servers: list[asyncio.Server] = []
        self.letters = 0

    async def __aenter__(self) -> Self:
        for serve in (self._web, self._mail):
            self._servers.append(await asyncio.start_server(serve, self._host, 0, limit=_LONGEST_LINE))
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()

    def secrets(self) -> dict[str, str]:
        """Return what CESIZen's plan wants to know of its channels."""
        web, mail = (f"{self._host}:{server.sockets[0].getsockname()[1]}" for server in self._servers)
        return {
            "SLACK_WEBHOOK": f"http://{web}/slack",
            "SMS_URL": f"http://{web}/sms",
            "SMTP_URL": f"smtp://{mail}",
        }

    async def _web(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _ending(writer):
            length = 0
            for _ in range(_MOST_HEADERS):
                line = (await reader.readline()).strip()
                if not line:
                    break
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length" and value.strip().isdigit():
                    length = min(int(value), _LONGEST_LINE)
            await reader.readexactly(length)
            self.letters += 1
            writer.write(_OK)

    async def _mail(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with _ending(writer):
            writer.write(b"220 postbox\r\n")
            while line := await reader.readline():
                match line[:4].upper():
                    case b"DATA":
                        writer.write(b"354 go on\r\n")
                        while (await reader.readline()) not in (b".\r\n", b""):
                            pass
                        self.letters += 1
                        writer.write(b"250 taken\r\n")
                    case b"QUIT":
                        writer.write(b"221 bye\r\n")
                        return
                    case _:
                        writer.write(b"250 yes\r\n")
                await writer.drain()


@contextlib.asynccontextmanager
async def _ending(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    """Close the connection after the block; whoever breaks it off is no trouble."""
    try:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
            yield
    finally:
        writer.close()
