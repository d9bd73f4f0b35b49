"""How the machine is that Bosco runs on, and Bosco's own database: measures that need no word in the plan."""

import platform
from collections.abc import Iterator
from datetime import timedelta

import psutil
from sqlalchemy import text

from bosco.kit.clock import Clock
from bosco.probes import machine
from bosco.store.store import Store
from bosco.store.tx import Tx

EVERY = timedelta(seconds=30)
_MOST_DISKS = 30
# Images that are full by their nature.
_ALWAYS_FULL = frozenset({"squashfs", "iso9660", "erofs", "cramfs"})
_CONNECTIONS = text(
    "select 100.0 * sum(numbackends) / nullif(current_setting('max_connections')::int, 0) from pg_stat_database"
)
Value = tuple[str, dict[str, str], float]


class FromMachine:
    """Measures from one look to the next."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._host = {"host": platform.node() or "localhost"}
        self._before = machine.sample()
        self._at = clock.monotonic()

    async def values(self) -> list[Value]:
        """Return each measure with its labels, of the time since this was asked last."""
        now, after = self._clock.monotonic(), machine.sample()
        busy = machine.between(self._before, after, max(0.001, now - self._at))
        self._before, self._at = after, now
        found: list[Value] = [
            ("cpu_usage", self._host, busy["cpu"]),
            ("memory_usage", self._host, machine.state()["memory"]),
        ]
        # A disk behind a dead network makes whoever asks wait: that must not be this loop.
        for path, share in await self._clock.in_thread(None, lambda: list(_disks())):
            found.append(("disk_space", {**self._host, "path": path}, share))
        if self._store.file is None:
            shares = await self._store.read(_connections)
            found += [("database_connections", {"database": "bosco"}, share) for share in shares]
        return found


def _disks() -> Iterator[tuple[str, float]]:
    seen: set[str] = set()
    for one in psutil.disk_partitions(all=False)[:_MOST_DISKS]:
        if one.device not in seen and one.fstype not in _ALWAYS_FULL:
            seen.add(one.device)
            try:
                yield one.mountpoint, machine.disk(one.mountpoint)[f"disk {one.mountpoint}"]
            except OSError:
                continue
    if not seen:
        yield "/", machine.disk("/")["disk /"]


def _connections(tx: Tx) -> list[float]:
    return [float(share) for (share,) in tx.run(_CONNECTIONS) if share is not None]
