"""The door to the network: names, connections, HTTP, name servers and echoes; nobody else opens a socket."""

from datetime import timedelta
from typing import Protocol

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

__all__ = [
    "BODY_LIMIT",
    "Certificate",
    "Connection",
    "DnsAnswer",
    "Guard",
    "IpFamily",
    "Net",
    "NetFailed",
    "Peer",
    "Phases",
    "Request",
    "Response",
    "TlsWish",
    "Trouble",
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
