"""What the API tells of probes, services and pings."""

from dataclasses import dataclass, field
from datetime import datetime

from bosco.kit.words import Language, say
from bosco.probes.heartbeat_rows import Arrived
from bosco.probes.kind import Outcome, Reading
from bosco.probes.model import ProbeView
from bosco.services.availability import Availability, Said
from bosco.services.budget import Budget, Verdict
from bosco.services.model import Standing, State


@dataclass
class ExpectationOut:
    """One thing that was expected, with what was seen."""

    seen: str
    held: bool


@dataclass
class LookOut:
    """What the last look saw; it may differ from the state, which takes several looks to change."""

    at: datetime
    outcome: Outcome
    because: str
    seconds: float
    phases: dict[str, float] = field(default_factory=dict)
    parts: dict[str, Outcome] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
    expectations: list[ExpectationOut] = field(default_factory=list)


@dataclass
class ProbeOut:
    """How a probe stands; durations are in seconds."""

    name: str
    label: str
    kind: str
    service: str | None
    state: Outcome
    since: datetime
    because: str
    flapping: bool
    paused: bool
    every: float
    last_look: LookOut | None


@dataclass
class PingOut:
    """One ping of a heartbeat."""

    number: int
    at: datetime
    kind: str
    status: int | None
    run: str | None
    method: str
    sender: str
    agent: str
    body: str | None


@dataclass
class HeartbeatOut:
    """How a heartbeat is reached and what its pings said, both for responders alone; and when it is late."""

    address: str | None
    due: datetime | None
    last: datetime | None
    running_since: datetime | None
    took: float | None
    pings: list[PingOut] = field(default_factory=list)


@dataclass
class ProbeDetail:
    """One probe, with its last pings if it is a heartbeat."""

    probe: ProbeOut
    heartbeat: HeartbeatOut | None = None


@dataclass
class ServiceOut:
    """How a service stands, with the probes that watch it."""

    name: str
    label: str
    state: State
    since: datetime | None
    because: str
    sla: float | None
    needs: list[str]
    probes: list[str]


@dataclass
class MonthOut:
    """How available a service was in a month, and how its promise stands; spans are in seconds, shares up to 1."""

    start: datetime
    end: datetime
    availability: float | None
    coverage: float | None
    up: float
    degraded: float
    down: float
    unknown: float
    not_counted: float
    # Downtime of planned work, which does not count.
    excused: float
    sla: float | None = None
    allowed: float | None = None
    used: float | None = None
    left: float | None = None
    verdict: Verdict | None = None
    because: str | None = None


@dataclass
class ServiceDetail:
    """One service, and how available it was in a month."""

    service: ServiceOut
    month: MonthOut


@dataclass
class DeploymentIn:
    """A version that went to a service, to an environment, or to a service of an environment; now, unless it says."""

    version: str
    service: str | None = None
    environment: str | None = None
    at: datetime | None = None
    link: str | None = None


@dataclass
class DeploymentOut:
    """A deployment as it was kept; `new` says whether nobody had told of it before."""

    version: str
    service: str | None
    environment: str | None
    at: datetime
    by: str
    link: str | None
    new: bool


@dataclass
class CorrectionIn:
    """What a person says a service was between two instants, against what was seen, and why."""

    start: datetime
    end: datetime
    says: Said
    reason: str


def month_out(found: Availability, budget: Budget | None, language: Language) -> MonthOut:
    """Return a month of a service as the API tells it."""
    told = MonthOut(
        start=found.span.start,
        end=found.span.end,
        availability=found.share,
        coverage=found.coverage,
        up=found.up.total_seconds(),
        degraded=found.degraded.total_seconds(),
        down=found.down.total_seconds(),
        unknown=found.unknown.total_seconds(),
        not_counted=found.not_counted.total_seconds(),
        excused=found.maintenance_down.total_seconds(),
    )
    if budget is not None:
        told.sla, told.verdict, told.because = budget.sla, budget.verdict, say(budget.because, language)
        told.allowed, told.used = budget.allowed.total_seconds(), budget.used.total_seconds()
        told.left = budget.left.total_seconds()
    return told


def look_out(reading: Reading, at: datetime, language: Language) -> LookOut:
    """Return a look as the API tells it."""
    return LookOut(
        at=at,
        outcome=reading.outcome,
        because=say(reading.because, language),
        seconds=reading.took.total_seconds(),
        phases={name: span.total_seconds() for name, span in reading.phases.items()},
        parts=dict(reading.parts),
        measures=dict(reading.measures),
        expectations=[ExpectationOut(one.seen, one.held) for one in reading.expectations],
    )


def probe_out(view: ProbeView, language: Language) -> ProbeOut:
    """Return a probe as the API tells it."""
    look = None
    if view.reading is not None and view.looked_at is not None:
        look = look_out(view.reading, view.looked_at, language)
    return ProbeOut(
        name=view.name,
        label=say(view.label, language) if view.label else view.name,
        kind=view.kind,
        service=view.service,
        state=view.state,
        since=view.since,
        because=say(view.because, language),
        flapping=view.flapping,
        paused=view.paused,
        every=view.every.total_seconds(),
        last_look=look,
    )


def ping_out(ping: Arrived) -> PingOut:
    """Return a ping as the API tells it."""
    return PingOut(
        ping.number, ping.at, ping.kind, ping.status, ping.run, ping.method, ping.sender, ping.agent, ping.body
    )


def state_of(standing: Standing | None) -> tuple[State, datetime | None]:
    """Return the state of a service, unknown while nothing watches it."""
    return ("unknown", None) if standing is None else (standing.state, standing.since)
