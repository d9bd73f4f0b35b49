"""How often one caller may do something: a bucket for each, refilled steadily, with a bounded memory."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, cast

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from bosco.kit.clock import Clock
from bosco.kit.plural import plural
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.web.door import client_address
from bosco.web.visitor import AnyRequest, Guard

MOST_CALLERS = 10_000


@dataclass(eq=False)
class TooOften(Refusal):
    """A refusal that says after how many seconds it will be worth trying again."""

    wait: int = 1


class Limit:
    """At most `burst` at once, and `burst` per `span` in the long run, for each key."""

    def __init__(self, clock: Clock, burst: int, span: timedelta) -> None:
        self._clock = clock
        self._burst = burst
        self._refill = burst / span.total_seconds()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, key: str) -> float:
        """Take one for that key and return 0, or the seconds until there will be one again."""
        now = self._clock.monotonic()
        left, seen = self._left.pop(key, (float(self._burst), now))
        left = min(self._burst, left + (now - seen) * self._refill)
        granted = left >= 1
        self._left[key] = (left - 1 if granted else left, now)
        # The callers heard of least recently are forgotten first, so a flood of addresses cannot fill the memory.
        if len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)
        return 0.0 if granted else (1 - left) / self._refill

    def take(self, key: str) -> None:
        """Take one for that key, or refuse."""
        if (wait := self.wait_for(key)) > 0:
            seconds = ceil(wait)
            raise TooOften(
                Code.TOO_MANY,
                msg("Too many requests came in a short time."),
                msg("Try again in {wait}.", wait=plural(seconds, "{n} second", "{n} seconds")),
                wait=seconds,
            )


def limited(limit: Limit, key: Callable[[AnyRequest], str] = client_address) -> Guard:
    """Return a guard for `guards=[…]` that applies the limit to each caller."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        limit.take(key(cast(AnyRequest, connection)))

    return guard
