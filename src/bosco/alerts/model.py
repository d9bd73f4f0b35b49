"""Alerts: what was found wrong, by what, how it stands; and the facts about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from bosco.kit.facts import Fact
from bosco.kit.words import Message, msg

AlertState = Literal["pending", "firing", "resolved"]
# Why nobody is told of an alert for the time being, the heaviest reason first.
HoldKind = Literal["silence", "maintenance", "dependency", "flapping", "storm"]

SAYINGS = {
    "alert.fired": msg("{alert} ({priority}): {why}"),
    "alert.changed": msg("{alert} is now {priority}: {why}"),
    "alert.acknowledged": msg("{by} has {alert}"),
    "alert.given-back": msg("nobody has {alert} any more: {why}"),
    "alert.held": msg("{alert} is told to nobody for now: {why}"),
    "alert.released": msg("{alert} is told again: {why}"),
    "alert.resolved": msg("{alert} is over: {why}"),
    "silence.made": msg("{by} silenced {what} until {end}: {why}"),
    "silence.changed": msg("{by} let the silence of {what} last until {end}: {why}"),
    "silence.ended": msg("the silence of {what} is over: {why}"),
}
HOLDS: dict[HoldKind, Message] = {
    "silence": msg("Silenced"),
    "maintenance": msg("Planned work"),
    "dependency": msg("Caused by another service"),
    "flapping": msg("Changes again and again"),
    "storm": msg("Too many at once"),
}


@dataclass(frozen=True)
class Hold:
    """Why an alert is told to nobody for now; `until` is when that is looked at again, if it ends by the clock."""

    kind: HoldKind
    why: Any
    until: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """An alert as it stands; sentences are packed."""

    id: str
    fingerprint: str
    source: str
    title: Any
    priority: str
    level: str
    service: str | None
    labels: Mapping[str, str]
    seen: Any
    against: Any
    why: Any
    since: datetime
    raised_at: datetime
    changed_at: datetime
    link: str | None = None
    details: tuple[tuple[Any, Any], ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_until: datetime | None = None
    hold: Hold | None = None
    resolved_at: datetime | None = None
    resolved_why: Any = None
    resolved_by: str | None = None
    # It is well again, and will be over when it has stayed so until then.
    calm_at: datetime | None = None

    @property
    def state(self) -> AlertState:
        """Return whether it still holds."""
        return "firing" if self.resolved_at is None else "resolved"

    @property
    def subject(self) -> str:
        """Return its name in the journal, which is also the key of its matter."""
        return f"alert:{self.id}"

    @property
    def path(self) -> str:
        """Return the path of its page."""
        return f"/alerts/{self.id}"


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """What a source says is wrong; the same `fingerprint` again is the same alert. Sentences are packed."""

    fingerprint: str
    # Who says so: `rule`, `probe`, `service`, `budget`, `bosco`, or the name of a receiver.
    source: str
    title: Any
    # Its own priority, or the level whose priority the plan gives.
    priority: str | None = None
    level: str = "critical"
    service: str | None = None
    # What it is about beside its service: labels of a series, a host.
    labels: Mapping[str, str] = {}
    seen: Any = None
    against: Any = None
    why: Any = None
    since: datetime | None = None
    # Where the sender shows it.
    link: str | None = None
    details: tuple[tuple[Any, Any], ...] = ()


class AlertTurned(Fact, frozen=True, kw_only=True):
    """Something happened to an alert; its matter for notices is `alert:<id>`."""

    alert: str
    fingerprint: str
    source: str
    title: Any
    priority: str
    level: str
    service: str | None
    since: datetime
    at: datetime
    because: Any = None
    labels: Mapping[str, str] = {}
    # Whether it is told to nobody at the moment: muted, silenced.
    quiet: bool = False

    @property
    def lane(self) -> str:
        """Return what keeps one alert's facts in order."""
        return f"alert:{self.alert}"


class AlertFired(AlertTurned, frozen=True, kw_only=True):
    """Something is wrong, and people are owed a word."""


class AlertChanged(AlertTurned, frozen=True, kw_only=True):
    """An alert has another priority, or is held or released."""


class AlertAcknowledged(AlertTurned, frozen=True, kw_only=True):
    """Somebody has it; `by` is an actor of the journal."""

    by: str


class AlertResolved(AlertTurned, frozen=True, kw_only=True):
    """What was wrong is over, or somebody closed it."""
