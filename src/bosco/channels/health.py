"""How a channel is: what it did lately, what its fuse knows, and what it lacks; and in one sentence why."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bosco.channels.deliveries import Counted
from bosco.channels.fuse import Fuse
from bosco.kit.packed import unpack
from bosco.kit.words import Sayable, msg

Standing = Literal["up", "degraded", "down", "unknown"]


@dataclass(frozen=True)
class Health:
    """A channel's state, why, and the figures that it rests on."""

    state: Standing
    because: Sayable
    counted: Counted = field(default_factory=Counted)
    missing: tuple[str, ...] = ()
    # Until when nothing is tried, if it rests.
    rests_until: datetime | None = None


def health_of(counted: Counted, fuse: Fuse, missing: list[str], now: datetime) -> Health:
    """Judge a channel; one that has never brought anything is unknown, never well."""
    until = fuse.holds_until(now)
    state, because = _judge(counted, fuse, missing, until)
    return Health(state, because, counted, tuple(missing), until)


def _judge(counted: Counted, fuse: Fuse, missing: list[str], until: datetime | None) -> tuple[Standing, Sayable]:
    last = counted.last
    if missing:
        return "down", msg("a secret is not set: {names}", names=", ".join(missing))
    if fuse.is_doubtful:
        return "down", msg("it failed {count} times in a row", count=fuse.failures)
    if last is not None and last.state == "failed":
        return "down", msg("the last letter failed: {why}", why=unpack(last.because))
    if until is not None:
        return "degraded", msg("it takes no more for a while")
    if counted.troubled or fuse.failures:
        return "degraded", msg("letters wait that could not be brought yet")
    if last is None:
        return "unknown", msg("nothing has left through it yet")
    return "up", msg("the last letter arrived")
