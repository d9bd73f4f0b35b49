"""What a service's state is, and the facts about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bosco.kit.facts import Fact
from bosco.kit.words import Message, Sayable, msg

State = Literal["up", "degraded", "down", "unknown"]

SAYINGS = {
    "service.went-down": msg("{service} is down: {why}"),
    "service.degraded": msg("{service} is degraded: {why}"),
    "service.came-back": msg("{service} is up again: {why}"),
    "service.became-unknown": msg("the state of {service} is unknown: {why}"),
    "service.deployed": msg("{version} was deployed to {where}"),
    "service.corrected": msg("{by} corrected what counts of {service}: {says} from {start} to {end} ({why})"),
}

# What a correction says.
SAID: dict[str, Message] = {
    "up": msg("it was up"),
    "degraded": msg("it was degraded"),
    "down": msg("it was down"),
    "unknown": msg("nobody knows how it was"),
    "not-counted": msg("it does not count"),
}


@dataclass(frozen=True)
class Standing:
    """How a service stands."""

    state: State
    since: datetime
    because: Sayable
    known: State | None = None


@dataclass(frozen=True)
class Turned:
    """A service that turned from one state into another; `silent` when only Bosco had been away."""

    service: str
    before: State
    standing: Standing
    known_before: State | None
    probes: tuple[str, ...] = ()
    silent: bool = False


class ServiceTurned(Fact, frozen=True, kw_only=True):
    """A service turned into another state; `since` is when it began, `because` a packed sentence."""

    service: str
    before: State
    known_before: State | None
    since: datetime
    at: datetime
    because: Any
    # The probes that say so.
    probes: tuple[str, ...] = ()

    @property
    def lane(self) -> str:
        """Return what keeps one service's facts in order."""
        return f"service:{self.service}"


class ServiceWentDown(ServiceTurned, frozen=True, kw_only=True):
    """A service is down."""


class ServiceDegraded(ServiceTurned, frozen=True, kw_only=True):
    """A service is slow, or part of it fails."""


class ServiceCameBack(ServiceTurned, frozen=True, kw_only=True):
    """A service is up again."""


class ServiceBecameUnknown(ServiceTurned, frozen=True, kw_only=True):
    """Nobody knows how a service is."""


FACTS: dict[State, type[ServiceTurned]] = {
    "down": ServiceWentDown,
    "degraded": ServiceDegraded,
    "up": ServiceCameBack,
    "unknown": ServiceBecameUnknown,
}
WHAT: dict[State, str] = {
    "down": "service.went-down",
    "degraded": "service.degraded",
    "up": "service.came-back",
    "unknown": "service.became-unknown",
}
