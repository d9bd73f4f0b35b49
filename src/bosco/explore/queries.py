"""Queries of people and programs: few at a time, in threads of their own, so that watching and judging never wait."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.promql.answer import of_instant, of_range
from bosco.promql.budget import Limits
from bosco.promql.evaluate import Found, Means, instant, over
from bosco.promql.grid import Asked, Grid
from bosco.promql.refusals import too_long
from bosco.signals.samples import Samples

T = TypeVar("T")
# Each holds up to its limit of samples: more at once would not fit into a small machine, nor be faster.
AT_ONCE = 3
THREADS = 2


@service
class Queries:
    """Asks the samples, within limits."""

    def __init__(self, samples: Samples, clock: Clock) -> None:
        self.samples = samples
        self.limits = Limits()
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._pool = ThreadPoolExecutor(THREADS, "queries")

    async def at(self, query: str, at_ms: int, seconds: float | None = None) -> Found:
        """Return what a query is worth at one instant."""
        async with self._turn(seconds) as means:
            return await instant(self.samples, query, at_ms, means)

    async def over(self, query: str, asked: Asked, step_ms: int, seconds: float | None = None) -> tuple[Found, Grid]:
        """Return what a query is worth over a span, step by step."""
        async with self._turn(seconds) as means:
            return await over(self.samples, query, asked, step_ms, means)

    async def told_at(self, query: str, at_ms: int, seconds: float | None = None) -> bytes:
        """Return the same in the JSON of Prometheus."""
        found = await self.at(query, at_ms, seconds)
        return await self.apart(lambda: of_instant(found, at_ms))

    async def told_over(self, query: str, asked: Asked, step_ms: int, seconds: float | None = None) -> bytes:
        """Return the same in the JSON of Prometheus."""
        found, grid = await self.over(query, asked, step_ms, seconds)
        return await self.apart(lambda: of_range(found, grid))

    async def apart(self, work: Callable[[], T]) -> T:
        """Do something with an answer where it holds up nobody."""
        return await self._clock.in_thread(self._pool, work)

    @asynccontextmanager
    async def _turn(self, seconds: float | None) -> AsyncIterator[Means]:
        allowed = self.limits.seconds if seconds is None else max(0.001, min(seconds, self.limits.seconds))
        began = self._clock.monotonic()
        try:
            async with self._clock.limit(timedelta(seconds=allowed)):
                await self._turns.acquire()
        except TimeoutError as error:
            raise too_long(allowed) from error
        try:
            yield Means(self._clock, replace(self.limits, seconds=allowed), self._pool, since=began)
        finally:
            self._turns.release()
