"""What a service's state is, from the probes that watch it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bosco.kit.words import Sayable, msg
from bosco.services.model import State

# The worst that is known decides; what is unknown hides behind trouble, never behind calm.
_ORDER: tuple[State, ...] = ("down", "degraded", "unknown", "up")


@dataclass(frozen=True)
class Part:
    """How one probe of the service stands; `seen` is false while it says nothing: never looked at, or at rest."""

    state: State
    since: datetime
    because: Sayable
    seen: bool = True


@dataclass(frozen=True)
class Combined:
    """The state of the service, why, since when, and which probes say so."""

    state: State
    since: datetime
    because: Sayable
    probes: tuple[str, ...]


def combine(parts: Mapping[str, Part], now: datetime) -> Combined:
    """Return the state that the probes of a service lead to."""
    seen = {name: part for name, part in parts.items() if part.seen}
    if not parts:
        return Combined("unknown", now, msg("no probe watches it"), ())
    if not seen:
        return Combined("unknown", now, parts[min(parts)].because, tuple(sorted(parts)))
    state = next(one for one in _ORDER if any(part.state == one for part in seen.values()))
    deciding = {name: part for name, part in seen.items() if part.state == state}
    first = min(deciding, key=lambda name: (deciding[name].since, name))
    # Trouble began with the first probe that saw it; calm came with the last one.
    since = max(part.since for part in deciding.values()) if state == "up" else deciding[first].since
    return Combined(state, since, _why(state, first, deciding), tuple(sorted(deciding)))


def _why(state: State, first: str, deciding: Mapping[str, Part]) -> Sayable:
    if state == "up":
        return msg("every probe is up") if len(deciding) > 1 else msg("{probe} is up", probe=first)
    because = deciding[first].because
    if len(deciding) == 1:
        return msg("{probe}: {because}", probe=first, because=because)
    return msg("{probe}: {because}; and {count} more", probe=first, because=because, count=len(deciding) - 1)
