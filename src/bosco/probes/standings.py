"""How every probe stands: one place in memory, and one queue through which changes are written in their order."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.words import Language, say
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.probes import rows
from bosco.probes.model import (
    FACTS,
    WHAT,
    BoscoWasAway,
    ProbeRemoved,
    ProbeStartedFlapping,
    ProbeStoppedFlapping,
    Watched,
)
from bosco.probes.state import Change, Standing, Step, begin, in_doubt, oversleep
from bosco.probes.together import Together
from bosco.probes.wakefulness import Gap
from bosco.services.combine import Part, combine
from bosco.services.intervals import Turn
from bosco.services.model import Turned
from bosco.services.service import Services
from bosco.store.helm import HelmLost
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.events import Live

log = logging.getLogger(__name__)
# Changes that come this close together share a transaction.
GATHER = timedelta(milliseconds=50)
# What could not be written is tried again after this long; nothing is dropped meanwhile.
AFTER_A_FAILURE = timedelta(seconds=5)


@dataclass(frozen=True)
class _Written:
    """What one step leaves in the store."""

    watched: Watched
    standing: Standing
    changes: tuple[Change, ...]
    flap: bool | None


@service
class Standings:
    """The standings of the probes that are watched, and of their services."""

    def __init__(self, store: Store, clock: Clock, services: Services, current: CurrentPlan, live: Live) -> None:
        self._store = store
        self._clock = clock
        self._services = services
        self._current = current
        self._live = live
        self._watched: dict[str, Watched] = {}
        # What the probes of each service say of it.
        self._parts: dict[str, dict[str, Part]] = {}
        self._standings: dict[str, Standing] = {}
        self._queue: Together[_Written] = Together(self._write, most=500, pause=lambda: clock.sleep(GATHER))

    def __getitem__(self, name: str) -> Standing:
        return self._standings[name]

    def get(self, name: str) -> Standing | None:
        """Return how a probe stands, if it is watched."""
        return self._standings.get(name)

    async def load(self) -> None:
        """Read how everything stood when Bosco was last awake."""
        await self._services.load()
        loaded = await self._store.read(rows.load_states)
        awake = await self._store.read(rows.awake_until)
        # Looks that changed nothing left no row; until it was last seen awake, Bosco looked at everything.
        self._standings = {
            name: replace(one, looked_at=max(one.looked_at or one.since, awake or one.since))
            for name, one in loaded.items()
        }

    async def read(self, watched: Mapping[str, Watched]) -> bool:
        """Take what the process that watches has written, while this one does not; say whether it has any."""
        loaded, awake = await self._store.read(lambda tx: (rows.load_states(tx), rows.awake_until(tx)))
        await self._services.load()
        if self._store.helm.mine:
            return False
        now = self._clock.read()
        before, self._watched = self._standings, dict(watched)
        self._standings = {name: loaded.get(name) or before.get(name) or begin(now) for name in watched}
        turned = [name for name, one in self._standings.items() if name in before and before[name].shown != one.shown]
        if turned:
            services = {watched[name].service for name in turned}
            self._live.tell(*(f"probe:{name}" for name in turned))
            self._live.tell(*(f"service:{name}" for name in services if name is not None))
        return awake is not None

    async def follow(self, watched: Mapping[str, Watched], changed: Iterable[str] = ()) -> None:
        """Follow these probes from now on; changed ones keep their state, and forget the looks that led to it."""
        await self.drain()
        now = self._clock.read()
        for name in changed:
            if name in self._standings:
                kept = self._standings[name]
                self._standings[name] = Standing(
                    kept.shown, kept.since, kept.because, kept.known, looked_at=kept.looked_at
                )
        gone_from = {name: one.service for name, one in self._watched.items() if name not in watched}
        gone = [name for name in self._standings if name not in watched]
        new = {name: begin(now) for name in watched if name not in self._standings}
        self._watched = dict(watched)
        for name in gone:
            del self._standings[name]
        self._standings.update(new)
        self._parts = {}
        for name, one in watched.items():
            if one.service is not None:
                self._parts.setdefault(one.service, {})[name] = self._part(name)
        standing = await self._services.standings()
        unwatched = [name for name in standing if name not in self._parts]
        turned = [made for name in self._parts if (made := self._judge(name, silent=False)) is not None]
        self._services.drop(unwatched)

        def write(tx: Tx) -> None:
            self._store.helm.confirm(tx)
            rows.forget_states(tx, gone)
            for name in gone:
                tx.publish(ProbeRemoved(probe=name, service=gone_from.get(name), at=tx.at))
            rows.put_states(tx, new)
            rows.write_turns(tx, [Turn(name, "unknown", one.since) for name, one in new.items()])
            self._services.forget(tx, unwatched)
            self._services.write(tx, turned)

        if gone or new or unwatched or turned:
            await self._store.write(write)

    def take(self, name: str, step: Step) -> None:
        """Take a step's standing for the present one, and have written what must outlive this process."""
        watched, was = self._watched.get(name), self._standings.get(name)
        if watched is None or was is None:
            return
        self._standings[name] = step.standing
        if step.changes and watched.service is not None:
            self._parts[watched.service][name] = self._part(name)
        if not _outlives(was, step):
            return
        self._queue.add(_Written(watched, step.standing, step.changes, step.flap))

    async def oversleep(self, gap: Gap, why: str) -> int:
        """Make unknown what nobody saw during a gap; said once, not for each probe."""
        count = 0
        for name, watched in self._watched.items():
            if watched.is_heartbeat:
                # Those are judged by when their pings were due.
                continue
            step = oversleep(self._standings[name], watched.rules, gap.end)
            if step.changes:
                count += 1
                self.take(name, step)
        await self.drain()

        def write(tx: Tx) -> None:
            self._store.helm.confirm(tx)
            rows.write_gap(tx, gap)
            rows.note_awake(tx)
            if count:
                data = {"start": gap.start.isoformat(), "end": gap.end.isoformat(), "probes": count}
                write_line(tx, subject="watch", what="watch.was-away", actor="bosco", why=why, data=data)
                tx.publish(BoscoWasAway(start=gap.start, end=gap.end, probes=count))

        await self._store.write(write)
        return count

    async def drain(self) -> None:
        """Return once every change so far is written."""
        await self._queue.drain()

    def _part(self, name: str) -> Part:
        one, watched = self._standings[name], self._watched[name]
        at_rest = watched.probe.paused or not watched.is_open(self._clock.read())
        seen = not at_rest and (one.shown != "unknown" or one.known is not None or one.blind > 0)
        return Part(one.shown, one.since, one.because, seen)

    def _judge(self, service: str, *, silent: bool) -> Turned | None:
        found = combine(self._parts[service], self._clock.read())
        return self._services.judge(
            service, found.state, found.because, found.since, probes=found.probes, silent=silent
        )

    def _judge_services(self, written: list[_Written]) -> list[Turned]:
        """Judge each service once for all the changes that are written together."""
        quiet: dict[str, bool] = {}
        for one in written:
            if one.changes and one.watched.service is not None:
                silent = one.changes[-1].silent
                quiet[one.watched.service] = quiet.get(one.watched.service, True) and silent
        judged = [self._judge(name, silent=silent) for name, silent in quiet.items() if name in self._parts]
        return [turned for turned in judged if turned is not None]

    async def _write(self, written: list[_Written]) -> None:
        turned = self._judge_services(written)
        while True:
            try:
                await self._store.write(lambda tx: self._put(tx, written, turned))
            except HelmLost:
                # Another process watches, and has begun with what was written before.
                log.warning("%d changes of state were seen too late to be written", len(written))
                return
            except Exception:
                # The looks go on; what they led to must not be lost, so it waits here, in its order.
                log.exception("changes of state could not be written; they are kept and tried again")
                await self._clock.sleep(AFTER_A_FAILURE)
            else:
                break
        self._live.tell(*{f"probe:{one.watched.name}" for one in written if one.changes})
        self._live.tell(*{f"service:{one.service}" for one in turned})

    def _put(self, tx: Tx, written: list[_Written], turned: list[Turned]) -> None:
        self._store.helm.confirm(tx)
        language = self._current.plan[LANGUAGE]
        rows.put_states(tx, {one.watched.name: one.standing for one in written})
        turns = [Turn(one.watched.name, change.after, change.since) for one in written for change in one.changes]
        if turns:
            rows.write_turns(tx, turns)
        for one in written:
            _tell(tx, one, language)
        self._services.write(tx, turned)


