"""Signals' engines: what is in memory of samples, sources that are asked, and measures that Bosco feeds by itself."""

import logging
from collections import deque
from datetime import datetime, timedelta

from bosco.accounts.model import SignInFailed
from bosco.kit.clock import Clock
from bosco.kit.marks import Gauge, engine, gauges, hears, ready, service
from bosco.kit.net import Net
from bosco.kit.refusal import Refusal
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets
from bosco.probes.kind import Reading
from bosco.probes.results import ProbeResults
from bosco.probes.section import PROBES
from bosco.signals.feeding import Feeding
from bosco.signals.from_machine import EVERY, FromMachine
from bosco.signals.from_probes import FromProbes
from bosco.signals.gate import Gate
from bosco.signals.measures import Measures
from bosco.signals.own_figures import OwnFigures
from bosco.signals.samples import Samples
from bosco.signals.scraping import Scraping
from bosco.signals.section import feeds_itself
from bosco.signals.store import forget
from bosco.store.store import Store

log = logging.getLogger(__name__)
TIDY_EVERY = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
_MOST_LOGINS = 100_000


@service
class Signals:
    """What arrives."""

    def __init__(self, samples: Samples, measures: Measures, clock: Clock, store: Store) -> None:
        self.samples = samples
        self.measures = measures
        self._clock = clock
        self._store = store

    @engine("signals")
    async def run(self) -> None:
        """Take up the series that live, then let go of those that end."""
        await self.samples.load()
        while True:
            await self._clock.sleep(TIDY_EVERY)
            self.samples.forget_ended()
            await self._store.write(forget)

    @ready("signals")
    async def not_ready(self) -> str | None:
        """Say that series are still being read."""
        return None if self.samples.is_loaded else "series are being read"

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell how many series live, and what was refused of whom."""
        register = self.samples.register
        return [
            Gauge("bosco_series", "Series of samples in memory.", len(register)),
            *(
                Gauge("bosco_series_refused_total", "Series over a source's limit.", count, (("source", name),), True)
                for name, count in register.refused.items()
            ),
            *(
                Gauge("bosco_series_of_source", "Series that a source feeds.", count, (("source", name),))
                for name, count in register.fed.items()
            ),
        ]


@service
class Feeds:
    """Where measures come from without anybody sending them."""

    def __init__(  # noqa: PLR0913, PLR0917 - sources stand behind every door there is
        self,
        signals: Signals,
        clock: Clock,
        net: Net,
        secrets: Secrets,
        current: CurrentPlan,
        store: Store,
        results: ProbeResults,
        gate: Gate,
        own: OwnFigures,
    ) -> None:
        self._samples, self._measures = signals.samples, signals.measures
        self._clock = clock
        self._current = current
        self._store = store
        self._gate = gate
        self._results = results
        self._from_probes = FromProbes()
        self._failed: deque[datetime] = deque(maxlen=_MOST_LOGINS)
        self.feeding = Feeding(clock, net, secrets, self._samples, self._measures)
        self.scraping = Scraping(clock, net, secrets, self._samples, gate, own)
        current.on_change(self._follow)

    @engine("sources", outward=True, at_the_helm=True)
    async def ask(self) -> None:
        """Ask the plan's sources as long as Bosco runs."""
        await self._samples.load()
        self.feeding.follow(self._current.plan)
        await self.feeding.schedule.run()

    @engine("scraping", outward=True, at_the_helm=True)
    async def scrape(self) -> None:
        """Scrape the plan's addresses, and Bosco's own figures, as long as Bosco runs."""
        await self._samples.load()
        self.scraping.follow(self._current.plan)
        await self.scraping.run()

    @engine("own measures", outward=True, at_the_helm=True)
    async def measure(self) -> None:
        """Feed what Bosco learns by itself: of this machine, of its accounts, of the looks of its probes."""
        await self._samples.load()
        forget = self._results.on_look(self._hear_look)
        machine = FromMachine(self._clock, self._store)
        try:
            while True:
                await self._clock.sleep(EVERY)
                await self._measure(machine)
        finally:
            forget()

    async def _measure(self, machine: FromMachine) -> None:
        at = self._clock.read()
        try:
            found = await machine.values()
        except (OSError, Refusal) as error:
            log.warning("this machine could not be measured: %s", error)
            found = []
        while self._failed and self._failed[0] <= at - MINUTE:
            self._failed.popleft()
        found.append(("failed_logins", {"of": "bosco"}, float(len(self._failed))))
        for measure, labels, value in found:
            if feeds_itself(self._current.plan, measure):
                self._record(measure, labels, value, at)

    @hears(SignInFailed)
    async def hear_failed_sign_in(self, fact: SignInFailed) -> None:
        """Count a sign-in to Bosco itself that failed."""
        self._failed.append(self._clock.read())

    def _hear_look(self, probe: str, at: datetime, reading: Reading) -> None:
        plan = self._current.plan
        found = plan[PROBES].get(probe)
        told = {"probe": probe, "service": (found.service if found else None) or ""}
        labels = {name: value for name, value in told.items() if value}
        for measure, value in self._from_probes.values(plan, probe, at, reading):
            self._record(measure, labels, value, at)

    def _record(self, measure: str, labels: dict[str, str], value: float, at: datetime) -> None:
        try:
            self._measures.record(measure, labels, value, at)
        except Refusal as refusal:
            # A measure has then a hole; what it was taken from goes on.
            log.warning("a value of %s could not be kept: %s", measure, refusal)

    def _follow(self, before: Plan, now: Plan) -> None:
        self.feeding.follow(now)
        self.scraping.follow(now)

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell which sources of the plan gave a value when they were asked last, and what found no room."""
        away, asked = self._gate.turned_away, self.feeding.asked.items()
        return [
            Gauge("bosco_bodies_turned_away_total", "Requests that found no room.", away, counts=True),
            *(
                Gauge("bosco_source_up", "Whether a source gave a value.", float(not one.why), (("measure", name),))
                for name, one in asked
            ),
        ]
