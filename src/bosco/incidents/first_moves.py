"""Looks at what moved first: at once for whoever opens the page, and for good ten minutes after the start."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bosco.incidents import store
from bosco.incidents.correlate import Move, moved_first
from bosco.incidents.curves import curves_around
from bosco.incidents.join import leans_on
from bosco.incidents.moves import AFTER, Moved, kept
from bosco.incidents.section import INCIDENTS
from bosco.incidents.store import Case
from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.packed import pack
from bosco.kit.units import Quantity
from bosco.kit.words import LANGUAGES, Text
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.probes.results import ProbeResults
from bosco.signals.samples import Samples
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

LOOK = "incidents.look"
FRESH = timedelta(seconds=30)
MOST_REMEMBERED = 50
TOLD = 3


@service
class FirstMoves:
    """What moved first around the start of each case."""

    def __init__(
        self, store: Store, clock: Clock, current: CurrentPlan, samples: Samples, results: ProbeResults
    ) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._samples = samples
        self._results = results
        # One look at a time: the page of a case that everybody opens at once is worked out once.
        self._looking = asyncio.Lock()
        self._seen: dict[str, tuple[datetime, list[Moved]]] = {}

    async def look_for_good(self, timer: Timer) -> None:
        """Write down what moved first, so that it can be read when the samples are gone."""
        case = await self._store.read(lambda tx: store.case_of(tx, timer.key))
        found = await self._look(case) if case is not None else []

        def work(tx: Tx) -> None:
            timers.done(tx, timer)
            if case is None or store.moves_of(tx, case.number) is not None:
                return
            store.put_moves(tx, case.number, found, tx.at)
            for one in found[:TOLD]:
                data = {
                    "record": case.number,
                    "measure": one.label,
                    "at": f"{one.at.astimezone(self._current.plan[TIMEZONE]):%H:%M:%S}",
                    "usual": _told(one.usual, one.unit),
                    "reached": _told(one.reached, one.unit),
                }
                write_line(tx, subject=f"record:{case.number}", what="incident.moved-first", actor="bosco", data=data)

        await self._store.write(work)

    async def of(self, case: Case) -> Sequence[Moved]:
        """Return what moved first: as it was written down, or as it looks now."""
        written = await self._store.read(lambda tx: store.moves_of(tx, case.number))
        if written is not None:
            return written
        if case.ended is not None or case.kind != "incident":
            return []
        async with self._looking:
            now = self._clock.read()
            if (known := self._seen.get(case.number)) is not None and now - known[0] < FRESH:
                return known[1]
            found = await self._look(case)
            if len(self._seen) >= MOST_REMEMBERED:
                self._seen.clear()
            self._seen[case.number] = (now, found)
            return found

    async def _look(self, case: Case) -> list[Moved]:
        plan = self._current.plan
        before = plan[INCIDENTS].look_back
        opens, closes = case.began - before, min(case.began + AFTER, self._clock.read())
        joined = await self._store.read(lambda tx: store.alerts_of(tx, [case.number]))
        named = [one for one in (case.service, *(each.service for each in joined)) if one]
        services = list(dict.fromkeys([*named, *(need for one in named for need in sorted(leans_on(plan, one)))]))
        curves = await curves_around(self._samples, self._results, plan, services, opens, closes)

        def look() -> list[Moved]:
            moves: list[Move] = moved_first(curves, case.began, before, closes - case.began)
            return kept(moves, opens, closes)

        return await self._clock.in_thread(None, look)


def _told(value: float, unit: str) -> Any:
    quantity = Quantity(float(f"{value:.4g}"), unit)
    return pack(Text({language: quantity.say(language) for language in LANGUAGES}))
