"""A probe as it is watched, what is shown of it, and the facts about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bosco.kit.facts import Fact
from bosco.kit.words import Sayable, Text, msg
from bosco.plan.hours import Hours, is_open
from bosco.probes.kind import Outcome, Reading
from bosco.probes.section import Probe
from bosco.probes.state import Rules

SAYINGS = {
    "probe.went-down": msg("{probe} is down: {why}"),
    "probe.degraded": msg("{probe} is degraded: {why}"),
    "probe.came-back": msg("{probe} is up again: {why}"),
    "probe.became-unknown": msg("the state of {probe} is unknown: {why}"),
    "probe.started-flapping": msg("{probe} changes its state again and again"),
    "probe.stopped-flapping": msg("{probe} is calm again"),
    "watch.was-away": msg("Bosco saw nothing between {start} and {end}: {why}"),
}


@dataclass(frozen=True)
class Watched:
    """A probe of the plan, ready to be looked at; two that are equal are the same probe."""

    name: str
    probe: Probe
    timeout: timedelta
    rules: Rules
    hours: Hours
    zone: ZoneInfo

    @property
    def service(self) -> str | None:
        """Return the service that it watches."""
        return self.probe.service

    def is_open(self, now: datetime) -> bool:
        """Say whether this is a time in which it is watched."""
        return self.hours.always or is_open(self.hours, self.zone, now)

    @property
    def is_heartbeat(self) -> bool:
        """Say whether the other side comes to Bosco."""
        return self.probe.look.comes_to_us


@dataclass(frozen=True)
class ProbeView:
    """How a probe stands, as pages and the API show it."""

    name: str
    kind: str
    service: str | None
    label: Text | str | None
    state: Outcome
    since: datetime
    because: Sayable
    flapping: bool
    paused: bool
    every: timedelta
    # The last look since Bosco started, which may differ from the state that is shown.
    reading: Reading | None
    looked_at: datetime | None


class ProbeTurned(Fact, frozen=True, kw_only=True):
    """A probe is shown in another state; `since` is when it began, `because` a packed sentence."""

    probe: str
    service: str | None
    before: Outcome
    known_before: Outcome | None
    since: datetime
    at: datetime
    because: Any
    flapping: bool = False

    @property
    def lane(self) -> str:
        """Return what keeps one probe's facts in order."""
        return f"probe:{self.probe}"


class ProbeWentDown(ProbeTurned, frozen=True, kw_only=True):
    """A probe is down."""


class ProbeDegraded(ProbeTurned, frozen=True, kw_only=True):
    """A probe is slow, or part of what it sees fails."""


class ProbeCameBack(ProbeTurned, frozen=True, kw_only=True):
    """A probe is up again."""


class ProbeBecameUnknown(ProbeTurned, frozen=True, kw_only=True):
    """Bosco can no longer see how a probe is."""


class ProbeFlapping(Fact, frozen=True, kw_only=True):
    """A probe's changes came too fast to be told one by one, or are calm again."""

    probe: str
    service: str | None
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one probe's facts in order."""
        return f"probe:{self.probe}"


class ProbeStartedFlapping(ProbeFlapping, frozen=True, kw_only=True):
    """A probe changes its state again and again."""


class ProbeStoppedFlapping(ProbeFlapping, frozen=True, kw_only=True):
    """A probe that was flapping is calm again."""


class ProbeRemoved(Fact, frozen=True, kw_only=True):
    """A probe is no longer in the plan; whatever was open about it ends."""

    probe: str
    service: str | None
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one probe's facts in order."""
        return f"probe:{self.probe}"


class BoscoWasAway(Fact, frozen=True, kw_only=True):
    """Bosco saw nothing for a while: it was stopped, or its machine slept; `probes` are unknown for that time."""

    start: datetime
    end: datetime
    probes: int

    @property
    def lane(self) -> str:
        """Return what keeps these facts in order."""
        return "watch"


FACTS: dict[Outcome, type[ProbeTurned]] = {
    "down": ProbeWentDown,
    "degraded": ProbeDegraded,
    "up": ProbeCameBack,
    "unknown": ProbeBecameUnknown,
}
WHAT: dict[Outcome, str] = {
    "down": "probe.went-down",
    "degraded": "probe.degraded",
    "up": "probe.came-back",
    "unknown": "probe.became-unknown",
}
