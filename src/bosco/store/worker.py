"""The engine of due things: timers, parcels and facts, each with places of their own so that none starves another."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bosco.store import timers
from bosco.store.pending import prune
from bosco.store.recover import SoleWorker, take_over
from bosco.store.run_parcels import Delivers, DueParcels, Hears, as_deliveries
from bosco.store.run_timers import DueTimers, OnTimer
from bosco.store.runner import Runner
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

log = logging.getLogger(__name__)
PRUNE = "store.prune"
PRUNE_EVERY = timedelta(days=1)
LEASE = timedelta(seconds=60)
LONGEST = timedelta(minutes=15)


class Worker:
    """Runs what is due in this process; any number of processes may have one on the same store."""

    def __init__(  # noqa: PLR0913 - three registries and their bounds
        self,
        store: Store,
        *,
        on_timer: Mapping[str, OnTimer] | None = None,
        delivers: Mapping[str, Delivers] | None = None,
        hears: Mapping[str, Hears] | None = None,
        lease: timedelta = LEASE,
        longest: timedelta = LONGEST,
        at_once: int = 8,
    ) -> None:
        self._store = store
        self.holder = store.new_id(store.clock.read())
        bounds: dict[str, Any] = {"lease": lease, "longest": longest}
        self._runners: list[Runner[Any]] = [
            Runner(store, rows, at_once=at_once, lease=lease)
            for rows in (
                DueTimers(store, {PRUNE: self._prune, **(on_timer or {})}, self.holder, **bounds),
                DueParcels(store, as_deliveries(hears or {}), self.holder, **bounds),
                DueParcels(store, delivers or {}, self.holder, **bounds),
            )
        ]
        self._sole: SoleWorker | None = None

    async def run(self) -> None:
        """Run until cancelled or stopped."""
        if self._store.file is not None:
            self._sole = SoleWorker.of(self._store.file)
            if self._sole:
                # Nobody else works on this file: whoever held something is dead, and its leases need not be waited for.
                await self._store.write(take_over)
        await self._store.write(_set_prune)
        loops = [asyncio.create_task(runner.run()) for runner in self._runners]
        try:
            await asyncio.gather(*loops)
        except BaseException:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self.stop(timedelta(0))
            raise

    async def _prune(self, timer: Timer) -> None:
        while await self._store.write(prune):
            pass
        at = self._store.clock.read() + PRUNE_EVERY
        await self._store.write(lambda tx: timers.set(tx, PRUNE, "", at))

    async def stop(self, within: timedelta) -> None:
        """Take nothing more, let what runs finish within that time, and give the rest back."""
        await asyncio.gather(*(runner.stop(within) for runner in self._runners))
        if self._sole:
            self._sole.close()
            self._sole = None


def _set_prune(tx: Tx) -> None:
    if timers.due_of(tx, PRUNE, "") is None:
        timers.set(tx, PRUNE, "", tx.at + PRUNE_EVERY)
