"""How long who failed to sign in waits before the next try: guessing is slow, and nobody is locked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True)
class Pace:
    """How many failures are free, how long the wait after the next one is, and how far it grows by doubling."""

    free: int
    first: timedelta
    most: timedelta
    # Failures are forgotten after that much quiet.
    quiet: timedelta


@dataclass(frozen=True)
class Failures:
    """How many failures in a row, and when the last one was."""

    count: int
    last: datetime


# One person who mistypes notices nothing before the sixth time.
PERSON = Pace(free=5, first=timedelta(seconds=2), most=timedelta(minutes=15), quiet=timedelta(hours=12))
# A whole office may share one address.
ADDRESS = Pace(free=30, first=timedelta(seconds=2), most=timedelta(minutes=15), quiet=timedelta(hours=1))
# Guessed codes need the right password first: this one is counted over every address.
CODE = Pace(free=10, first=timedelta(seconds=30), most=timedelta(hours=1), quiet=timedelta(hours=24))
LONGEST_QUIET = max(pace.quiet for pace in (PERSON, ADDRESS, CODE))

# Against a crowd of addresses strangers are slowed, never refused: refusing would lock people out.
CROWD = Pace(free=100, first=timedelta(milliseconds=100), most=timedelta(seconds=5), quiet=timedelta(minutes=10))


def still_counted(pace: Pace, failures: Failures | None, now: datetime) -> int:
    """Return how many failures count at that instant."""
    return 0 if failures is None or now - failures.last > pace.quiet else failures.count


def free_again(pace: Pace, failures: Failures | None, now: datetime) -> datetime:
    """Return when the next try is allowed; an instant that has come means at once."""
    counted = still_counted(pace, failures, now)
    if failures is None or counted < pace.free:
        return now
    # Doubling stops early on: 2 to the power of a year of failures is not a number anybody needs.
    doubled = pace.first * (1 << min(counted - pace.free, 20))
    return failures.last + min(pace.most, doubled)


def wait_of(paces: Mapping[str, Pace], found: Mapping[str, Failures], now: datetime) -> timedelta:
    """Return how long to wait until every one of those counts allows a try; nothing if one may try now."""
    return max(
        (free_again(pace, found.get(key), now) - now for key, pace in paces.items()),
        default=timedelta(0),
    )


def slowed_by(failures: Failures | None, now: datetime) -> timedelta:
    """Return how long a stranger is held while a crowd is guessing."""
    over = still_counted(CROWD, failures, now) - CROWD.free
    return timedelta(0) if over < 0 else min(CROWD.most, CROWD.first * (over + 1))


def neighbourhood(address: str) -> str:
    """Return what is counted as one address: an IPv6 subscriber owns a whole /64."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


def coarse(address: str) -> str:
    """Return the network of an address, coarse enough to be kept: /24, or /48 in IPv6."""
    near = neighbourhood(address).partition("/")[0]
    if near == "unknown":
        return near
    found = ip_address(near)
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> 80 << 80)}/48"
    return f"{near.rpartition('.')[0]}.0/24"
