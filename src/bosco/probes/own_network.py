"""Whether it is Bosco's own network that fails, rather than everything that it looks at."""

import ipaddress
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from bosco.kit.net_model import Trouble

# Looks older than this say nothing of the network as it is now.
LATELY = timedelta(seconds=90)
# So many hosts, in so many places, and that share of them out of reach.
HOSTS = 3
PLACES = 2
SHARE = 0.8
MOST_HOSTS = 2000
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# What the local network can cause. A time limit that passed is not among them: a host that hangs does that too.
LOCAL_SIGNS: frozenset[Trouble] = frozenset({"dns", "unreachable"})


@dataclass(frozen=True)
class _Last:
    at: datetime
    reached: bool


class OwnNetwork:
    """Remembers which hosts were lately within reach."""

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, _Last] = OrderedDict()

    def note(self, host: str, at: datetime, trouble: Trouble | None) -> None:
        """Remember how a look at that host ended; refusing a connection is within reach too."""
        if not host or is_near(host) or trouble in ("local", "guarded", "timeout"):
            return
        self._hosts.pop(host, None)
        self._hosts[host] = _Last(at, trouble not in LOCAL_SIGNS)
        if len(self._hosts) > MOST_HOSTS:
            self._hosts.popitem(last=False)

    def last_seen(self, host: str) -> datetime:
        """Return when something was last learned of a host."""
        last = self._hosts.get(host)
        return last.at if last else NEVER

    def seems_cut(self, now: datetime) -> bool:
        """Say whether most hosts, in several places, are out of reach at once."""
        failing, reached = set[str](), 0
        for host, last in self._lately(now):
            if last.reached:
                reached += 1
            else:
                failing.add(host)
        if len(failing) < HOSTS or len(failing) < SHARE * (len(failing) + reached):
            return False
        return len({place_of(host) for host in failing}) >= PLACES

    def _lately(self, now: datetime) -> Iterator[tuple[str, _Last]]:
        for host in reversed(self._hosts):
            last = self._hosts[host]
            if now - last.at > LATELY:
                return
            yield host, last


@lru_cache(MOST_HOSTS)
def is_near(host: str) -> bool:
    """Say whether the host is this machine."""
    if host.strip("[]").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@lru_cache(MOST_HOSTS)
def place_of(host: str) -> str:
    """Return the neighbourhood of a host: one name server or one router can take all of it away."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return ".".join(host.rstrip(".").lower().split(".")[-2:])
    return str(ipaddress.ip_network((address, 16 if address.version == 4 else 32), strict=False))
