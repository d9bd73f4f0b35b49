"""Keeps the plan in force: a changed plan is checked first, and never replaces a running one when it is wrong."""

import asyncio
import logging
from datetime import datetime, timedelta

from bosco import journal
from bosco.kit.clock import Clock
from bosco.kit.marks import Gauge, engine, gauges, service
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.diff import diff
from bosco.plan.load import Finding, Loaded, Plan
from bosco.revisions import store as table
from bosco.revisions.model import PlanTookEffect, Revision, Saying
from bosco.revisions.place import PlanPlace
from bosco.store.store import Store
from bosco.store.tx import Tx

log = logging.getLogger(__name__)
LOOK_EVERY = timedelta(seconds=1)


@service
class Revisions:
    """The plan's history, and the watch over its files."""

    def __init__(self, store: Store, clock: Clock, current: CurrentPlan, place: PlanPlace) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._place = place
        self._one_at_a_time = asyncio.Lock()
        # What the files say now, whether or not it is in force.
        self.mistakes: tuple[Finding, ...] = ()
        self.warnings: tuple[Finding, ...] = ()
        self.looked_at: datetime | None = None
        self._number = 0

    async def newest(self) -> Revision | None:
        """Return the revision in force."""
        return await self._store.read(table.newest)

    async def page(self, before: int | None = None, limit: int = 20) -> list[Revision]:
        """Return revisions, the newest first."""
        return await self._store.read(lambda tx: table.page(tx, before=before, limit=limit))

    async def find(self, number: int) -> Revision:
        """Return one revision with its sources, or refuse."""
        found = await self._store.read(lambda tx: table.find(tx, number))
        if found is None:
            raise not_found(msg("There is no revision {number} of the plan.", number=number))
        return found

    async def explain(self, number: int, why: str, *, actor: str) -> None:
        """Write why a revision was made."""

        def work(tx: Tx) -> bool:
            done = table.explain(tx, number, why)
            if done:
                journal.write(
                    tx, subject="plan", what="plan.explained", actor=actor, data={"number": number, "why": why}
                )
            return done

        if not await self._store.write(work):
            raise not_found(msg("There is no revision {number} of the plan.", number=number))

    async def go_back(self, number: int, *, actor: str, why: str) -> Revision:
        """Write the files of an earlier revision back, and put them into force; refuse if they are wrong today."""
        async with self._one_at_a_time:
            earlier = await self.find(number)
            await self._clock.in_thread(None, lambda: self._place.write_back(earlier.sources))
            await self._store.write(
                lambda tx: journal.write(
                    tx, subject="plan", what="plan.restored", actor=actor, why=why, data={"number": number}
                )
            )
            made = await self._take(actor, why)
        if self.mistakes:
            raise Refusal(
                Code.CONFLICT,
                msg(
                    "Revision {number} is back in its files, but it has mistakes today, so it is not in force.",
                    number=number,
                ),
                msg("The plan page lists them."),
            )
        return made or await self.find(number)

    async def look(self, *, actor: str = "bosco", why: str | None = None) -> Revision | None:
        """Read the files now; return the new revision if another plan took effect."""
        async with self._one_at_a_time:
            return await self._take(actor, why)

    @engine("plan files", outward=True)
    async def watch(self) -> None:
        """Follow the plan's files; a change counts once it has stood still for one look."""
        await self.look()
        seen = taken = self._place.footprint()
        while True:
            await self._clock.sleep(LOOK_EVERY)
            now = self._place.footprint()
            if now == seen and now != taken:
                await self.look()
                taken = now
            seen = now

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell which revision is in force, and how many mistakes its files have."""
        return [
            Gauge("bosco_plan_revision", "Number of the revision of the plan in force.", self._number),
            Gauge("bosco_plan_mistakes", "Mistakes in the plan's files as they stand now.", len(self.mistakes)),
            Gauge("bosco_plan_warnings", "Warnings about the plan's files as they stand now.", len(self.warnings)),
        ]

    async def _take(self, actor: str, why: str | None) -> Revision | None:
        loaded = await self._clock.in_thread(None, self._place.load)
        known = self.mistakes
        self.mistakes, self.warnings, self.looked_at = loaded.mistakes, loaded.warnings, self._clock.read()
        if loaded.plan is None:
            if loaded.mistakes != known:
                await self._refuse(loaded)
            return None
        return await self._put_into_force(loaded.plan, loaded, actor, why)

    async def _refuse(self, loaded: Loaded) -> None:
        first = loaded.mistakes[0]
        place = str(first.place)
        log.error("the changed plan has %d mistakes, the first at %s: %s", len(loaded.mistakes), place, first.says)
        data = {
            "count": len(loaded.mistakes),
            "first": place,
            "mistakes": [one.say("en") for one in loaded.mistakes[:20]],
        }
        await self._store.write(
            lambda tx: journal.write(tx, subject="plan", what="plan.refused", actor="bosco", data=data)
        )

    async def _put_into_force(self, plan: Plan, loaded: Loaded, actor: str, why: str | None) -> Revision | None:
        before = self._current.plan
        made = await self._store.write(lambda tx: record(tx, plan, loaded, before, actor=actor, why=why))
        newest = made or await self.newest()
        self._number = newest.number if newest else 0
        if plan.digest != before.digest:
            self._current.replace(plan)
            log.info("the plan changed", extra={"revision": self._number, "digest": plan.digest[:12]})
        return made


def record(tx: Tx, plan: Plan, loaded: Loaded, before: Plan | None, *, actor: str, why: str | None) -> Revision | None:
    """Write the plan as a new revision, unless it is the newest one already."""
    newest = table.newest(tx)
    if newest and newest.digest == plan.digest:
        return None
    changes = [Saying.of(change) for change in diff(before, plan)] if before and newest else []
    made = table.add(tx, digest=plan.digest, actor=actor, why=why, sources=dict(loaded.sources), changes=changes)
    journal.write(
        tx,
        subject="plan",
        what="plan.took-effect",
        actor=actor,
        why=why,
        data={"number": made.number, "digest": plan.digest},
    )
    tx.publish(PlanTookEffect(number=made.number, digest=plan.digest))
    return made
