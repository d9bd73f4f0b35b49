"""How much may be on its way in at once: what is more is told to come again, before memory is spent on it."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg

T = TypeVar("T")
MEBIBYTE = 1024 * 1024
MOST = 96 * MEBIBYTE
# What is larger is read in a thread, so that everything else goes on meanwhile.
LARGE = 256 * 1024
_MOST_THREADS = 2


@service
class Gate:
    """The one door for bodies of requests, counted by what they unpack to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._inside = 0
        self._pool = ThreadPoolExecutor(_MOST_THREADS, "reading")
        self.turned_away = 0

    @contextlib.contextmanager
    def room(self, size: int) -> Iterator[None]:
        """Hold so many bytes for the time of a block; refused when too many are held already."""
        if self._inside and self._inside + size > MOST:
            self.turned_away += 1
            raise Refusal(
                Code.UNAVAILABLE,
                msg("More is on its way in than Bosco can hold."),
                msg("Send the same again in a moment."),
            )
        self._inside += size
        try:
            yield
        finally:
            self._inside -= size

    async def read(self, size: int, work: Callable[[], T]) -> T:
        """Run what reads a body: at once if it is small, in a thread if it is large."""
        return work() if size < LARGE else await self._clock.in_thread(self._pool, work)
