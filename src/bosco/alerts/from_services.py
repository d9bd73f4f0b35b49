"""What services and probes say is wrong, as alerts."""

from datetime import timedelta

from bosco.alerts.model import Raised
from bosco.kit.packed import pack
from bosco.kit.words import Message, Sayable, Text, msg
from bosco.plan.load import Plan
from bosco.probes.model import ProbeTurned
from bosco.probes.section import PROBES, probe_name
from bosco.services.model import ServiceTurned, Standing, State
from bosco.services.section import SERVICES, service_name

# What nobody can see is told as a warning after this long.
UNKNOWN_AFTER = timedelta(minutes=10)


def service_fingerprint(name: str) -> str:
    """Return what tells a service's trouble from all others."""
    return f"service:{name}"


def probe_fingerprint(name: str) -> str:
    """Return what tells the trouble of a probe without a service from all others."""
    return f"probe:{name}"


def raised_by_service(plan: Plan, name: str, standing: Standing) -> Raised | None:
    """Return what a service's state is worth telling, at the priority that the plan gives it."""
    service = plan[SERVICES].get(name)
    if service is None or standing.state == "up":
        return None
    priority = {"down": service.down, "degraded": service.degraded}.get(standing.state)
    return Raised(
        fingerprint=service_fingerprint(name),
        source="service",
        title=pack(_title(standing.state, service_name(plan, name))),
        priority=priority,
        level="critical" if standing.state == "down" else "warning",
        service=name,
        labels={"state": standing.state},
        why=pack(standing.because),
        since=standing.since,
    )


def raised_by_probe(plan: Plan, fact: ProbeTurned, state: State) -> Raised | None:
    """Return what a probe says that watches no service."""
    if fact.service is not None or fact.probe not in plan[PROBES]:
        return None
    return Raised(
        fingerprint=probe_fingerprint(fact.probe),
        source="probe",
        title=pack(_title(state, probe_name(plan, fact.probe))),
        level="critical" if state == "down" else "warning",
        labels={"probe": fact.probe, "state": state},
        why=fact.because,
        since=fact.since,
    )


def state_told(fact: ServiceTurned | ProbeTurned) -> State:
    """Return the state that a fact tells of."""
    name = type(fact).__name__
    for ending, state in _ENDINGS.items():
        if name.endswith(ending):
            return state
    raise LookupError(f"{name} tells of no state")


_ENDINGS: dict[str, State] = {"WentDown": "down", "Degraded": "degraded", "CameBack": "up", "BecameUnknown": "unknown"}


def _title(state: State, name: Sayable | Text) -> Message:
    if state == "down":
        return msg("{name} is down", name=name)
    if state == "degraded":
        return msg("{name} is degraded", name=name)
    return msg("nobody can see how {name} is", name=name)
