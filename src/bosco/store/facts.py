"""How facts travel: one parcel for each listener, written with what made the fact true."""

from typing import TYPE_CHECKING, Any

import msgspec

from bosco.kit.facts import Fact, read_fact
from bosco.store import outbox

if TYPE_CHECKING:
    from bosco.store.tx import Tx

_PREFIX = "fact:"
# Written by a process that does not know who listens; one that knows hands it on.
ANYBODY = "fact:*"


def kind_for(listener: str) -> str:
    """Return the kind of the parcels for that listener."""
    return f"{_PREFIX}{listener}"


def is_fact(kind: str) -> bool:
    """Say whether parcels of that kind carry facts."""
    return kind.startswith(_PREFIX)


def publish(tx: "Tx", fact: Fact, listeners: dict[str, list[str]] | None) -> None:
    """Write the fact for everybody who hears it."""
    name = type(fact).__name__
    body = msgspec.to_builtins(fact)
    if listeners is None:
        _put(tx, ANYBODY, name, body, fact.lane)
        return
    for listener in listeners.get(name, ()):
        _put(tx, kind_for(listener), name, body, fact.lane)


def _put(tx: "Tx", kind: str, name: str, body: Any, lane: str | None) -> None:
    outbox.put(tx, kind, body, key=name, lane=None if lane is None else f"{kind} {lane}")


def carried(parcel: outbox.Parcel) -> Fact:
    """Return the fact that the parcel carries."""
    assert parcel.key is not None
    return read_fact(parcel.key, msgspec.json.encode(parcel.body))


def hand_on(tx: "Tx", parcel: outbox.Parcel, listeners: dict[str, list[str]]) -> None:
    """Write the fact of an unaddressed parcel for everybody who hears it, in the transaction that ends the parcel."""
    lane = None if parcel.lane is None else parcel.lane.removeprefix(f"{ANYBODY} ")
    for listener in listeners.get(parcel.key or "", ()):
        _put(tx, kind_for(listener), parcel.key or "", parcel.body, lane)