def _outlives(was: Standing, step: Step) -> bool:
    """Say whether a step changed what the next start must know: the state, or the looks that will change it."""
    now = step.standing
    if step.changes or step.flap is not None or in_doubt(now) or in_doubt(was):
        return True
    return now.blind != was.blind and now.shown != "unknown"


def _tell(tx: Tx, one: _Written, language: Language) -> None:
    watched = one.watched
    for change in one.changes:
        # Seen for the first time and well: nothing has happened to it.
        first = change.known_before is None and change.after == "up"
        if change.silent or first:
            continue
        _line(tx, watched, WHAT[change.after], say(change.because, language), change)
        tx.publish(
            FACTS[change.after](
                probe=watched.name,
                service=watched.service,
                before=change.before,
                known_before=change.known_before,
                since=change.since,
                at=tx.at,
                because=pack(change.because),
                flapping=one.standing.flapping,
            )
        )
    if one.flap is not None:
        kind = ProbeStartedFlapping if one.flap else ProbeStoppedFlapping
        _line(tx, watched, "probe.started-flapping" if one.flap else "probe.stopped-flapping", None, None)
        tx.publish(kind(probe=watched.name, service=watched.service, at=tx.at))


def _line(tx: Tx, watched: Watched, what: str, why: str | None, change: Change | None) -> None:
    data: dict[str, object] = {"probe": watched.name}
    if watched.service is not None:
        data["service"] = watched.service
    if change is not None:
        data.update(before=change.before, since=change.since.isoformat(), because=pack(change.because))
    write_line(tx, subject=f"probe:{watched.name}", what=what, actor="bosco", why=why, data=data)


def first_gap(awake_until: datetime | None, now: datetime) -> Gap | None:
    """Return the time for which Bosco was not running, if it ever ran before."""
    return None if awake_until is None or now <= awake_until else Gap(awake_until, now)
