"""The only source of time: what instant it is, and every wait there is."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

T = TypeVar("T")

# A wall clock may jump (NTP, a laptop that slept), so a long wait looks at it again at least this often.
LOOK_AGAIN = timedelta(seconds=20)


class Clock(Protocol):
    """Instants are aware and in UTC; waits are cancellable."""

    def read(self) -> datetime:
        """Return the present instant."""

    def monotonic(self) -> float:
        """Return seconds that only grow, to measure how long something took."""

    async def sleep(self, span: timedelta) -> None:
        """Wait that long."""

    async def sleep_until(self, at: datetime) -> None:
        """Wait for that instant of the wall clock, even if the wall clock jumps meanwhile."""

    async def wait(self, event: asyncio.Event, until: datetime | None = None) -> bool:
        """Wait for the event, or for the instant if it comes first; say whether the event came."""

    def limit(self, span: timedelta) -> contextlib.AbstractAsyncContextManager[None]:
        """Raise TimeoutError inside the block once the span has passed."""

    def busy(self) -> contextlib.AbstractContextManager[None]:
        """Say that something is in flight outside the event loop, so that virtual time stands still."""

    async def in_thread(self, executor: Executor | None, work: Callable[[], T]) -> T:
        """Run the work in a thread, busy meanwhile."""


class LoopClock:
    """What the real and the virtual clock share: both wait through the running event loop."""

    def read(self) -> datetime:
        """Return the present instant."""
        raise NotImplementedError

    async def sleep(self, span: timedelta) -> None:
        """Wait that long."""
        await asyncio.sleep(max(0.0, span.total_seconds()))

    async def sleep_until(self, at: datetime) -> None:
        """Wait for that instant of the wall clock."""
        while (left := at - self.read()) > timedelta(0):  # noqa: ASYNC110 - no event tells that the wall clock jumped
            await asyncio.sleep(min(left, LOOK_AGAIN).total_seconds())

    async def wait(self, event: asyncio.Event, until: datetime | None = None) -> bool:
        """Wait for the event or the instant."""
        if until is None:
            return await event.wait()
        while not event.is_set() and (left := until - self.read()) > timedelta(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), min(left, LOOK_AGAIN).total_seconds())
        return event.is_set()

    @contextlib.asynccontextmanager
    async def limit(self, span: timedelta) -> AsyncIterator[None]:
        """Raise TimeoutError inside the block once the span has passed."""
        async with asyncio.timeout(span.total_seconds()):
            yield

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Do nothing: real time does not stand still."""
        yield

    async def in_thread(self, executor: Executor | None, work: Callable[[], T]) -> T:
        """Run the work in a thread, busy meanwhile."""
        with self.busy():
            return await asyncio.get_running_loop().run_in_executor(executor, work)


class RealClock(LoopClock):
    """The machine's clock."""

    def read(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since some instant of the past."""
        return time.monotonic()


class VirtualClock(LoopClock):
    """A clock that advances only when nothing is in flight; it works inside `run_virtually` alone."""

    def __init__(self, start: datetime) -> None:
        self.start = start.astimezone(UTC)
        self.elapsed = 0.0
        self.in_flight = 0

    def read(self) -> datetime:
        """Return the present instant of the story."""
        return self.start + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        """Return how many seconds the story has lasted."""
        return self.elapsed

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Let time stand still inside the block."""
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1


class _VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that skips idle time: with nothing ready and nothing in flight, it jumps to the next timer."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        # A billionth of a second is lost in a float of several months: a timer would then never count as due.
        self._clock_resolution = 1e-6
        self._virtual = clock
        selector = self._selector  # type: ignore[attr-defined]
        really_select = selector.select

        def select(timeout: float | None = None) -> object:
            if timeout is not None and timeout <= 0:
                return really_select(0)
            if clock.in_flight:
                return really_select(None)
            if ready := really_select(0):
                return ready
            if timeout is None:
                raise RuntimeError("the virtual clock waits for something that can never happen")
            clock.elapsed += timeout
            return []

        selector.select = select

    def time(self) -> float:
        return self._virtual.elapsed


def run_virtually(clock: VirtualClock, story: Callable[[], Awaitable[T]]) -> T:
    """Run a story to its end on the virtual clock: a week takes as long as its events, not as its hours."""

    async def main() -> T:
        try:
            return await story()
        finally:
            # What closes the loop (joining threads) takes real time.
            clock.in_flight += 1

    with asyncio.Runner(loop_factory=lambda: _VirtualLoop(clock)) as runner:
        return runner.run(main())
