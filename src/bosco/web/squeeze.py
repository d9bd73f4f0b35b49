"""Compresses an answer on its way out, when that is worth it."""

import gzip
import zlib
from typing import Any, cast

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Send

SMALLEST = 700
WORTH_IT = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/javascript",
    "image/svg+xml",
    "application/xml",
)
# Beyond this a body is handed on in pieces by whoever made it; each is compressed as it comes.
LEVEL = 5


class Squeezed:
    """A `send` that gzips text; event streams and what is already compressed pass untouched."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._stream: Any = None

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start" and _worth_it(MutableScopeHeaders(cast(Any, message))):
            self._start = message
        elif message["type"] == "http.response.body" and self._stream is not None:
            await self._piece(message)
        elif message["type"] == "http.response.body" and self._start is not None:
            await self._first(self._start, message)
        else:
            await self._send(message)

    async def _first(self, start: Message, message: Any) -> None:
        self._start = None
        headers = MutableScopeHeaders(cast(Any, start))
        headers.add("vary", "Accept-Encoding")
        body = message.get("body", b"")
        if message.get("more_body"):
            headers["content-encoding"] = "gzip"
            headers.pop("content-length", None)
            self._stream = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
            await self._send(start)
            await self._piece(message)
            return
        if len(body) >= SMALLEST:
            body = gzip.compress(body, LEVEL, mtime=0)
            headers["content-encoding"] = "gzip"
            headers["content-length"] = str(len(body))
        await self._send(start)
        message["body"] = body
        await self._send(message)

    async def _piece(self, message: Any) -> None:
        more = bool(message.get("more_body"))
        squeezed = self._stream.compress(message.get("body", b""))
        squeezed += self._stream.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
        await self._send({"type": "http.response.body", "body": squeezed, "more_body": more})


def _worth_it(headers: MutableScopeHeaders) -> bool:
    kind = headers.get("content-type", "")
    return kind.startswith(WORTH_IT) and not kind.startswith("text/event-stream") and "content-encoding" not in headers
