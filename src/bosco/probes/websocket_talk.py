"""WebSocket as it is spoken: the handshake over an open connection, then frames, bounded."""

import base64
import hashlib
from itertools import cycle

from bosco.kit.net import Connection, NetFailed
from bosco.kit.net_http import parse_head
from bosco.kit.net_url import Target
from bosco.kit.words import msg

_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LONGEST_HEAD = 64 * 1024
LONGEST_MESSAGE = 1024 * 1024
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class WebSocketTalk:
    """A conversation over a WebSocket; `salt` makes this one's keys different from every other one's."""

    def __init__(self, connection: Connection, target: Target, salt: str) -> None:
        self._connection = connection
        self._target = target
        self._mask = hashlib.sha256(salt.encode()).digest()
        self.protocol: str | None = None

    async def open(self, headers: dict[str, str]) -> int:
        """Ask for the upgrade and return the status of the answer; 101 if it was granted as it must be."""
        key = base64.b64encode(self._mask[:16]).decode()
        lines = [f"GET {self._target.path} HTTP/1.1", f"Host: {self._target.authority}", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        text = "\r\n".join(lines)
        if text.count("\n") != len(lines) - 1:
            raise NetFailed(msg("a header of the request holds a line break"), "local")
        await self._connection.write(f"{text}\r\n\r\n".encode())
        head = parse_head(await self._connection.read_until(b"\r\n\r\n", _LONGEST_HEAD), self._target.where)
        if head.status != 101:
            return head.status
        accept = base64.b64encode(hashlib.sha1((key + _MAGIC).encode(), usedforsecurity=False).digest()).decode()
        if head.all("sec-websocket-accept") != [accept]:
            raise NetFailed(
                msg("{where} does not upgrade to a WebSocket as it must", where=self._target.where), "protocol"
            )
        self.protocol = next(iter(head.all("sec-websocket-protocol")), None)
        return head.status

    async def send(self, text: str) -> None:
        """Send a message."""
        await self._write(TEXT, text.encode())

    async def hear(self) -> str | None:
        """Return the next message, answering pings meanwhile; None when the other side closes."""
        message = b""
        while True:
            last, code, data = await self._frame()
            if code == PING:
                await self._write(PONG, data)
            elif code == CLOSE:
                return None
            elif code != PONG:
                message += data
                if len(message) > LONGEST_MESSAGE:
                    raise self._odd("length")
                if last:
                    return message.decode("utf-8", "replace")

    async def close(self) -> None:
        """Say good-bye."""
        await self._write(CLOSE, (1000).to_bytes(2))

    async def _frame(self) -> tuple[bool, int, bytes]:
        first, second = await self._connection.read_exactly(2)
        code, size = first & 15, second & 127
        if first & 0x70 or second & 0x80 or code not in (0, TEXT, BINARY, CLOSE, PING, PONG):
            raise self._odd(f"{first:02x} {second:02x}")
        if size > 125:
            size = int.from_bytes(await self._connection.read_exactly(2 if size == 126 else 8))
        if size > LONGEST_MESSAGE:
            raise self._odd("length")
        return bool(first & 0x80), code, await self._connection.read_exactly(size)

    async def _write(self, code: int, data: bytes) -> None:
        mask = self._mask[-4:]
        masked = bytes(one ^ other for one, other in zip(data, cycle(mask), strict=False))
        size = len(data)
        if size < 126:
            length = bytes([0x80 | size])
        elif size < 65536:
            length = bytes([0x80 | 126]) + size.to_bytes(2)
        else:
            length = bytes([0x80 | 127]) + size.to_bytes(8)
        await self._connection.write(bytes([0x80 | code]) + length + mask + masked)

    def _odd(self, what: str) -> NetFailed:
        return NetFailed(
            msg("{where} sends no WebSocket frames: {what}", where=self._target.where, what=what), "protocol"
        )
