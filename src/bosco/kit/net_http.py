"""HTTP/1.1 as it is read: a head of bounded size, a body framed in one of its three ways, decompressed with a bound."""

import re
import zlib
from dataclasses import dataclass

from bosco.kit.net_model import NetFailed
from bosco.kit.net_stream import Stream
from bosco.kit.words import msg

HEAD_LIMIT = 64 * 1024
_INTERIM_LIMIT = 16
_CHUNK_LINE_LIMIT = 1024
_STATUS_LINE = re.compile(r"HTTP/1\.[0-9] ([1-9][0-9][0-9])(?: .*)?")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")


@dataclass(frozen=True)
class Head:
    """The first lines of an answer; names of headers in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Return each value of a header, one for each item of its lists."""
        return [item.strip() for key, value in self.headers if key == name for item in value.split(",")]


def not_http(where: str, what: str) -> NetFailed:
    """Return that the other side does not speak HTTP, with what it said."""
    return NetFailed(msg("{where} does not answer in HTTP: {what}", where=where, what=what), "protocol")


async def read_head(stream: Stream, where: str) -> Head:
    """Return the head of the final answer; those that only say to wait are passed over."""
    for _ in range(_INTERIM_LIMIT):
        head = parse_head(await stream.read_to(_end_of_head, HEAD_LIMIT), where)
        if head.status >= 200 or head.status == 101:
            return head
    raise not_http(where, f"{_INTERIM_LIMIT} × 1xx")


def _end_of_head(held: bytearray, looked: int) -> int:
    if held and not b"HTTP/1.".startswith(held[:7]):
        return len(held)  # no use to wait for the end of something else
    found = _END_OF_HEAD.search(held, max(0, looked - 3))
    return found.end() if found else -1


def parse_head(raw: bytes, where: str) -> Head:
    """Read status line and headers, folded lines included; a line that is no header is passed over."""
    first, *lines = raw.decode("latin-1").replace("\r\n", "\n").rstrip("\n").split("\n")
    found = _STATUS_LINE.fullmatch(first)
    if found is None:
        raise not_http(where, repr(first[:60]))
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}".strip())
            continue
        name, colon, value = line.partition(":")
        if colon and name:
            headers.append((name.strip().lower(), value.strip()))
    return Head(int(found[1]), tuple(headers))


@dataclass
class _Body:
    """What has come of a body so far; it is cut at the limit, where reading ends too."""

    limit: int
    data: bytearray
    cut: bool = False

    def room(self) -> int:
        return self.limit - len(self.data)


async def read_body(stream: Stream, head: Head, method: str, limit: int, where: str) -> tuple[bytes, bool]:
    """Return the body, decompressed, and whether it was cut at the limit."""
    body = _Body(limit, bytearray())
    if method != "HEAD" and head.status >= 200 and head.status not in (204, 304):
        coding = head.all("transfer-encoding")
        length = _length(head, where)
        if coding and coding[-1].lower() == "chunked":
            await _read_chunks(stream, body, where)
        elif coding or length is None:
            await _read_to_end(stream, body)
        else:
            await _read_length(stream, body, length, where)
    return unpack(bytes(body.data), head.all("content-encoding"), limit, body.cut, where)


def _length(head: Head, where: str) -> int | None:
    values = set(head.all("content-length"))
    if not values:
        return None
    value = values.pop()
    if values or not (value.isascii() and value.isdigit()) or len(value) > 18:
        raise not_http(where, f"Content-Length: {value[:30]}")
    return int(value)


async def _read_length(stream: Stream, body: _Body, length: int, where: str) -> None:
    body.cut = length > body.limit
    wanted = min(length, body.limit)
    while len(body.data) < wanted:
        piece = await stream.read(wanted - len(body.data))
        if not piece:
            says = msg("{where} broke off after {seen} of {size} bytes", where=where, seen=len(body.data), size=length)
            raise NetFailed(says, "reset")
        body.data += piece


async def _read_to_end(stream: Stream, body: _Body) -> None:
    while piece := await stream.read(body.room() + 1):
        if len(piece) > body.room():
            body.data += piece[: body.room()]
            body.cut = True
            return
        body.data += piece


async def _read_chunks(stream: Stream, body: _Body, where: str) -> None:
    while True:
        line = await stream.read_until(b"\n", _CHUNK_LINE_LIMIT)
        found = _CHUNK_SIZE.fullmatch(line)
        if found is None:
            raise not_http(where, repr(line[:40].decode("latin-1")))
        size = int(found[1], 16)
        if size == 0:
            return  # what may follow are trailers, which tell nothing that is read here
        if size > body.room():
            body.data += await stream.read_exactly(body.room())
            body.cut = True
            return
        body.data += await stream.read_exactly(size)
        if (await stream.read_until(b"\n", 2)).strip(b"\r\n"):
            raise not_http(where, "chunk")


def unpack(data: bytes, codings: list[str], limit: int, cut: bool, where: str) -> tuple[bytes, bool]:
    """Decompress gzip and deflate, never beyond the limit; what we did not ask for is left as it is."""
    names = [name.lower() for name in codings if name.lower() not in ("", "identity")]
    if len(names) != 1 or names[0] not in ("gzip", "x-gzip", "deflate") or not data:
        return data, cut
    if names[0] == "deflate":
        # RFC 9110 means zlib, some servers send it bare.
        bits = zlib.MAX_WBITS if (data[0] & 15) == 8 and int.from_bytes(data[:2]) % 31 == 0 else -zlib.MAX_WBITS
    else:
        bits = 16 + zlib.MAX_WBITS
    unpacker = zlib.decompressobj(bits)
    try:
        unpacked = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        says = msg("{where} calls its answer compressed ({coding}), which it is not", where=where, coding=names[0])
        raise NetFailed(says, "protocol") from error
    return unpacked[:limit], cut or len(unpacked) > limit
