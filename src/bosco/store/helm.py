"""The helm: of several processes on one state, the one that watches the world and judges what it saw.

On SQLite a process is alone and always at the helm. On PostgreSQL one row says who is, by a lease that is renewed.
Nobody compares the clocks of two machines: who waits takes the helm when the row has not moved for a whole lease of
his own clock, and who holds it lets go when his own clock says that he could not renew it in time. What the one at the
helm writes is confirmed in its transaction, so a process that slept through the loss of its lease cannot write either.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bosco.store import helm_row
from bosco.store.helm_row import Held

if TYPE_CHECKING:
    from bosco.store.store import Store
    from bosco.store.tx import Tx

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=6)
RENEW_EVERY = timedelta(seconds=2)
LOOK_EVERY = timedelta(seconds=1)
# Giving it up in a stop does not wait for a database that is gone.
PARTING = timedelta(seconds=2)
# No row is older than its first look.
NEVER = float("-inf")


class HelmLost(Exception):  # noqa: N818 - it is no error of anybody
    """Another process is at the helm by now; what this one saw is not written."""


@dataclass(frozen=True)
class _Sighting:
    """The row as it was seen, and since when it has not moved, by our own clock."""

    row: Held
    since: float


class Helm:
    """Whether this process is the one that watches, scrapes and judges: ask `mine`, or run an engine `at_the_helm`."""

    def __init__(self, store: "Store", *, shared: bool) -> None:
        self._store = store
        self._clock = store.clock
        # Whether other processes may work on the same state.
        self.shared = shared
        # Whether they take turns yet: a command or a test on its own state is its own master.
        self.contested = False
        self._name = ""
        self._term: int | None = None
        self._until = (NEVER, datetime.min.replace(tzinfo=UTC))
        self._seen: _Sighting | None = None
        self._taken, self._lost = asyncio.Event(), asyncio.Event()
        self._taken.set()
        # When the one before was last heard of.
        self.before: datetime | None = None

    @property
    def mine(self) -> bool:
        """Say whether this process is at the helm now; false as soon as the lease may have ended."""
        if not self.contested:
            return True
        steady, wall = self._until
        return self._term is not None and self._clock.monotonic() < steady and self._clock.read() < wall

    def confirm(self, tx: "Tx") -> None:
        """Raise HelmLost unless this process is at the helm, and stays so until the transaction has ended."""
        if self.contested and not (self._term is not None and helm_row.is_at(tx, self._term)):
            raise HelmLost

    async def until_lost(self) -> None:
        """Wait until another process may be at the helm; for ever where there is no other."""
        await self._lost.wait()

    async def steer(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run it whenever this process is at the helm, and cancel it when it no longer is."""
        while True:
            await self._taken.wait()
            work, lost = asyncio.ensure_future(run()), asyncio.ensure_future(self._lost.wait())
            try:
                await asyncio.wait({work, lost}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                work.cancel()
                lost.cancel()
                await asyncio.gather(work, lost, return_exceptions=True)
            if not self._lost.is_set():
                if not _was_lost(work):
                    return work.result()
                # A transaction noticed before the next renewal does.
                await self._lost.wait()

    async def run(self) -> None:
        """Take part in turns at the helm until cancelled; what this process holds it keeps until `leave`."""
        self.contest()
        while True:
            try:
                await (self._look() if self._term is None else self._renew())
            except Exception:
                log.exception("the helm could not be looked after")
            if self._term is not None and not self.mine:
                self._lose("it could not be renewed in time")
            await self._clock.sleep(LOOK_EVERY if self._term is None else RENEW_EVERY)

    def contest(self) -> None:
        """Begin to take turns: from now on this process is at the helm only if its lease says so."""
        if not self.contested:
            self.contested = True
            self._name = self._store.new_id(self._clock.read())
            self._taken.clear()
            self._lost.set()

    async def leave(self) -> None:
        """Give the helm up, so that another takes it at once."""
        term, self._term = self._term, None
        if term is None:
            return
        self._lose("this process stops")
        with contextlib.suppress(Exception):
            async with self._clock.limit(PARTING):
                await self._store.write(lambda tx: helm_row.leave(tx, term), serializable=False)

    async def _look(self) -> None:
        row = await self._store.read(helm_row.look)
        now = self._clock.monotonic()
        if self._seen is None or self._seen.row != row:
            self._seen = _Sighting(row, now)
        if row.holder is None or now - self._seen.since >= LEASE.total_seconds():
            until = self._lease_from_now()
            term = await self._store.write(lambda tx: helm_row.take(tx, row, self._name), serializable=False)
            if term is not None:
                self._term, self._until, self.before = term, until, row.heard_of
                self._lost.clear()
                self._taken.set()
                log.info("this process is at the helm (turn %d)", term)

    async def _renew(self) -> None:
        until, term = self._lease_from_now(), self._term
        assert term is not None
        left = timedelta(seconds=max(0.1, self._until[0] - self._clock.monotonic()))
        async with self._clock.limit(left):
            kept = await self._store.write(lambda tx: helm_row.renew(tx, term), serializable=False)
        if kept:
            self._until = until
        else:
            self._lose("another process has taken it")

    def _lease_from_now(self) -> tuple[float, datetime]:
        """Return when a lease asked for now will have ended, counted from before it is asked for."""
        return self._clock.monotonic() + LEASE.total_seconds(), self._clock.read() + LEASE

    def _lose(self, why: str) -> None:
        self._term = None
        self._seen = None
        self._taken.clear()
        self._lost.set()
        log.warning("this process is no longer at the helm: %s", why)


def _was_lost(work: "asyncio.Future[None]") -> bool:
    error = None if work.cancelled() else work.exception()
    if isinstance(error, BaseExceptionGroup):
        return error.split(HelmLost)[1] is None
    return isinstance(error, HelmLost)
