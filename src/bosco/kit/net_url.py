"""Web addresses as they are sent: parts, escapes and names in ASCII."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import quote, unquote, urljoin, urlsplit

from bosco.kit.net_model import NetFailed
from bosco.kit.words import msg

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SAFE = "!$&'()*+,-./:;=?@_~%"


@dataclass(frozen=True)
class Target:
    """A web address, taken apart."""

    scheme: str
    host: str
    port: int
    # What stands in the request line.
    path: str
    # What stands in the Host header.
    authority: str
    # Host and port, for sentences.
    where: str
    # The Authorization header that user and password in the address ask for.
    authorization: str | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return to whom secrets may be shown."""
        return self.scheme, self.host, self.port

    @property
    def encrypted(self) -> bool:
        """Say whether TLS is spoken there."""
        return self.scheme in ("https", "wss")


@lru_cache(maxsize=20_000)
def target_of(url: str) -> Target:
    """Take a web address apart, or say what is wrong with it."""
    try:
        parts = urlsplit(url.strip())
        scheme = parts.scheme.lower()
        port = parts.port or _PORTS.get(scheme, 0)
        host = ascii_host(parts.hostname or "")
    except (ValueError, UnicodeError) as error:
        raise not_an_address(url) from error
    if scheme not in _PORTS or not host or not port:
        raise not_an_address(url)
    shown = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    authorization = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    authority = shown if port == _PORTS[scheme] else f"{shown}:{port}"
    return Target(scheme, host, port, path, authority, f"{shown}:{port}", authorization)


def ascii_host(host: str) -> str:
    """Return a host's name as it travels: in lower case, with international names in their ASCII form."""
    if any(sign <= " " for sign in host):
        raise ValueError("a host holds no spaces")
    if ":" in host:
        ip_address(host.split("%", 1)[0])
        return host
    return host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()


def not_an_address(url: str) -> NetFailed:
    """Return that something is no web address."""
    return NetFailed(msg("“{url}” is not a web address", url=url[:200]), "protocol")


def sent_on(url: str, location: str) -> str:
    """Return where a redirect leads from an address; it may not carry credentials of its own, nor leave the web."""
    try:
        led = urlsplit(urljoin(url, location.strip()))
        led = led._replace(fragment="", netloc=led.netloc.rpartition("@")[2])
    except ValueError as error:
        raise not_an_address(location) from error
    if led.scheme not in ("http", "https"):
        raise NetFailed(msg("sent on to “{url}”, which is not on the web", url=location[:200]), "protocol")
    return led.geturl()
