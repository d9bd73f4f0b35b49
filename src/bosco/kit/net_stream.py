"""An open connection: bytes as they come, bounded in both directions."""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from bosco.kit.clock import Clock
from bosco.kit.net_model import NetFailed, Peer, TlsWish
from bosco.kit.net_tls import chain_of, context_for
from bosco.kit.net_trouble import Steps, broken_off, failed
from bosco.kit.words import msg

# What the other side may send before anybody has asked for it.
_HELD = 256 * 1024


class Stream(asyncio.Protocol):
    """A connection as the event loop sees it, and as its user does."""

    def __init__(self, clock: Clock, where: str, name: str, steps: Steps) -> None:
        self._clock = clock
        self._where = where
        self._name = name
        self._steps = steps
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._ended = False
        self._reading = True
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._full: asyncio.Future[None] | None = None
        self.phases = steps.phases

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hear that the connection is open."""
        # uvloop's transports have the methods, not the class.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Keep what came; when nobody takes it, let it wait on the other side."""
        self._buffer += data
        if len(self._buffer) > _HELD and self._reading and self._transport:
            self._transport.pause_reading()
            self._reading = False
        self._wake()

    def eof_received(self) -> bool | None:
        """Hear that nothing more will come."""
        self._ended = True
        self._wake()
        return None

    def connection_lost(self, error: Exception | None) -> None:
        """Hear that the connection is gone."""
        self._ended = True
        self._error = self._error or error
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Hear that the other side does not take what is sent."""
        self._full = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """Hear that the other side takes what is sent again."""
        if self._full and not self._full.done():
            self._full.set_result(None)
        self._full = None

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def peer(self) -> Peer:
        """Return who is at the other end."""
        assert self._transport
        address, port = (self._transport.get_extra_info("peername") or ("", 0))[:2]
        spoken = self._transport.get_extra_info("ssl_object")
        if not isinstance(spoken, ssl.SSLObject):
            return Peer(address, port)
        chain = chain_of(spoken)
        own = chain[0] if chain else None
        return Peer(address, port, own, chain, spoken.version(), spoken.selected_alpn_protocol())

    async def write(self, data: bytes) -> None:
        """Send, and wait while the other side is too slow to take it."""
        if self._ended or self._transport is None or self._transport.is_closing():
            raise self._broken()
        self._transport.write(data)
        if self._full:
            with self._clock.busy():
                await self._full
            if self._ended:
                raise self._broken()

    def _broken(self) -> NetFailed:
        return failed(self._error, self._where) if self._error else broken_off(self._where)

    async def wait(self) -> bool:
        """Wait for more bytes than there were; say whether any came before the end."""
        if self._ended:
            if self._error:
                raise failed(self._error, self._where)
            return False
        before = len(self._buffer)
        if not self._reading and self._transport:
            self._reading = True
            self._transport.resume_reading()
        self._waiter = asyncio.get_running_loop().create_future()
        with self._clock.busy():
            await self._waiter
        self._waiter = None
        return len(self._buffer) > before or await self.wait()

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    async def read(self, size: int = 65536) -> bytes:
        """Return at least one byte and at most that many; none when the other side has ended."""
        if not self._buffer:
            await self.wait()
        return self._take(size)

    async def read_exactly(self, size: int) -> bytes:
        """Return that many bytes; the other side ending before is a failure."""
        while len(self._buffer) < size:
            if not await self.wait():
                raise broken_off(self._where)
        return self._take(size)

    async def read_until(self, mark: bytes, limit: int = 65536) -> bytes:
        """Return everything up to and with the mark; ending before, or saying more than the limit, is a failure."""
        return await self.read_to(lambda held, start: _after(held, mark, start), limit)

    async def read_to(self, find: Callable[[bytearray, int], int], limit: int) -> bytes:
        """Return everything up to where `find` sees the end, or fail; it is told from where on it has not looked."""
        looked = 0
        while (end := find(self._buffer, looked)) < 0:
            looked = len(self._buffer)
            if looked > limit:
                says = msg(
                    "{where} said more than {limit} bytes without coming to an end", where=self._where, limit=limit
                )
                raise NetFailed(says, "protocol")
            if not await self.wait():
                raise broken_off(self._where)
        return self._take(end)

    async def start_tls(self, wish: TlsWish) -> None:
        """Go on in TLS on the same connection."""
        assert self._transport
        if self._buffer:
            # What was said before the handshake could come from anybody in between.
            raise NetFailed(msg("{where} spoke before the TLS handshake", where=self._where), "protocol")
        if self._ended:
            raise self._broken()
        context = context_for(wish)
        self._steps.begin("tls")
        try:
            with self._clock.busy():
                transport = await asyncio.get_running_loop().start_tls(
                    self._transport, self, context, server_hostname=wish.name or self._name, ssl_shutdown_timeout=1
                )
        except (OSError, ValueError) as error:
            self.close()
            raise failed(error, self._where) from error
        assert transport
        self._transport = transport
        self._steps.end()

    def close(self) -> None:
        """End it at once; may be called twice."""
        if self._transport:
            self._transport.abort()


def _after(held: bytearray, mark: bytes, start: int) -> int:
    found = held.find(mark, max(0, start - len(mark) + 1))
    return found + len(mark) if found >= 0 else -1
