"""Why an alert is told to nobody for now: a silence, planned work, a service that it needs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bosco.agenda.windows import window_over
from bosco.alerts.model import Alert, Hold
from bosco.alerts.section import rank_of
from bosco.alerts.silences import Silence, covers
from bosco.kit.packed import pack
from bosco.kit.words import msg
from bosco.plan.load import Plan
from bosco.services.section import SERVICES, service_name


def hold_of(
    plan: Plan, alert: Alert, at: datetime, *, down: Mapping[str, Alert], silences: Sequence[Silence]
) -> Hold | None:
    """Return what keeps an alert from being told; `down` holds the alerts of the services that are down."""
    if alert.source == "bosco":
        # What Bosco says of itself is never muted by what it watches.
        return None
    return _silenced(alert, at, silences) or _planned(plan, alert, at) or _caused(plan, alert, down)


def _silenced(alert: Alert, at: datetime, silences: Sequence[Silence]) -> Hold | None:
    covering = [one for one in silences if one.ends_at > at and covers(one, alert)]
    if not covering:
        return None
    last = max(covering, key=lambda one: one.ends_at)
    return Hold("silence", pack(msg("silenced: {reason}", reason=last.reason)), last.ends_at)


def _planned(plan: Plan, alert: Alert, at: datetime) -> Hold | None:
    if alert.service is None:
        return None
    for name in (alert.service, *needs_of(plan, alert.service)):
        window = window_over(plan, name, at)
        # What was wrong before the work began is not excused by it.
        if window is not None and window.excuses and alert.raised_at >= window.start:
            service = service_name(plan, name)
            return Hold("maintenance", pack(msg("{work} on {service}", work=window.name, service=service)), window.end)
    return None


def _caused(plan: Plan, alert: Alert, down: Mapping[str, Alert]) -> Hold | None:
    if alert.service is None:
        return None
    # A trouble that is more urgent than its cause is told as well: muting it would make it less urgent.
    rank = rank_of(plan, alert.priority)
    failed = [need for need in needs_of(plan, alert.service) if need in down]
    causes = [need for need in failed if rank_of(plan, down[need].priority) <= rank]
    # The farthest is what the others fail of.
    return (
        Hold("dependency", pack(msg("{service} is down", service=service_name(plan, causes[-1])))) if causes else None
    )


def needs_of(plan: Plan, service: str) -> Iterator[str]:
    """Yield everything that a service needs, directly or through others, the nearest first."""
    services = plan[SERVICES]
    seen, waiting = {service}, [service]
    while waiting:
        found = services.get(waiting.pop(0))
        for need in found.needs if found else ():
            if need not in seen:
                seen.add(need)
                waiting.append(need)
                yield need


def needed_by(plan: Plan, service: str) -> list[str]:
    """Return every service that needs one, directly or through others."""
    return [name for name in plan[SERVICES] if name != service and service in needs_of(plan, name)]
