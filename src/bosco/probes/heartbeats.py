"""Jobs that report to Bosco: pings are durable before they are answered, and silence is noticed when it is due."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

import msgspec

from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.secrets import Secrets
from bosco.probes import errands
from bosco.probes import heartbeat_rows as rows
from bosco.probes.heartbeat import Beat, Ping, Times, due, hear, judge
from bosco.probes.heartbeat_keys import Addresses, key_from, slug_of
from bosco.probes.heartbeat_rows import Arrived, Kept
from bosco.probes.heartbeat_times import fixed_key, times_of
from bosco.probes.kind import Outcome, Reading
from bosco.probes.model import Watched
from bosco.probes.results import ProbeResults
from bosco.probes.rows import read_setting, write_setting
from bosco.probes.standings import Standings
from bosco.probes.state import settle
from bosco.probes.together import Together
from bosco.probes.wakefulness import Gap
from bosco.store.helm import HelmLost
from bosco.store.store import Store
from bosco.store.tx import Tx

log = logging.getLogger(__name__)
PING_KEY = "ping-key"
# How long a ping waits for a Bosco that has only just started.
PATIENCE = timedelta(seconds=10)
# How often to look for pings that came to other processes.
TAKE_IN_EVERY = timedelta(milliseconds=500)


@dataclass(frozen=True)
class _Deaf:
    """From that instant on the job is listened to anew."""

    heartbeat: str
    until: datetime


@service
class Heartbeats:
    """The heartbeats of the plan, and what their pings say."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        standings: Standings,
        results: ProbeResults,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._secrets = secrets
        self._standings = standings
        self._results = results
        self._watched: dict[str, Watched] = {}
        self._times: dict[str, Times] = {}
        self._kept: dict[str, Kept] = {}
        self._gaps: list[Gap] = []
        self._due: list[tuple[datetime, str]] = []
        self._next: dict[str, datetime] = {}
        self._news = asyncio.Event()
        self._listening = asyncio.Event()
        self._queue: Together[Arrived | _Deaf] = Together(self._write)
        self.addresses = Addresses()
        self.pings = 0

    async def follow(self, watched: Mapping[str, Watched], gaps: list[Gap]) -> None:
        """Listen to these heartbeats from now on."""
        await self._queue.drain()
        self._gaps = gaps
        self._kept, ping_key = await self._store.write(lambda tx: self._declare(tx, watched))
        keys = {name: self._key_of(one) for name, one in watched.items()}
        self.addresses = Addresses(ping_key, {name: key for name, key in keys.items() if key})
        self._watched = dict(watched)
        self._times = {name: times_of(one.probe.look, one.zone) for name, one in watched.items()}
        self._due.clear()
        self._next.clear()
        # What came in while nobody watched is heard before anybody is called late.
        await self._take_in()
        for name in watched:
            self._judge(name)
        self._listening.set()
        self._news.set()

    async def read(self, watched: Mapping[str, Watched]) -> None:
        """Take what the process that watches has written, while this one does not."""
        found, ping_key = await self._store.read(lambda tx: (rows.load_heartbeats(tx), read_setting(tx, PING_KEY)))
        if self._store.helm.mine:
            return
        # One that has only just come into the plan has no address until the other process knows it.
        new = {name: Kept("", Beat(self._clock.read())) for name in watched if name not in found}
        self._kept, self._watched = {**found, **new}, dict(watched)
        self._times = {name: times_of(one.probe.look, one.zone) for name, one in watched.items()}
        keys = {name: self._key_of(one) for name, one in watched.items() if name in found}
        self.addresses = Addresses(ping_key or "", {name: key for name, key in keys.items() if key})
        self._listening.set()

    async def hear(self, arrived: Arrived) -> None:
        """Take a ping and return once it is on disk."""
        if not self._listening.is_set():
            await self.wait_until_listening()
        if self._store.helm.mine:
            with contextlib.suppress(HelmLost):
                await self._queue.put(arrived)
                return
        await self._store.write(lambda tx: errands.leave_ping(tx, arrived))

    async def wait_until_listening(self) -> None:
        """Wait for a Bosco that has only just started, or refuse."""
        if not await self._clock.wait(self._listening, self._clock.read() + PATIENCE):
            raise Refusal(Code.UNAVAILABLE, msg("Bosco is still starting."))

    def beat(self, name: str) -> Beat:
        """Return what is remembered of a heartbeat's pings."""
        return self._kept[name].beat

    def due(self, name: str) -> datetime | None:
        """Return when the job is late if it gives no sign until then."""
        return due(self._kept[name].beat, self._times[name])

    def address(self, name: str) -> str:
        """Return the path that the job's pings are sent to."""
        key = self._key_of(self._watched[name])
        return f"/ping/{key}" if key else f"/ping/{self.addresses.ping_key}/{slug_of(name)}"

    async def last_pings(self, name: str, limit: int = rows.PINGS_KEPT) -> list[Arrived]:
        """Return the last pings of a heartbeat, the newest first."""
        return await self._store.read(lambda tx: rows.last_pings(tx, name, limit))

    def notice(self, gap: Gap) -> None:
        """Take note that Bosco could not hear for a while."""
        self._gaps.append(gap)
        self._news.set()

    async def run(self, compare_clocks: Callable[[], None]) -> None:
        """Notice silence when it is due; the clocks are compared first, lest an absence of ours pass for theirs."""
        while True:
            self._news.clear()
            await self._take_in()
            compare_clocks()
            now = self._clock.read()
            while self._due and self._due[0][0] <= now:
                at, name = heappop(self._due)
                if self._next.get(name) == at:
                    del self._next[name]
                    self._judge(name)
            await self._clock.wait(self._news, self._next_look())

    def _next_look(self) -> datetime | None:
        due = self._due[0][0] if self._due else None
        if not self._store.helm.contested:
            return due
        again = self._clock.read() + TAKE_IN_EVERY
        return again if due is None else min(due, again)

    async def _take_in(self) -> None:
        """Hear the pings that came to other processes."""
        while self._store.helm.contested and (left := await self._store.read(errands.pings_left)):
            known = [one for one in left if one.heartbeat in self._kept]
            strays = [one.errand for one in left if one.heartbeat not in self._kept and one.errand is not None]
            if strays:
                await self._store.write(lambda tx, strays=strays: errands.done(tx, strays))  # type: ignore[misc]
            await asyncio.gather(*[self._queue.put(one) for one in known])

    async def drain(self) -> None:
        """Return once everything that was heard so far is on disk."""
        await self._queue.drain()

    def _declare(self, tx: Tx, watched: Mapping[str, Watched]) -> tuple[dict[str, Kept], str]:
        self._store.helm.confirm(tx)
        kept = rows.load_heartbeats(tx)
        new = {name: Kept(key_from(self._ids.secret()), Beat(tx.at)) for name in watched if name not in kept}
        # One that was not in the plan for a while could not be listened to either.
        back = {
            name: replace(kept[name], beat=msgspec.structs.replace(kept[name].beat, listening=tx.at))
            for name in watched
            if name in kept and self._watched and not self._listens_to(name)
        }
        rows.put_heartbeats(tx, {**new, **back})
        ping_key = read_setting(tx, PING_KEY)
        if ping_key is None:
            ping_key = self._ids.secret(16)
            write_setting(tx, PING_KEY, ping_key)
        return {**kept, **new, **back}, ping_key

    def _listens_to(self, name: str) -> bool:
        return name in self._watched and not self._watched[name].probe.paused

    def _key_of(self, watched: Watched) -> str | None:
        fixed = fixed_key(watched.probe.look)
        if fixed is None:
            return self._kept[watched.name].key
        try:
            return self._secrets.fill(fixed)
        except Refusal as refusal:
            log.warning("the heartbeat %s has no key: %s", watched.name, refusal)
            return None

    def _judge(self, name: str) -> None:
        watched, kept, times = self._watched.get(name), self._kept[name], self._times.get(name)
        standing = self._standings.get(name)
        if watched is None or times is None or standing is None or watched.probe.paused:
            return
        verdict = judge(kept.beat, times, self._clock.read(), self._gaps)
        if verdict.deaf_until is not None:
            self._queue.add(_Deaf(name, verdict.deaf_until))
        step = settle(standing, watched.rules, verdict.outcome, verdict.because, verdict.since)
        if verdict.deaf_until is not None:
            # Nobody is told of an absence of Bosco's own for each job.
            step = replace(step, changes=tuple(replace(change, silent=True) for change in step.changes))
            step = replace(step, standing=msgspec.structs.replace(step.standing, away=True))
        self._standings.take(name, step)
        if step.changes and verdict.outcome == "down" and not kept.beat.failed:
            # Silence is a result too: charts show when it was noticed.
            self._record(name, verdict.since, Reading("down", verdict.because))
        self._set_due(name)

    def _set_due(self, name: str) -> None:
        beat, known = self._kept[name].beat, self._next.get(name)
        # A later instant is found out when the earlier one comes: most pings only push it away.
        if known is not None and beat.started is None:
            return
        at = due(beat, self._times[name])
        if at is not None and at > self._clock.read() and (known is None or at < known):
            self._next[name] = at
            heappush(self._due, (at, name))
            self._news.set()

    async def _write(self, items: list[Arrived | _Deaf]) -> None:
        before: dict[str, Kept] = {}
        after: dict[str, Kept] = {}
        arrived: list[Arrived] = []
        for item in items:
            name = item.heartbeat
            was = after.get(name) or self._kept[name]
            before.setdefault(name, was)
            if isinstance(item, _Deaf):
                beat = msgspec.structs.replace(was.beat, listening=max(was.beat.listening, item.until))
                after[name] = replace(was, beat=beat)
            else:
                numbered = replace(item, number=was.pings + 1)
                arrived.append(numbered)
                beat = hear(was.beat, Ping(item.kind, item.at, item.run, item.status))
                after[name] = replace(was, beat=beat, pings=numbered.number)
        changed = {name: (before[name], now) for name, now in after.items()}

        handed = [one.errand for one in arrived if one.errand is not None]

        def write(tx: Tx) -> None:
            self._store.helm.confirm(tx)
            errands.done(tx, handed)
            rows.append_pings(tx, arrived)
            rows.remember(tx, changed)

        await self._store.write(write)
        self.pings += len(arrived)
        self._kept.update(after)
        for name in after:
            self._judge(name)
        for name, at in {one.heartbeat: one.at for one in arrived if one.kind in ("success", "fail")}.items():
            beat = self._kept[name].beat
            outcome: Outcome = "down" if beat.failed else "up"
            self._record(name, at, Reading(outcome, took=beat.took or timedelta(0)))

    def _record(self, name: str, at: datetime, reading: Reading) -> None:
        standing = self._standings.get(name)
        if standing is None:
            return
        try:
            self._results.record_soon(name, at, reading, standing.shown)
        except Refusal as refusal:
            log.warning("a result of %s could not be kept: %s", name, refusal)
