"""Brings due parcels, and tells facts to those who hear them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bosco.kit.facts import Fact
from bosco.store import parcel_claims
from bosco.store.attempt import Raised, attempt, pause_after
from bosco.store.facts import ANYBODY, carried, hand_on, kind_for
from bosco.store.lanes import wake_first
from bosco.store.parcel import BELL, Answer, Delivered, Failed, Parcel, Superseded, TryAgain
from bosco.store.store import Store
from bosco.store.tx import Tx

Hears = Callable[[Any], Awaitable[Any]]
Delivers = Callable[[Parcel], Awaitable[Answer | None]]
# One lane may keep a place busy for so many parcels, then others have their turn.
IN_A_ROW = 50


class DueParcels:
    """The parcels whose kinds have a handler."""

    bell = BELL

    def __init__(
        self, store: Store, handlers: Mapping[str, Delivers], holder: str, *, lease: timedelta, longest: timedelta
    ) -> None:
        self._store = store
        self._handlers = dict(handlers)
        self._holder = holder
        self._lease = lease
        self._longest = longest

    def next_due(self, tx: Tx) -> datetime | None:
        """Return when the next parcel is due."""
        return parcel_claims.next_due(tx, list(self._handlers))

    def claim(self, tx: Tx, limit: int) -> list[Parcel]:
        """Take due parcels."""
        return parcel_claims.claim(tx, list(self._handlers), self._holder, self._lease, limit)

    def renew(self, tx: Tx, held: Sequence[Parcel]) -> None:
        """Keep them for another lease."""
        parcel_claims.renew(tx, held, self._holder, self._lease)

    def release(self, tx: Tx, held: Sequence[Parcel]) -> None:
        """Give them back."""
        parcel_claims.release(tx, held, self._holder)

    async def run(self, item: Parcel, holds: Callable[[Parcel], None], stopping: Callable[[], bool]) -> None:
        """Bring it, then the next ones of its lane."""
        left = IN_A_ROW
        following: Parcel | None = item
        while following is not None:
            holds(following)
            left -= 1
            following = await self._bring(following, goes_on=left > 0 and not stopping())

    async def _bring(self, parcel: Parcel, *, goes_on: bool) -> Parcel | None:
        answer = await attempt(self._store.clock, self._longest, self._handlers[parcel.kind], parcel, parcel.kind)
        if answer is None:
            answer = Delivered()
        elif not isinstance(answer, Delivered | TryAgain | Superseded | Failed | Raised):
            answer = Raised(f"the handler answered {type(answer).__name__}, which is not an answer")
        until = self._store.clock.read() + pause_after(parcel.attempt, self._store.ids)
        return await self._store.write(
            lambda tx: self._write_down(tx, parcel, answer, until, goes_on), serializable=False
        )

    def _write_down(
        self, tx: Tx, parcel: Parcel, answer: Answer | Raised, until: datetime, goes_on: bool
    ) -> Parcel | None:
        if isinstance(answer, Raised):
            parcel_claims.push_back(tx, parcel, self._holder, until, answer.why)
        elif parcel_claims.answer(tx, parcel, self._holder, answer) and parcel.kind == ANYBODY:
            hand_on(tx, parcel, self._store.listeners or {})
        if parcel.lane is None:
            return None
        if goes_on:
            return parcel_claims.take_next(tx, parcel.lane, self._handlers.keys(), self._holder, self._lease)
        wake_first(tx, parcel.lane)
        return None


def as_deliveries(hears: Mapping[str, Hears]) -> dict[str, Delivers]:
    """Return the listeners as handlers of the parcels that carry facts, with one for facts that are not addressed."""

    def tells(listener: Hears) -> Delivers:
        async def tell(parcel: Parcel) -> None:
            fact: Fact = carried(parcel)
            await listener(fact)

        return tell

    async def address(parcel: Parcel) -> None:
        """Nothing to do outside the transaction that ends it."""

    return {ANYBODY: address, **{kind_for(name): tells(listener) for name, listener in hears.items()}}
