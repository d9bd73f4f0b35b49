"""A work on its way to the database and back to whoever asked for it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from sqlalchemy import CursorResult

from bosco.kit.clock import Clock
from bosco.store.tx import Tx

log = logging.getLogger(__name__)
Work = Callable[[Tx], Any]


class Job:
    """One work; whoever ran it says `succeed` or `fail`, then settles it together with its companions."""

    def __init__(self, work: Work, clock: Clock, *, waits_on_loop: bool, serializable: bool = True) -> None:
        self.work = work
        self.serializable = serializable
        self.callbacks: list[Callable[[], None]] = []
        self._value: Any = None
        self._error: BaseException | None = None
        self._busy = contextlib.ExitStack()
        self._future: asyncio.Future[Any] | None = None
        self._answer: Future[Any] = Future()
        self.loop: asyncio.AbstractEventLoop | None = None
        if waits_on_loop:
            self.loop = asyncio.get_running_loop()
            self._future = self.loop.create_future()
            # Also when the caller is cancelled meanwhile, virtual time stands still until the thread has ended.
            self._busy.enter_context(clock.busy())

    @property
    def abandoned(self) -> bool:
        """Say whether nobody waits any more."""
        return self._future is not None and self._future.cancelled()

    def run(self, tx: Tx) -> None:
        """Run the work; its own exception is its answer, to be given by `fail`."""
        value = self.work(tx)
        if isinstance(value, CursorResult):
            raise TypeError("a result cannot leave its transaction: fetch its rows inside")
        tx.check()
        self._value = value
        self.callbacks = tx.callbacks

    def fail(self, error: BaseException) -> None:
        """Answer with an exception; the first one stays."""
        if isinstance(error, StopIteration):
            # A future refuses this one, and its waiter would wait for ever.
            error = RuntimeError("the work ran out of what it walked through")
        self._error = self._error or error
        self.callbacks = []

    def settle(self) -> None:
        """Tell whoever waits; on the event loop if that is where they wait."""
        if self._error is None:
            for callback in self.callbacks:
                try:
                    callback()
                except Exception:
                    log.exception("a callback after a commit failed")
        self._busy.close()
        if self._future is None:
            self._tell(self._answer)
        elif not self._future.done():
            self._tell(self._future)

    def _tell(self, future: "asyncio.Future[Any] | Future[Any]") -> None:
        if self._error is None:
            future.set_result(self._value)
        else:
            future.set_exception(self._error)

    async def wait(self) -> Any:
        """Wait on the event loop."""
        assert self._future is not None
        return await self._future

    def wait_here(self) -> Any:
        """Wait in the calling thread."""
        return self._answer.result()


def settle(jobs: Iterable[Job]) -> None:
    """Settle jobs, those of one event loop in one visit to it."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, companions in by_loop.items():
        if loop is None:
            _settle_all(companions)
        else:
            # The loop may have been closed by an interrupted program; then nobody waits any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle_all, companions)


def _settle_all(jobs: list[Job]) -> None:
    for job in jobs:
        job.settle()
