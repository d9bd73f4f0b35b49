"""The bundled application: twelve small services in one process, which behave as they are told."""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Self

from bosco.demo.answers import SERVICES, Answer, Asked, Business, health
from bosco.demo.authority import Authority, Issued
from bosco.demo.behaviour import MANNERS, WELL, Behaviour, Manner
from bosco.kit.clock import Clock

_LONGEST_BODY = 64 * 1024
_DAY = timedelta(days=1)


class Target:
    """Twelve services on ports of their own; a port of 0 is a free one, told by `ports` once they run."""

    def __init__(
        self,
        clock: Clock,
        *,
        host: str = "127.0.0.1",
        ports: Mapping[str, int] | None = None,
        authority: Authority | None = None,
    ) -> None:
        self._clock = clock
        self._host = host
        self._wanted = ports or dict.fromkeys(SERVICES, 0)
        self._authority = authority
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._servers: list[asyncio.Server] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._behaviours: dict[str, Behaviour] = {}
        self._began = clock.monotonic()
        self.business = Business()
        self.ports: dict[str, int] = {}
        # How often each service was asked.
        self.asked: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        for service, port in self._wanted.items():
            context = self._context(service) if self._authority else None
            server = await asyncio.start_server(
                partial(self._serve, service),
                self._host,
                port,
                ssl=context,
                limit=_LONGEST_BODY,
                backlog=1024,
            )
            self._servers.append(server)
            self.ports[service] = int(server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def url(self, service: str, path: str = "/health") -> str:
        """Return an address of a service."""
        return f"{'https' if self._authority else 'http'}://{self._host}:{self.ports[service]}{path}"

    def tell(self, service: str, manner: Manner, *, delay: timedelta | None = None, part: str = "redis") -> None:
        """Make a service behave so from its next answer on."""
        if service not in self._wanted or manner not in MANNERS:
            raise ValueError(f"{service} cannot be told to be {manner}")
        self._behaviours[service] = Behaviour(manner, delay if delay is not None else WELL.delay, part)

    def behaviour(self, service: str) -> Behaviour:
        """Return how a service behaves."""
        return self._behaviours.get(service, WELL)

    def certify(self, service: str, expires_in: timedelta) -> None:
        """Give a service another certificate; with less than nothing left, it has expired."""
        self._issue(expires_in).load_into(self._contexts[service])

    def _context(self, service: str) -> ssl.SSLContext:
        self._contexts[service] = self._issue(90 * _DAY).context()
        return self._contexts[service]

    def _issue(self, expires_in: timedelta) -> Issued:
        assert self._authority
        now = self._clock.read()
        starts = now - 100 * _DAY
        return self._authority.issue("localhost", self._host, starts=starts, expires=now + expires_in)

    async def _serve(self, service: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        # Cancelled at the end of it all; asyncio's streams would call that a mistake.
        broken = (
            asyncio.CancelledError,
            ConnectionError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            ValueError,
            ssl.SSLError,
        )
        try:
            with contextlib.suppress(*broken):
                asked = await _read(reader)
                self.asked[service] += 1
                await self._say(service, asked, writer)
        finally:
            writer.close()

    async def _say(self, service: str, asked: Asked, writer: asyncio.StreamWriter) -> None:
        """Say what a service answers, in the manner that it was told."""
        behaviour = self.behaviour(service)
        said = self._answer(service, asked).written()
        match behaviour.manner:
            case "hanging":
                await asyncio.Event().wait()
            case "resetting":
                writer.transport.abort()
                return
            case "rubbish":
                said = b"\x00\xff\xfe\x16\x03rubbish\r\n\r\n"
            case "slow":
                await self._clock.sleep(behaviour.delay)
        pieces = [said]
        if behaviour.manner == "dripping":
            pieces = [said[at : at + 1] for at in range(len(said))]
        for piece in pieces:
            if behaviour.manner == "dripping":
                await self._clock.sleep(behaviour.delay)
            writer.write(piece)
            await writer.drain()

    def _answer(self, service: str, asked: Asked) -> Answer:
        behaviour, now = self.behaviour(service), self._clock.read()
        uptime = self._clock.monotonic() - self._began
        path = asked.path.partition("?")[0]
        if path == "/health":
            return health(service, behaviour, now, uptime)
        behind, slash, _ = path.removeprefix("/api/").partition("/health")
        if service == "gateway" and slash and behind in self._wanted:
            return health(behind, self.behaviour(behind), now, uptime)
        if path == "/metrics/business":
            return Answer(200, {"invoice_error_rate": 7.5 if behaviour.manner == "degraded" else 0.4})
        if behaviour.manner in ("failing", "lying"):
            return health(service, behaviour, now, uptime)
        return self.business.answer(asked) or Answer(200 if path == "/" else 404, {"service": service, "path": path})


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = min(int(headers.get("content-length", 0)), _LONGEST_BODY)
    return Asked(method, path, headers, await reader.readexactly(length))
