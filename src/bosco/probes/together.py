"""What waits is written together: one write at a time, in order, everything that came meanwhile in the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Together(Generic[T]):
    """Gathers items for a write that takes many of them at once."""

    def __init__(
        self,
        write: Callable[[list[T]], Awaitable[None]],
        most: int = 1000,
        *,
        pause: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._write = write
        self._most = most
        # What to wait for before a write, so that more comes together.
        self._pause = pause
        self._waiting: deque[tuple[T, asyncio.Future[None] | None]] = deque()
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, item: T) -> None:
        """Hand over an item; it is written a moment later."""
        self._waiting.append((item, None))
        self._go()

    async def put(self, item: T) -> None:
        """Hand over an item and return once it is written; raises what its write raised."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        self._go()
        await written

    async def drain(self) -> None:
        """Return once nothing waits."""
        while self._task is not None:
            await asyncio.wait({self._task})

    def _go(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                if self._pause is not None and len(self._waiting) < self._most:
                    await self._pause()
                taken = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                error: BaseException | None = None
                try:
                    await self._write([item for item, _ in taken])
                except BaseException as failed:
                    error = failed
                for _, written in taken:
                    if written is not None and not written.done():
                        if error is None:
                            written.set_result(None)
                        else:
                            written.set_exception(error)
                if isinstance(error, asyncio.CancelledError):
                    raise error
        finally:
            self._task = None
