"""Small servers on 127.0.0.1 that say exactly what a test wants to hear."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serve on a free port until the block ends; what still hangs then is cancelled."""
    under_way: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            await handler(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in list(under_way):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def answering(*answers: bytes, asked: list[bytes] | None = None) -> Handler:
    """Answer each connection's request with the next of the answers, the last one again and again."""
    left = list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                head += await reader.readexactly(int(line[15:]))
        if asked is not None:
            asked.append(head)
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    return handle


def greeting(said: bytes) -> Handler:
    """Say something at once, then listen until the other side ends."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        while await reader.read(65536):
            pass

    return handle


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept, and never say a word."""
    await asyncio.Event().wait()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break the connection off as soon as something was said."""
    await reader.read(1)
    writer.transport.abort()
