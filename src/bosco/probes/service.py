"""The probes' verbs: look, judge, tell; the engine that does so as long as Bosco runs."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bosco.kit.clock import Clock
from bosco.kit.handles import raise_handles
from bosco.kit.marks import Gauge, engine, gauges, ready, service
from bosco.kit.net import Net
from bosco.kit.processes import Processes
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets
from bosco.probes import errands, rows
from bosco.probes.figures import schedule_figures, state_figures
from bosco.probes.heartbeats import Heartbeats
from bosco.probes.kind import Eyes, Outcome
from bosco.probes.look import AT_THE_WORLD, Looked, Looking
from bosco.probes.model import ProbeView, Watched
from bosco.probes.own_trouble import OwnTrouble
from bosco.probes.results import ProbeResults
from bosco.probes.schedule import Schedule
from bosco.probes.slots import EVERYWHERE
from bosco.probes.standings import Standings, first_gap
from bosco.probes.state import begin, in_doubt, observe, rest, sooner
from bosco.probes.wakefulness import Gap
from bosco.probes.watched import pace_of, watched_of
from bosco.services.intervals import Interval
from bosco.store.helm import HelmLost
from bosco.store.store import Store
from bosco.store.tx import Tx

log = logging.getLogger(__name__)
AWAKE_EVERY = timedelta(minutes=1)
# How often a process that does not watch reads what the other has written, and the other what is asked of it.
READ_EVERY = timedelta(seconds=2)
ERRANDS_EVERY = timedelta(milliseconds=500)
# How long a look by another process may take beyond its own time limit.
PATIENCE = timedelta(seconds=10)
# What was judged is written within this time when Bosco is stopped.
LAST_WORDS = timedelta(seconds=2)
# Files and sockets that are left for everything else.
SPARE_HANDLES = 200


@service
class Probes:
    """What watches."""

    def __init__(  # noqa: PLR0913, PLR0917 - looking takes every door there is
        self,
        store: Store,
        clock: Clock,
        net: Net,
        processes: Processes,
        secrets: Secrets,
        current: CurrentPlan,
        standings: Standings,
        heartbeats: Heartbeats,
        results: ProbeResults,
        looking: Looking = AT_THE_WORLD,
    ) -> None:
        self._store = store
        self._clock = clock
        self._doors = (net, processes, clock, secrets)
        self._current = current
        self.standings = standings
        self.heartbeats = heartbeats
        self._results = results
        self._looking = looking
        self._watched: dict[str, Watched] = {}
        self._eyes: dict[str, Eyes] = {}
        self._looked: dict[str, Looked] = {}
        self._own_trouble = OwnTrouble(clock)
        self._gaps: list[Gap] = []
        self._news = asyncio.Event()
        self._begun = False
        everywhere = min(EVERYWHERE, max(64, raise_handles() - SPARE_HANDLES))
        self.schedule = Schedule(clock, self._look, everywhere=everywhere, on_gap=self._notice)
        current.on_change(self._hear_of_plan)

    @engine("probes", at_the_helm=True)
    async def run(self) -> None:
        """Look at everything as the plan says, until cancelled."""
        await self.begin()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.schedule.run())
                tasks.create_task(self.heartbeats.run(self.schedule.compare_clocks))
                tasks.create_task(self._stay_awake())
                tasks.create_task(self._follow_news())
                tasks.create_task(self._run_errands())
        finally:
            self._begun = False
            await self._settle()

    @engine("standings")
    async def keep_reading(self) -> None:
        """While another process watches, show what it writes."""
        while True:
            await self._store.helm.until_lost()
            watched = watched_of(self._current.plan)
            told = await self.standings.read(watched)
            await self.heartbeats.read({name: one for name, one in watched.items() if one.is_heartbeat})
            if not self._store.helm.mine:
                self._watched, self._looked, self._begun = watched, {}, told
            await self._clock.sleep(READ_EVERY)

    async def _run_errands(self) -> None:
        """Look when another process asks for it."""
        while self._store.helm.contested:
            left = await self._store.read(errands.looks_left)
            await asyncio.gather(*[self._look_for(number, name) for number, name in left.items()])
            await self._clock.sleep(ERRANDS_EVERY)

    async def _look_for(self, number: int, name: str) -> None:
        with contextlib.suppress(Refusal, LookupError):
            await self.check_now(name)
        await self._store.write(lambda tx: errands.done(tx, [number]))

    async def _have_looked(self, watched: Watched) -> None:
        """Have the process that watches look, and wait until it has."""
        number = await self._store.write(lambda tx: errands.leave_look(tx, watched.name))
        try:
            async with self._clock.limit(watched.timeout + PATIENCE):
                while await self._store.read(lambda tx: errands.is_left(tx, number)):
                    await self._clock.sleep(ERRANDS_EVERY / 2)
        except TimeoutError:
            await self._store.write(lambda tx: errands.done(tx, [number]))
            raise Refusal(
                Code.UNAVAILABLE,
                msg("Another process of Bosco watches, and has not answered."),
                msg("It may be taking over from one that stopped; try again in some seconds."),
            ) from None
        await self.standings.read(self._watched)

    async def _settle(self) -> None:
        """Write what has been judged before the stores are closed."""
        with contextlib.suppress(TimeoutError, Refusal, HelmLost):
            async with self._clock.limit(LAST_WORDS):
                await self.standings.drain()
                await self.heartbeats.drain()
                await self._store.write(self._note_awake)

    async def begin(self) -> None:
        """Take up where Bosco left off, and make unknown what nobody saw meanwhile."""
        await self._results.load()
        await self._store.write(self._take_over)
        await self.standings.load()
        awake = await self._store.read(rows.awake_until)
        await self._follow(self._current.plan, {})
        gap = first_gap(awake, self._clock.read())
        if gap is not None:
            await self.standings.oversleep(gap, "not running")
        await self._store.write(self._note_awake)
        gaps = await self._store.read(rows.load_gaps)
        await self.heartbeats.follow(self._heartbeats_of(self._watched), gaps)
        self._begun = True

    def _take_over(self, tx: Tx) -> None:
        """Begin where the process before this one left off, whose last sign of life the helm knows best."""
        self._store.helm.confirm(tx)
        before, awake = self._store.helm.before, rows.awake_until(tx)
        if before is not None and awake is not None and before > awake:
            rows.note_awake(tx, before)

    async def check_now(self, name: str) -> ProbeView:
        """Look at once, and return how the probe then stands."""
        watched = self._find(name)
        if watched.is_heartbeat:
            raise Refusal(
                Code.CONFLICT,
                msg("Bosco cannot look at the heartbeat {name}: its job comes to Bosco.", name=name),
                msg("Send a ping to its address, as the job does."),
            )
        if watched.probe.paused:
            raise Refusal(Code.CONFLICT, msg("The probe {name} is paused in the plan.", name=name))
        if self._store.helm.mine:
            await self.schedule.look_now(name)
            await self.standings.drain()
        else:
            await self._have_looked(watched)
        return self.view(name)

    def view(self, name: str) -> ProbeView:
        """Return how a probe stands, or refuse if there is none of that name."""
        return self._view(self._find(name))

    def views(self, service: str | None = None) -> list[ProbeView]:
        """Return how every probe stands, or those of one service, in the order of the plan."""
        return [self._view(one) for one in self._watched.values() if service is None or one.service == service]

    def is_heartbeat(self, name: str) -> bool:
        """Say whether the other side comes to Bosco."""
        return self._find(name).is_heartbeat

    def looked(self, name: str) -> Looked | None:
        """Return the last look at a probe since Bosco started."""
        return self._looked.get(name)

    async def intervals(self, names: Sequence[str], start: datetime, end: datetime) -> list[Interval]:
        """Return in which states probes were during a span; the present interval has no end."""
        return await self._store.read(lambda tx: rows.intervals_of(tx, names, start, end))

    async def gaps(self) -> list[Gap]:
        """Return the times in which Bosco saw nothing."""
        return await self._store.read(rows.load_gaps)

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell how late looks are, and how many probes are in which state."""
        states = [self._view(one).state for one in self._watched.values()]
        helm = Gauge("bosco_at_the_helm", "Whether this process is the one that watches.", int(self._store.helm.mine))
        return [helm, *schedule_figures(self.schedule, self.heartbeats.pings), *state_figures(states)]

    @ready("probes")
    async def not_ready(self) -> str | None:
        """Say that nothing is watched yet."""
        return None if self._begun else "nothing is watched yet"

    async def _look(self, name: str) -> timedelta | None:
        watched = self._watched[name]
        if not self._store.helm.mine:
            return None
        if not watched.is_open(self._clock.read()):
            self._rest(watched)
            return None
        looked = await self._looking.look(name, watched.probe.look, self._eyes[name])
        looked = await self._own_trouble.judge(watched, looked, would_tell=self._would_tell(watched, looked))
        # The plan may have changed meanwhile: a look at what was is no look at what is.
        if self._watched.get(name) is not watched:
            return None
        reading = looked.reading
        self._looked[name] = looked
        step = observe(self.standings[name], watched.rules, reading.outcome, reading.because, looked.at)
        self.standings.take(name, step)
        self._record(name, looked, step.standing.shown)
        return sooner(watched.probe.every) if in_doubt(step.standing) else None

    def _record(self, name: str, looked: Looked, shown: Outcome) -> None:
        try:
            self._results.record_soon(name, looked.at, looked.reading, shown)
        except Refusal as refusal:
            # Charts then have a hole; the state has been judged all the same.
            log.warning("a look at %s could not be kept: %s", name, refusal)

    def _would_tell(self, watched: Watched, looked: Looked) -> bool:
        if looked.trouble is None:
            return False
        was, reading = self.standings[watched.name], looked.reading
        changes = observe(was, watched.rules, reading.outcome, reading.because, looked.at).changes
        return any(change.after == "down" for change in changes)

    def _rest(self, watched: Watched) -> None:
        standing = self.standings[watched.name]
        because = msg("paused in the plan")
        if not watched.probe.paused:
            because = msg("outside the hours in which it is watched ({hours})", hours=watched.probe.hours)
        self.standings.take(watched.name, rest(standing, because, self._clock.read()))

    def _notice(self, gap: Gap) -> None:
        self.heartbeats.notice(gap)
        self._gaps.append(gap)
        self._news.set()

    def _hear_of_plan(self, before: Plan, now: Plan) -> None:
        self._news.set()

    async def _follow_news(self) -> None:
        plan = self._current.plan
        while True:
            await self._news.wait()
            self._news.clear()
            while self._gaps:
                await self.standings.oversleep(self._gaps.pop(0), "asleep")
            if self._current.plan is not plan:
                plan = self._current.plan
                await self._follow(plan, self._watched)
                await self.heartbeats.follow(self._heartbeats_of(self._watched), await self.gaps())

    async def _follow(self, plan: Plan, before: Mapping[str, Watched]) -> None:
        watched = watched_of(plan)
        changed = [name for name, one in watched.items() if name in before and before[name] != one]
        kept = {name: before[name] if before.get(name) == one else one for name, one in watched.items()}
        await self.standings.follow(kept, changed)
        self._watched = kept
        self._eyes = {name: Eyes(*self._doors, one.timeout) for name, one in kept.items()}
        self._own_trouble.follow(kept, self._eyes)
        self._looked = {name: one for name, one in self._looked.items() if name in kept and name not in changed}
        for one in kept.values():
            if one.probe.paused:
                self._rest(one)
        looks = [one for one in kept.values() if not one.is_heartbeat and not one.probe.paused]
        self.schedule.replace(pace_of(one) for one in looks)

    def _heartbeats_of(self, watched: Mapping[str, Watched]) -> dict[str, Watched]:
        return {name: one for name, one in watched.items() if one.is_heartbeat}

    def _note_awake(self, tx: Tx) -> None:
        self._store.helm.confirm(tx)
        rows.note_awake(tx)

    async def _stay_awake(self) -> None:
        while True:
            await self._clock.sleep(AWAKE_EVERY)
            await self._store.write(self._note_awake)

    def _find(self, name: str) -> Watched:
        watched = self._watched.get(name)
        if watched is None:
            raise not_found(msg("There is no probe called {name}.", name=name[:100]))
        return watched

    def _view(self, watched: Watched) -> ProbeView:
        standing = self.standings.get(watched.name) or begin(self._clock.read())
        looked = self._looked.get(watched.name)
        return ProbeView(
            name=watched.name,
            kind=watched.probe.kind,
            service=watched.service,
            label=watched.probe.name,
            state=standing.shown,
            since=standing.since,
            because=standing.because,
            flapping=standing.flapping,
            paused=watched.probe.paused,
            every=watched.probe.every,
            reading=looked.reading if looked else None,
            looked_at=looked.at if looked else None,
        )
