"""From a host's name to its addresses: literals, the hosts file, then name servers, remembered for a moment."""

import asyncio
import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rcode
import dns.resolver

from bosco.kit.clock import Clock
from bosco.kit.net_model import IpFamily, NetFailed
from bosco.kit.words import Message, msg

_HOSTS = Path("/etc/hosts")
_SERVERS = Path("/etc/resolv.conf")
# However long its owner allows, a name that moves is followed within that many seconds.
_KEPT_AT_MOST = 30.0
_KEPT_NAMES = 20_000
_FAMILIES: dict[IpFamily | None, int] = {None: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(frozen=True)
class _Kept:
    addresses: tuple[str, ...]
    until: float


class Names:
    """Resolves names without ever occupying a thread, so that a mute name server delays nobody else."""

    def __init__(self, clock: Clock, hosts: Path = _HOSTS, servers: Path = _SERVERS, port: int = 53) -> None:
        self._clock = clock
        self._port = port
        self._hosts_file, self._servers_file = hosts, servers
        self._hosts: dict[str, tuple[str, ...]] = {}
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._seen: dict[Path, float] = {}
        self._kept: dict[str, _Kept] = {}
        self._under_way: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def resolve(self, host: str, family: IpFamily | None = None) -> tuple[str, ...]:
        """Return the addresses of a host, IPv6 and IPv4 taking turns."""
        if is_address(host):
            found: tuple[str, ...] = (host,)
        else:
            found = self._known(host) or await self._asked(host)
        if family is None:
            return found
        chosen = tuple(one for one in found if ip_address(one.split("%")[0]).version == family)
        if not chosen:
            raise NetFailed(msg("{host} has no IPv{family} address", host=host, family=family), "dns")
        return chosen

    def servers(self) -> tuple[str, ...]:
        """Return the machine's name servers."""
        return tuple(str(server) for server in self._resolver_now().nameservers)

    def _known(self, host: str) -> tuple[str, ...] | None:
        name = host.lower().rstrip(".")
        if self._changed(self._hosts_file):
            with contextlib.suppress(OSError):
                self._hosts = read_hosts(self._hosts_file.read_text(encoding="utf-8", errors="replace"))
        if known := self._hosts.get(name):
            return known
        if name == "localhost" or name.endswith(".localhost"):
            return ("127.0.0.1", "::1")
        kept = self._kept.get(name)
        return kept.addresses if kept and kept.until > self._clock.monotonic() else None

    async def _asked(self, host: str) -> tuple[str, ...]:
        """Ask, or wait for the answer to somebody else's same question."""
        name = host.lower().rstrip(".")
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.ensure_future(self._ask(host))
            self._under_way[name] = task
            task.add_done_callback(lambda done: self._forget(name, done))
        with self._clock.busy():
            return await asyncio.shield(task)

    def _forget(self, name: str, done: asyncio.Task[tuple[str, ...]]) -> None:
        self._under_way.pop(name, None)
        if not done.cancelled():
            # Whoever asked may have gone; the failure has then been told to nobody, and need not be.
            done.exception()

    async def _ask(self, host: str) -> tuple[str, ...]:
        try:
            answers = await self._resolver_now().resolve_name(host, _FAMILIES[None])
        except dns.resolver.NXDOMAIN as error:
            raise NetFailed(msg("the name {host} does not exist", host=host), "dns") from error
        except dns.resolver.NoAnswer as error:
            raise NetFailed(msg("the name {host} has no address", host=host), "dns") from error
        except dns.resolver.NoNameservers as error:
            raise _all_failed(error, host) from error
        except dns.resolver.LifetimeTimeout as error:
            raise NetFailed(msg("no name server answers this machine"), "local") from error
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong, dns.name.IDNAException) as error:
            raise NetFailed(msg("{host} cannot be the name of a host", host=host[:80]), "dns") from error
        except (dns.exception.DNSException, OSError) as error:
            says = msg("this machine could not resolve {host}: {reason}", host=host, reason=str(error)[:200])
            raise NetFailed(says, "local") from error
        ttl = min((float(answer.rrset.ttl) for answer in answers.values() if answer.rrset), default=0.0)
        found = take_turns(tuple(answers.addresses(socket.AF_INET6)), tuple(answers.addresses(socket.AF_INET)))
        if not found:
            raise NetFailed(msg("the name {host} has no address", host=host), "dns")
        if len(self._kept) >= _KEPT_NAMES:
            self._kept.clear()
        self._kept[host.lower().rstrip(".")] = _Kept(found, self._clock.monotonic() + min(ttl, _KEPT_AT_MOST))
        return found

    def _resolver_now(self) -> dns.asyncresolver.Resolver:
        if self._changed(self._servers_file) or self._resolver is None:
            self._kept.clear()
            try:
                self._resolver = dns.asyncresolver.Resolver(str(self._servers_file))
            except (dns.resolver.NoResolverConfiguration, OSError) as error:
                raise NetFailed(msg("this machine has no name server"), "local") from error
            self._resolver.use_search_by_default = True
            self._resolver.port = self._port
        return self._resolver

    def _changed(self, file: Path) -> bool:
        """Say whether a file is another one than when this was last asked: a laptop that has moved, for one."""
        try:
            now = file.stat().st_mtime
        except OSError:
            now = -1.0
        before = self._seen.get(file)
        self._seen[file] = now
        return before != now


@lru_cache(maxsize=20_000)
def is_address(host: str) -> bool:
    """Say whether it is an address already."""
    try:
        ip_address(host.split("%", 1)[0])
    except ValueError:
        return False
    return True


def read_hosts(text: str) -> dict[str, tuple[str, ...]]:
    """Return the addresses of each name in a hosts file."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        address, *names = line.split("#", 1)[0].split() or [""]
        if is_address(address):
            for name in names:
                key = name.lower().rstrip(".")
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), address)))
    return found


def take_turns(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Return both lists as one, their items taking turns."""
    longest = max(len(first), len(second))
    return tuple(one for turn in range(longest) for one in (*first[turn : turn + 1], *second[turn : turn + 1]))


def _all_failed(error: dns.resolver.NoNameservers, host: str) -> NetFailed:
    """Tell a domain whose own servers are broken from a machine whose name servers cannot be asked."""
    answers = [response for *_, response in error.kwargs.get("errors", ()) if response is not None]
    codes: list[str] = sorted({dns.rcode.to_text(answer.rcode()) for answer in answers})
    if "SERVFAIL" in codes:
        return NetFailed(msg("the name servers of {host} fail (SERVFAIL)", host=host), "dns")
    says: Message = msg("this machine's name servers give no answer about {host}", host=host)
    return NetFailed(says, "local")
