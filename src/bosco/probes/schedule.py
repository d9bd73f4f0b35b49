"""The schedule of looks: steadily spread, none overlapping itself, hung targets in nobody's way, lateness measured."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heappop, heappush

from bosco.kit.clock import Clock
from bosco.probes.lateness import Lateness
from bosco.probes.phase import next_due, phase
from bosco.probes.slots import EVERYWHERE, PER_HOST, Slots
from bosco.probes.wakefulness import PULSE, Gap, Moment, gap_between, stepped

log = logging.getLogger(__name__)

# What falls due within this many seconds is started in the same turn.
TOGETHER = 0.002
Look = Callable[[str], Awaitable[timedelta | None]]


@dataclass(frozen=True)
class Pace:
    """What the schedule knows of a probe; a change of `version` is a change of the probe."""

    name: str
    every: timedelta
    host: str = ""
    version: object = None


@dataclass(eq=False, slots=True)
class _Entry:
    pace: Pace
    at: float
    every: float
    due: float = 0.0
    running: bool = False
    waiting: bool = False
    gone: bool = False
    # Who wants to know when the look under way has ended.
    watchers: list["asyncio.Future[None]"] = field(default_factory=list)


@dataclass
class Counts:
    """Figures of the schedule's own."""

    looks: int = 0
    skipped: int = 0
    broken: int = 0
    gaps: int = 0


class Schedule:
    """Calls `look(name)` for each probe at its instants; the look may answer how soon it wants to look again."""

    def __init__(
        self,
        clock: Clock,
        look: Look,
        *,
        everywhere: int = EVERYWHERE,
        per_host: int = PER_HOST,
        on_gap: Callable[[Gap], None] | None = None,
    ) -> None:
        self._clock = clock
        self._look = look
        self._slots: Slots[_Entry] = Slots(everywhere, per_host)
        self._on_gap = on_gap
        self._entries: dict[str, _Entry] = {}
        self._heap: list[tuple[float, int, _Entry]] = []
        self._pushed = 0
        self._running: set[asyncio.Task[None]] = set()
        self._sooner = asyncio.Event()
        self._moment = Moment(clock.read(), clock.monotonic())
        self.lateness = Lateness()
        self.counts = Counts()

    @property
    def under_way(self) -> int:
        """Return how many looks are under way."""
        return len(self._running)

    def replace(self, paces: Iterable[Pace]) -> None:
        """Follow these probes from now on; those that have not changed keep their instants and their look under way."""
        wanted = {pace.name: pace for pace in paces}
        for name, entry in list(self._entries.items()):
            if wanted.get(name) != entry.pace:
                entry.gone = True
                del self._entries[name]
        for name, pace in wanted.items():
            if name not in self._entries:
                every = max(pace.every.total_seconds(), 0.01)
                self._entries[name] = entry = _Entry(pace, phase(name, every), every)
                self._set_due(entry)

    async def run(self) -> None:
        """Look until cancelled; looks under way are then cancelled too."""
        self._moment = Moment(self._clock.read(), self._clock.monotonic())
        self._set_all_due()
        try:
            while True:
                self.compare_clocks()
                self._start_due()
                await self._wait()
        finally:
            self._forget_waiting()
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def look_now(self, name: str) -> None:
        """Look at once, or wait for the look under way; LookupError if there is no such probe."""
        entry = self._entries[name]
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry.watchers.append(ended)
        if not entry.running:
            entry.running = True
            # A person asked: nobody's manners, nobody's lateness.
            self._begin(entry)
        await ended

    def _set_due(self, entry: _Entry, within: float | None = None) -> None:
        wall, steady = self._clock.read().timestamp(), self._clock.monotonic()
        # A look may start a little early; its own instant must not come a second time.
        wait = next_due(entry.at, entry.every, wall + 2 * TOGETHER) - wall
        if within is not None and within < wait:
            wait = within
        entry.due = steady + wait
        if not self._heap or entry.due < self._heap[0][0]:
            self._sooner.set()
        self._pushed += 1
        heappush(self._heap, (entry.due, self._pushed, entry))

    def _set_all_due(self) -> None:
        self._heap.clear()
        for entry in self._entries.values():
            if not entry.running:
                self._set_due(entry)

    def _forget_waiting(self) -> None:
        for entry in self._slots.forget_waiting():
            entry.waiting = False

    def compare_clocks(self) -> None:
        """Notice whether Bosco slept, or the clock was moved, since the last time; others may ask for it too."""
        before, self._moment = self._moment, Moment(self._clock.read(), self._clock.monotonic())
        gap = gap_between(before, self._moment)
        if gap is None and not stepped(before, self._moment):
            return
        # No look is caught up with: each goes on at its own next instant.
        self._forget_waiting()
        self._set_all_due()
        if gap is not None:
            self.counts.gaps += 1
            log.warning("Bosco was not awake between %s and %s", gap.start.isoformat(), gap.end.isoformat())
            if self._on_gap is not None:
                self._on_gap(gap)

    def _start_due(self) -> None:
        soon = self._clock.monotonic() + TOGETHER
        while self._heap and self._heap[0][0] <= soon:
            due, _, entry = heappop(self._heap)
            # An entry stands in the heap again each time its instant moves; only its last place counts.
            if entry.due == due and not (entry.gone or entry.running or entry.waiting):
                self._start(entry)

    def _start(self, entry: _Entry) -> None:
        if self._slots.take(entry, entry.pace.host):
            self._begin_scheduled(entry)
        else:
            entry.waiting = True

    def _begin_scheduled(self, entry: _Entry) -> None:
        entry.running = True
        self.lateness.note(max(0.0, self._clock.monotonic() - entry.due))
        self._begin(entry, slot=True)

    def _begin(self, entry: _Entry, *, slot: bool = False) -> None:
        self.counts.looks += 1
        task = asyncio.get_running_loop().create_task(self._one(entry, slot))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _leave(self, host: str) -> None:
        left = [host]
        while left:
            for entry in self._slots.give_back(left.pop()):
                entry.waiting = False
                if entry.gone or entry.running:
                    left.append(entry.pace.host)
                else:
                    self._begin_scheduled(entry)

    async def _one(self, entry: _Entry, slot: bool) -> None:
        again: timedelta | None = None
        began = self._clock.monotonic()
        try:
            again = await self._look(entry.pace.name)
        except Exception:
            self.counts.broken += 1
            log.exception("a look at %s broke", entry.pace.name)
        finally:
            entry.running = False
            if slot:
                self._leave(entry.pace.host)
            for watcher in entry.watchers:
                if not watcher.done():
                    watcher.set_result(None)
            entry.watchers.clear()
        # Instants that went by during the look are gone: a probe never overlaps itself.
        self.counts.skipped += int((self._clock.monotonic() - began) / entry.every)
        if not entry.gone and not entry.waiting:
            self._set_due(entry, None if again is None else again.total_seconds())

    async def _wait(self) -> None:
        left = PULSE.total_seconds()
        if self._heap:
            left = min(left, self._heap[0][0] - self._clock.monotonic())
        self._sooner.clear()
        if left > 0:
            with contextlib.suppress(TimeoutError):
                async with self._clock.limit(timedelta(seconds=left)):
                    await self._sooner.wait()
        else:
            await self._clock.sleep(timedelta(0))
