"""Runs due timers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bosco.store import timer_claims, timers
from bosco.store.attempt import Raised, attempt, pause_after
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

OnTimer = Callable[[Timer], Awaitable[Any]]


class DueTimers:
    """The timers whose names have a handler."""

    bell = timers.BELL

    def __init__(
        self, store: Store, handlers: Mapping[str, OnTimer], holder: str, *, lease: timedelta, longest: timedelta
    ) -> None:
        self._store = store
        self._handlers = dict(handlers)
        self._holder = holder
        self._lease = lease
        self._longest = longest

    def next_due(self, tx: Tx) -> datetime | None:
        """Return when the next timer is due."""
        return timer_claims.next_due(tx, list(self._handlers))

    def claim(self, tx: Tx, limit: int) -> list[Timer]:
        """Take due timers, the longest due first."""
        return timer_claims.claim(tx, list(self._handlers), self._holder, self._lease, limit)

    def renew(self, tx: Tx, held: Sequence[Timer]) -> None:
        """Keep them for another lease."""
        timer_claims.renew(tx, held, self._holder, self._lease)

    def release(self, tx: Tx, held: Sequence[Timer]) -> None:
        """Give them back."""
        timer_claims.release(tx, held, self._holder)

    async def run(self, item: Timer, holds: Callable[[Timer], None], stopping: Callable[[], bool]) -> None:
        """Run its handler, and end it unless the handler did."""
        answer = await attempt(self._store.clock, self._longest, self._handlers[item.name], item, item.name)
        if isinstance(answer, Raised):
            until = self._store.clock.read() + pause_after(item.attempt, self._store.ids)
            await self._store.write(
                lambda tx: timer_claims.push_back(tx, item, self._holder, until, answer.why), serializable=False
            )
        else:
            await self._store.write(lambda tx: timers.done(tx, item), serializable=False)
