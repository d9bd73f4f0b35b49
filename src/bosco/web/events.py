"""Server-sent events: streams that end at once when Bosco stops, and never let a slow reader fill the memory."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import get
from litestar.response import Stream

from bosco.kit.clock import Clock
from bosco.web.visitor import AnyRequest

HEARTBEAT = timedelta(seconds=15)
LONGEST_QUEUE = 500


class Stopping:
    """Tells every open stream that Bosco is about to stop; the server does not end them by itself."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def set(self) -> None:
        """Say that Bosco stops now."""
        self.event.set()

    @property
    def now(self) -> bool:
        """Say whether Bosco is stopping."""
        return self.event.is_set()


@dataclass(frozen=True)
class Event:
    """One event of a stream; a browser that comes back names the last `id` it saw."""

    data: str = ""
    name: str | None = None
    id: str | None = None

    def encode(self) -> bytes:
        """Return the event as it travels."""
        lines = [f"id: {_one_line(self.id)}"] if self.id is not None else []
        if self.name is not None:
            lines.append(f"event: {_one_line(self.name)}")
        lines += [f"data: {line}" for line in self.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").replace("\0", "")


def last_seen(request: AnyRequest) -> str | None:
    """Return the id of the last event that this reader has already received, or None."""
    return request.headers.get("last-event-id") or request.query_params.get("after")


def event_stream(source: AsyncIterator[Event], stopping: Stopping, clock: Clock) -> Stream:
    """Answer with the events of a source, as they come; heartbeats keep the line open while there are none."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(lambda: _written(source, stopping, clock), media_type="text/event-stream", headers=headers)


async def _written(source: AsyncIterator[Event], stopping: Stopping, clock: Clock) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n: open\n\n"
    stop = asyncio.ensure_future(stopping.event.wait())
    coming: asyncio.Future[Event] | None = None
    try:
        while not stopping.now:
            coming = coming or asyncio.ensure_future(anext(source))
            beat = asyncio.ensure_future(clock.sleep(HEARTBEAT))
            awaited: set[asyncio.Future[Any]] = {coming, stop, beat}
            await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            beat.cancel()
            if coming.done():
                with_end, coming = coming, None
                try:
                    event = with_end.result()
                except StopAsyncIteration:
                    return
                yield event.encode()
            elif not stopping.now:
                yield b": still here\n\n"
        yield Event(name="stopping").encode()
    finally:
        stop.cancel()
        if coming is not None:
            coming.cancel()
            with contextlib.suppress(BaseException):
                await coming
        close = getattr(source, "aclose", None)
        if close is not None:
            with contextlib.suppress(RuntimeError):
                await close()


class Tap:
    """What one listener of a live feed has not yet read; too far behind, it loses the oldest and is told so once."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque(maxlen=LONGEST_QUEUE)
        self._filled = asyncio.Event()
        self._lost = False

    def pour(self, event: Event) -> None:
        """Add an event without ever waiting."""
        self._lost = self._lost or len(self._waiting) == LONGEST_QUEUE
        self._waiting.append(event)
        self._filled.set()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        if self._lost:
            self._lost = False
            return Event(name="behind")
        return self._waiting.popleft()


class Live:
    """Tells every open page which topics have changed; pages then fetch their own parts anew."""

    def __init__(self) -> None:
        self._taps: set[Tap] = set()

    def tell(self, *topics: str) -> None:
        """Say what changed (`probe`, `probe:api-health`): parts of pages that follow a topic fetch themselves anew."""
        for topic in topics:
            for tap in self._taps:
                tap.pour(Event(topic))

    @property
    def listeners(self) -> int:
        """Return how many pages are listening."""
        return len(self._taps)

    async def listen(self) -> AsyncIterator[Event]:
        """Give what is told from now on, until the reader goes away."""
        tap = Tap()
        self._taps.add(tap)
        try:
            async for event in tap:
                yield event
        finally:
            self._taps.discard(tap)


def routes(live: Live, stopping: Stopping, clock: Clock) -> list[Any]:
    """Return the route that every page listens to; `app` mounts it."""

    @get("/live", media_type="text/event-stream")
    async def listening() -> Stream:
        return event_stream(live.listen(), stopping, clock)

    return [listening]
