"""Calls a handler once: bounded in time, its error told in one line."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bosco.kit.clock import Clock
from bosco.kit.ids import Ids

log = logging.getLogger(__name__)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
_ERROR_LIMIT = 300

Handler = Callable[[Any], Awaitable[Any]]


@dataclass(frozen=True)
class Raised:
    """The handler raised, or took too long."""

    why: str


async def attempt(clock: Clock, limit: timedelta, handler: Handler, item: Any, name: str) -> Any:
    """Return the handler's answer, or what it raised."""
    try:
        async with clock.limit(limit):
            return await _caught(handler, item, name)
    except TimeoutError:
        log.error("a handler took too long", extra={"handler": name, "limit": str(limit)})
        return Raised(f"took longer than {limit}")


async def _caught(handler: Handler, item: Any, name: str) -> Any:
    try:
        return await handler(item)
    except Exception as error:
        log.exception("a handler failed", extra={"handler": name})
        return Raised(f"{type(error).__name__}: {error}"[:_ERROR_LIMIT])


def pause_after(attempts: int, ids: Ids) -> timedelta:
    """Return how long to leave alone what has failed so many times: longer each time, never all at the same moment."""
    pause = min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)
    return pause * (0.75 + ids.chance() / 2)
