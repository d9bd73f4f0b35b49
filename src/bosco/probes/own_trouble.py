"""Takes the blame where it is Bosco's: what cannot be reached because our own network is cut is unknown, not down."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta

from bosco.kit.clock import Clock
from bosco.probes.kind import Eyes
from bosco.probes.look import Looked, blame_own_network, look
from bosco.probes.model import Watched
from bosco.probes.own_network import LOCAL_SIGNS, OwnNetwork, is_near, place_of

# A probe of one of these names is Bosco's own check: while it fails, what cannot be reached is unknown.
OWN_CHECKS = ("gateway", "connectivity")
# What was seen of the network counts for so long; older, somebody is asked before a failure is believed.
FRESH = timedelta(seconds=10)
# How many hosts elsewhere are asked.
ASKED = 5


class OwnTrouble:
    """Knows how to look at what else is watched, as a witness."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._network = OwnNetwork()
        self._watched: Mapping[str, Watched] = {}
        self._eyes: Mapping[str, Eyes] = {}
        self._own: Looked | None = None
        self._asking: asyncio.Task[None] | None = None

    def follow(self, watched: Mapping[str, Watched], eyes: Mapping[str, Eyes]) -> None:
        """Know these probes from now on."""
        self._watched, self._eyes = watched, eyes

    async def judge(self, watched: Watched, looked: Looked, *, would_tell: bool) -> Looked:
        """Return the look as it counts; before a failure would be told, witnesses are asked."""
        host = watched.probe.look.target()
        self._network.note(host, looked.at, looked.trouble)
        if watched.name in OWN_CHECKS:
            self._own = looked
            return looked
        if looked.trouble is None or not host or is_near(host) or looked.reading.outcome != "down":
            return looked
        return blame_own_network(looked) if await self._is_cut(looked, would_tell) else looked

    async def _is_cut(self, looked: Looked, would_tell: bool) -> bool:
        own = next((self._watched[name] for name in OWN_CHECKS if name in self._watched), None)
        if own is not None and not own.probe.paused:
            if looked.trouble not in (*LOCAL_SIGNS, "timeout", "reset"):
                return False
            if self._own is None or self._clock.read() - self._own.at > FRESH:
                await self._ask([own])
            return self._own is not None and self._own.reading.outcome in ("down", "unknown")
        if looked.trouble not in LOCAL_SIGNS:
            return False
        if would_tell and not self._network.seems_cut(self._clock.read()):
            await self._ask(list(self._witnesses()))
        return self._network.seems_cut(self._clock.read())

    def _witnesses(self) -> Iterator[Watched]:
        """Yield probes that look at hosts elsewhere, those heard of least recently first."""
        now, places = self._clock.read(), set[str]()
        hosts = {one.probe.look.target(): one for one in self._watched.values() if not one.is_heartbeat}
        for host in sorted(hosts, key=lambda host: (self._network.last_seen(host), host)):
            last = self._network.last_seen(host)
            if len(places) == ASKED or now - last <= FRESH:
                return
            if host and not is_near(host) and not hosts[host].probe.paused and place_of(host) not in places:
                places.add(place_of(host))
                yield hosts[host]

    async def _ask(self, witnesses: list[Watched]) -> None:
        """Look at the witnesses, beside the schedule; whoever asks meanwhile waits for the same answers."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._hear(witnesses))
        await asyncio.shield(self._asking)

    async def _hear(self, witnesses: list[Watched]) -> None:
        seen = await asyncio.gather(*(look(one.probe.look, self._eyes[one.name]) for one in witnesses))
        for one, looked in zip(witnesses, seen, strict=True):
            self._network.note(one.probe.look.target(), looked.at, looked.trouble)
            if one.name in OWN_CHECKS:
                self._own = looked
