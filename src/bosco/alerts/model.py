"""Alerts: what was found wrong, by what, how it stands; and the facts about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from bosco.kit.facts import Fact

AlertState = Literal["pending", "firing", "resolved"]


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
