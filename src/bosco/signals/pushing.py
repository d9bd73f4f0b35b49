"""Values pushed under a key count once, whatever is lost on the way, and whatever is killed."""

from collections import OrderedDict
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bosco.kit.clock import Clock
from bosco.kit.marks import service
from bosco.signals.measures import Measures, Told, Value
from bosco.signals.store import remember
from bosco.store.store import Store

_MOST_REMEMBERED = 10_000


@service
class Pushing:
    """Takes what senders push."""

    def __init__(self, measures: Measures, store: Store, clock: Clock) -> None:
        self._measures = measures
        self._store = store
        self._clock = clock
        # Answers of this process, so that the same again costs nothing.
        self._answered: OrderedDict[tuple[str, str], list[Value]] = OrderedDict()

    async def push(self, sender: str, key: str, told: list[Told], source: str) -> list[Value]:
        """Keep values, durable when this returns; under a key that was used before, what was told then counts."""
        if not key:
            return await self._measures.push(told, source)
        if (sender, key) in self._answered:
            return self._answered[sender, key]
        # What cannot be taken is refused before it is remembered.
        self._measures.check(told)
        now = self._clock.read()
        # With instants of their own, the same values written twice are the same samples.
        plain = [_plain(replace(one, at=one.at or now)) for one in told]
        kept = await self._store.write(lambda tx: remember(tx, sender, key, plain))
        values = await self._measures.push([_read(one) for one in kept], source)
        self._answered[sender, key] = values
        if len(self._answered) > _MOST_REMEMBERED:
            self._answered.popitem(last=False)
        return values


def _plain(one: Told) -> dict[str, Any]:
    return {**asdict(one), "labels": dict(one.labels), "value": repr(one.value), "at": one.at and one.at.isoformat()}


def _read(one: dict[str, Any]) -> Told:
    return Told(**{**one, "value": float(one["value"]), "at": datetime.fromisoformat(one["at"])})
