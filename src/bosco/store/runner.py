"""Runs due rows, a bounded number at once, and keeps their leases alive meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from bosco.store.store import Store
from bosco.store.tx import Tx

log = logging.getLogger(__name__)
# When everything due is in the hands of other processes, or when the database failed.
SOON = timedelta(milliseconds=200)
AFTER_A_FAILURE = timedelta(seconds=5)
# A stop does not wait for a database that is gone.
GIVING_BACK = timedelta(seconds=2)

Item = TypeVar("Item")


class Rows(Protocol[Item]):
    """Rows of one table that become due: how to take them, keep them, give them back, and what to do with one."""

    bell: str

    def next_due(self, tx: Tx) -> datetime | None:
        """Return when the next row may be taken."""

    def claim(self, tx: Tx, limit: int) -> list[Item]:
        """Take due rows."""

    def renew(self, tx: Tx, held: Sequence[Item]) -> None:
        """Keep them for another lease."""

    def release(self, tx: Tx, held: Sequence[Item]) -> None:
        """Give back what was not finished."""

    async def run(self, item: Item, holds: Callable[[Item], None], stopping: Callable[[], bool]) -> None:
        """Do what the row is for, and end it; tell `holds` when going on with another row."""


class Runner(Generic[Item]):
    """One loop over one kind of rows."""

    def __init__(self, store: Store, rows: Rows[Item], *, at_once: int, lease: timedelta) -> None:
        self._store = store
        self._clock = store.clock
        self._rows = rows
        self._at_once = at_once
        self._renew_every = lease / 3
        self._running: dict[asyncio.Task[None], Item] = {}
        self._news = asyncio.Event()
        self._holding = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Run until cancelled or stopped."""
        self._stopping = False
        unhook = self._store.bells.hook(self._rows.bell, self._news.set)
        renewals = asyncio.create_task(self._keep_leases())
        try:
            while not self._stopping:
                self._news.clear()
                again = await self._take()
                if not self._news.is_set():
                    await self._store.look_again(self._news, again)
        finally:
            unhook()
            renewals.cancel()

    async def stop(self, within: timedelta) -> None:
        """Take nothing more, let what runs finish within that time, and give the rest back."""
        self._stopping = True
        self._news.set()
        try:
            async with self._clock.limit(within):
                while self._running:
                    await asyncio.wait(list(self._running))
        except TimeoutError:
            pass
        left = dict(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._running.clear()
        await self._give_back(list(left.values()))

    async def _take(self) -> datetime | None:
        free = self._at_once - len(self._running)
        if free <= 0:
            return None
        try:
            due = await self._store.read(self._rows.next_due)
            if due is None or due > self._clock.read():
                return due
            taken = await self._store.write(lambda tx: self._rows.claim(tx, free), serializable=False)
        except Exception:
            log.exception("due work could not be looked for")
            return self._clock.read() + AFTER_A_FAILURE
        if self._stopping:
            await self._give_back(taken)
            return None
        for item in taken:
            self._start(item)
        if taken:
            self._news.set()
        return self._clock.read() + SOON

    def _start(self, item: Item) -> None:
        task = asyncio.create_task(self._run_one(item))
        self._running[task] = item
        self._holding.set()
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            del self._running[task]
            self._news.set()
        if not self._running:
            self._holding.clear()

    async def _run_one(self, item: Item) -> None:
        task = asyncio.current_task()
        assert task is not None

        def holds(other: Item) -> None:
            self._running[task] = other

        try:
            await self._rows.run(item, holds, lambda: self._stopping)
        except Exception:
            # The handler's own errors never come here. The row stays ours until its lease ends, then it is tried again.
            log.exception("the end of due work could not be written down")

    async def _keep_leases(self) -> None:
        while True:
            await self._holding.wait()
            await self._clock.sleep(self._renew_every)
            held = list(self._running.values())
            try:
                if held:
                    await self._store.write(lambda tx, held=held: self._rows.renew(tx, held), serializable=False)  # type: ignore[misc]
            except Exception:
                log.exception("leases could not be renewed")

    async def _give_back(self, held: list[Item]) -> None:
        if not held:
            return
        try:
            async with self._clock.limit(GIVING_BACK):
                await self._store.write(lambda tx: self._rows.release(tx, held), serializable=False)
        except Exception:
            log.exception("unfinished work could not be given back; its lease will end by itself")
