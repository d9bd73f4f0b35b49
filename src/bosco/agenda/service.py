"""The calendar's verbs: which planned work a service has had, has, and will have."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bosco.agenda import store as kept
from bosco.agenda.follow import follow, next_edge
from bosco.agenda.section import IMPACTS
from bosco.agenda.windows import windows_between
from bosco.kit.clock import Clock
from bosco.kit.marks import engine, service
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.services.maintenance import Work
from bosco.services.service import Services
from bosco.services.spans import Span
from bosco.store.store import Store
from bosco.store.tx import Tx

# Whoever changes the plan while Bosco is stopped can excuse no more than so much of what has passed.
LOOK_AHEAD = timedelta(minutes=15)


@service
class Agenda:
    """What is planned, and what of it has come."""

    def __init__(self, store: Store, clock: Clock, current: CurrentPlan, services: Services) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._news = asyncio.Event()
        self._followed = current.plan
        services.count_maintenance(self.works)
        current.on_change(self._hear_of_plan)

    @engine("agenda", at_the_helm=True)
    async def run(self) -> None:
        """Follow the calendar, until cancelled."""
        while True:
            self._news.clear()
            before, self._followed = self._followed, self._current.plan
            await self._store.write(partial(self._follow, before, self._followed))
            now = self._clock.read()
            await self._clock.wait(self._news, next_edge(self._followed, now, LOOK_AHEAD))

    def works(self, tx: Tx, name: str, span: Span) -> Sequence[Work]:
        """Return the planned work on a service within a span: what has begun as it was, what is to come as planned."""
        begun = [
            Work(one.key, one.name, IMPACTS[one.impact], one.excuses, one.span) for one in kept.within(tx, name, span)
        ]
        looked = kept.looked_at(tx) or tx.at
        ahead = windows_between(self._current.plan, max(looked, span.start), span.end, only=[name])
        planned = [
            Work(one.key, one.name, IMPACTS[one.impact], one.excuses, one.span) for one in ahead if one.start > looked
        ]
        return sorted([*begun, *planned], key=lambda one: one.span)

    def _follow(self, before: Plan, now: Plan, tx: Tx) -> None:
        self._store.helm.confirm(tx)
        if before is not now:
            # Until this instant the other plan was in force.
            follow(tx, before)
        follow(tx, now)

    def _hear_of_plan(self, before: Plan, now: Plan) -> None:
        self._news.set()
