"""Asks the plan's sources for their values: steadily spread, none overlapping itself, each within its time limit."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bosco.kit.clock import Clock
from bosco.kit.net import Net, NetFailed, timed_out
from bosco.kit.refusal import Refusal
from bosco.kit.words import Sayable
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets
from bosco.probes.schedule import Pace, Schedule
from bosco.promql.source import STALE
from bosco.signals.kind import Doors, Found, NoValue
from bosco.signals.measures import Measures, Told
from bosco.signals.samples import Samples
from bosco.signals.section import SIGNALS, Signal, databases_of, source_of

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=1)
# A question ends before the next one is due, with a little room.
SHARE_OF_INTERVAL = 0.9
_MOST_UNDER_WAY, _PER_HOST = 64, 8
_MOST_THREADS = 8


@dataclass(frozen=True)
class Asked:
    """How the last question to a source went; `why` says what kept it from giving a value."""

    at: datetime
    took: timedelta
    values: int
    why: Sayable = ""


class Feeding:
    """Follows the plan's signals that Bosco has to ask for."""

    def __init__(self, clock: Clock, net: Net, secrets: Secrets, samples: Samples, measures: Measures) -> None:
        self._clock = clock
        pool = ThreadPoolExecutor(_MOST_THREADS, "sources")
        self._doors = Doors(net, clock, secrets, samples, timedelta(seconds=10), pool)
        self._measures = measures
        self._signals: dict[str, Signal] = {}
        # The labels of what each source gave last, so that what it no longer gives is told as ended.
        self._gave: dict[str, list[dict[str, str]]] = {}
        self.asked: dict[str, Asked] = {}
        self.schedule = Schedule(clock, self._ask, everywhere=_MOST_UNDER_WAY, per_host=_PER_HOST)

    def follow(self, plan: Plan) -> None:
        """Ask what this plan names from now on; what has not changed keeps its rhythm."""
        wanted = {key: one for key, one in plan[SIGNALS].items() if source_of(one).is_asked}
        kept = {key: self._signals[key] if self._signals.get(key) == one else one for key, one in wanted.items()}
        self.asked = {key: one for key, one in self.asked.items() if kept.get(key) is self._signals.get(key)}
        self._signals = kept
        self._doors = replace(self._doors, databases=databases_of(plan))
        self._gave = {key: one for key, one in self._gave.items() if key in kept}
        self.schedule.replace(
            Pace(key, one.every or EVERY, source_of(one).host(), one) for key, one in self._signals.items()
        )

    async def _ask(self, name: str) -> timedelta | None:
        signal = self._signals[name]
        at, began = self._clock.read(), self._clock.monotonic()
        why: Sayable = ""
        found: list[Found] = []
        try:
            found = await self._read(signal)
            await self._keep(name, found, at)
        except (NoValue, Refusal, NetFailed) as error:
            why = error.says
        except OSError as error:
            why = error.strerror or str(error)
        if self._signals.get(name) is signal:
            took = timedelta(seconds=self._clock.monotonic() - began)
            self._note(name, Asked(at, took, len(found), why))
        return None

    async def _read(self, signal: Signal) -> list[Found]:
        limit = min(signal.timeout, (signal.every or EVERY) * SHARE_OF_INTERVAL)
        try:
            async with self._clock.limit(limit):
                return await source_of(signal).read(replace(self._doors, limit=limit))
        except TimeoutError as error:
            raise timed_out(error, limit) from error

    async def _keep(self, name: str, found: list[Found], at: datetime) -> None:
        labels = [dict(one.labels) for one in found]
        told = [Told(name, one.value, one.labels, at=at) for one in found]
        # Of several series one may end; a source without labels that gives nothing is only silent.
        gone = [one for one in self._gave.get(name, []) if one and one not in labels]
        told += [Told(name, float(STALE), one, at=at) for one in gone]
        if told:
            await self._measures.push(told, f"signal {name}")
        self._gave[name] = labels

    def _note(self, name: str, asked: Asked) -> None:
        before = self.asked.get(name)
        self.asked[name] = asked
        if asked.why and not (before and before.why):
            log.warning("the measure %s is not fed: %s", name, asked.why)
        elif before and before.why and not asked.why:
            log.info("the measure %s is fed again", name)
