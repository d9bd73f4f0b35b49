"""The door to the network: names, connections, HTTP, name servers and echoes; nobody else opens a socket."""

from datetime import timedelta
from typing import Protocol

from bosco.kit.clock import Clock
from bosco.kit.net_dial import Dialer
from bosco.kit.net_dns import ask, question
from bosco.kit.net_echo import echo
from bosco.kit.net_fetch import fetch
from bosco.kit.net_guard import PUBLIC_ONLY
from bosco.kit.net_model import (
    BODY_LIMIT,
    Certificate,
    Connection,
    DnsAnswer,
    Guard,
    IpFamily,
    NetFailed,
    Peer,
    Phases,
    Request,
    Response,
    TlsWish,
    Trouble,
)
from bosco.kit.net_names import Names
from bosco.kit.net_trouble import Steps, timed_out
from bosco.kit.words import msg

__all__ = [
    "BODY_LIMIT",
    "PUBLIC_ONLY",
    "Certificate",
    "Connection",
    "DnsAnswer",
    "Guard",
    "IpFamily",
    "Net",
    "NetFailed",
    "Peer",
    "Phases",
    "RealNet",
    "Request",
    "Response",
    "TlsWish",
    "Trouble",
    "timed_out",
]


class Net(Protocol):
    """The network; every method raises NetFailed alone, and waits for ever: put `clock.limit` around it."""

    async def resolve(self, host: str, *, family: IpFamily | None = None) -> tuple[str, ...]:
        """Return the addresses of a host, at least one, those to try first in front."""

    async def connect(
        self, host: str, port: int, *, tls: TlsWish | None = None, family: IpFamily | None = None
    ) -> Connection:
        """Connect to the first address of the host that answers, and speak TLS there if wished."""

    async def fetch(self, request: Request) -> Response:
        """Ask over HTTP on a fresh connection; any status is an answer, not a failure."""

    async def look_up(self, name: str, record: str, *, server: str | None = None) -> DnsAnswer:
        """Ask a name server (`host`, `host:port`; the machine's if none) for one type of record, past every cache."""

    async def echo(self, host: str, *, patience: timedelta, family: IpFamily | None = None) -> timedelta | None:
        """Send one ICMP echo and return how long its answer took, or None if none came in time."""

    def guarded(self, guard: Guard) -> "Net":
        """Return this door with a guard who is asked about every address, for what a stranger to the plan has named."""


class RealNet:
    """The network of this machine."""

    def __init__(self, clock: Clock, guard: Guard | None = None, names: Names | None = None) -> None:
        self._clock = clock
        self._names = names or Names(clock)
        self._dialer = Dialer(clock, self._names, guard)

    def guarded(self, guard: Guard) -> Net:
        """Return this door with that guard, sharing what is known of names."""
        return RealNet(self._clock, guard, self._names)

    async def resolve(self, host: str, *, family: IpFamily | None = None) -> tuple[str, ...]:
        """Return the addresses of a host that the guard lets through."""
        with self._clock.busy():
            return await self._dialer.addresses(host, family)

    async def connect(
        self, host: str, port: int, *, tls: TlsWish | None = None, family: IpFamily | None = None
    ) -> Connection:
        """Connect to the first address that answers."""
        with self._clock.busy(), Steps(self._clock) as steps:
            return await self._dialer.dial(host, port, tls, family, steps)

    async def fetch(self, request: Request) -> Response:
        """Ask over HTTP."""
        with self._clock.busy():
            return await fetch(request, self._dialer, self._clock)

    async def look_up(self, name: str, record: str, *, server: str | None = None) -> DnsAnswer:
        """Ask a name server."""
        asked = question(name, record)
        host, port = split_port(server or self._names.servers()[0], 53)
        with self._clock.busy():
            address = (await self._dialer.addresses(host, None))[0]
            try:
                return await ask(asked, address, port, self._clock, lambda: self.connect(address, port))
            except NetFailed as error:
                if server is None and not error.is_ours:
                    # Our own name server is part of us.
                    raise NetFailed(error.says, "local") from error
                raise

    async def echo(self, host: str, *, patience: timedelta, family: IpFamily | None = None) -> timedelta | None:
        """Send one ICMP echo."""
        with self._clock.busy():
            address = (await self._dialer.addresses(host, family))[0]
            return await echo(address, patience, self._clock)


def split_port(written: str, default: int) -> tuple[str, int]:
    """Take `host`, `host:port`, `[address]:port` or a bare IPv6 address apart."""
    host, colon, port = written.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        return written.strip("[]"), default
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise NetFailed(msg("“{written}” names no port between 1 and 65535", written=written[:80]), "protocol")
    return host.strip("[]"), int(port)
