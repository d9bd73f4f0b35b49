"""Nouns of the network: what is asked, what comes back, and how it fails."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from bosco.kit.words import Message

IpFamily = Literal[4, 6]
# `local`: we could not look. `guarded`: we may not look. Every other trouble is the other side's.
Trouble = Literal["dns", "refused", "unreachable", "timeout", "reset", "tls", "protocol", "guarded", "local"]
Phases = dict[str, timedelta]

BODY_LIMIT = 1024 * 1024


class NetFailed(Exception):  # noqa: N818 - named as what happened
    """The network did not do what was asked: what happened in one sentence, and whose trouble it is."""

    def __init__(self, says: Message, kind: Trouble, phases: Phases | None = None) -> None:
        super().__init__(str(says))
        self.says = says
        self.kind: Trouble = kind
        # How long each step took that had ended before it failed.
        self.phases: Phases = phases or {}

    @property
    def is_ours(self) -> bool:
        """Say whether nothing was learned about the other side."""
        return self.kind in ("local", "guarded")


class Guard(Protocol):
    """Decides on each address right before it is reached: after names were resolved, and again on every redirect."""

    def refuses(self, address: str) -> bool:
        """Say whether that IP address must not be reached."""


@dataclass(frozen=True)
class TlsWish:
    """How TLS is to be spoken; certificates and keys are PEM text."""

    verify: bool = True
    # Whom to trust instead of the machine's authorities.
    authority: str | None = None
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)
    # The name to ask for and to verify, when it is not the host's.
    name: str | None = None
    alpn: tuple[str, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """What the other side showed of itself."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    starts: datetime
    expires: datetime
    serial: str
    # SHA-256 of the whole certificate, in hexadecimal.
    fingerprint: str


@dataclass(frozen=True)
class Peer:
    """Who is at the other end of a connection."""

    address: str
    port: int
    certificate: Certificate | None = None
    # The certificates as they were sent, the other side's own first.
    chain: tuple[Certificate, ...] = ()
    # As the protocol names it: TLSv1.2, TLSv1.3.
    tls: str | None = None
    alpn: str | None = None


class Connection(Protocol):
    """An open connection; every method raises NetFailed alone."""

    @property
    def peer(self) -> Peer:
        """Return who is at the other end."""

    @property
    def phases(self) -> Phases:
        """Return how long `dns`, `connect` and `tls` took."""

    async def write(self, data: bytes) -> None:
        """Send, and wait while the other side is too slow to take it."""

    async def read(self, size: int = 65536) -> bytes:
        """Return at least one byte and at most that many; none when the other side has ended."""

    async def read_exactly(self, size: int) -> bytes:
        """Return that many bytes; the other side ending before is a failure."""

    async def read_until(self, mark: bytes, limit: int = 65536) -> bytes:
        """Return everything up to and with the mark; ending before, or saying more than the limit, is a failure."""

    async def start_tls(self, wish: TlsWish) -> None:
        """Go on in TLS on the same connection."""

    def close(self) -> None:
        """End it at once; may be called twice."""


@dataclass(frozen=True)
class Request:
    """One HTTP request; Host, Connection and Content-Length are added, and what HTTP expects of a polite client."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    # How many redirects to follow; credentials and own headers stay with the first origin.
    redirects: int = 0
    tls: TlsWish = TlsWish()
    family: IpFamily | None = None
    # The body is cut after that many bytes, counted after decompression too.
    body_limit: int = BODY_LIMIT


@dataclass(frozen=True)
class Response:
    """What came back and where the time went: `dns`, `connect`, `tls`, `first_byte`, `body`, summed over redirects."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    url: str
    phases: Phases
    cut: bool = False
    certificate: Certificate | None = None
    # The addresses that sent us on, in order.
    redirects: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """Return a header by its name in any case, its repetitions joined as HTTP says."""
        wanted = name.lower()
        found = [value for key, value in self.headers if key == wanted]
        return ", ".join(found) if found else None

    def text(self) -> str:
        """Return the body as text; what is no text is shown as such."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON; ValueError if it is none, or nested beyond reason."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


@dataclass(frozen=True)
class DnsAnswer:
    """What a name server said: `rcode` as in NOERROR, NXDOMAIN, SERVFAIL; records as they are written in a zone."""

    rcode: str
    records: tuple[str, ...]
    server: str
    took: timedelta
    # How long the records may be kept.
    keeps: timedelta = timedelta(0)
    authentic: bool = False
