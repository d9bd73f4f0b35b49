"""Does an alert belong to a case that is open already? The same alert, the same service, or the service it leans on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bosco.incidents.store import Case
from bosco.kit.words import Message, Text, msg
from bosco.plan.load import Plan
from bosco.services.section import SERVICES, service_name


@dataclass(frozen=True)
class Belongs:
    """The case that an alert joins, and why."""

    case: Case
    why: Message


def belongs_to(
    plan: Plan, service: str | None, same_alert: str | None, candidates: Iterable[Case], now: datetime, join: timedelta
) -> Belongs | None:
    """Return the case to join; one that has been well again for longer than `join` is left alone."""
    open_ones = [case for case in candidates if case.recovered is None or now - case.recovered <= join]
    for case in open_ones:
        if case.number == same_alert:
            return Belongs(case, msg("the same alert again"))
    if service is None:
        return None
    for case in open_ones:
        if case.service == service:
            return Belongs(case, msg("the same service: {service}", service=_name(plan, service)))
    for case in open_ones:
        if case.service is not None and case.service in leans_on(plan, service):
            return Belongs(
                case, msg("{service} needs {cause}", service=_name(plan, service), cause=_name(plan, case.service))
            )
    for case in open_ones:
        if case.service is not None and service in leans_on(plan, case.service):
            return Belongs(
                case, msg("{service} needs {cause}", service=_name(plan, case.service), cause=_name(plan, service))
            )
    return None


def leans_on(plan: Plan, service: str) -> frozenset[str]:
    """Return every service that this one needs, and what those need."""
    declared: Mapping[str, Any] = plan[SERVICES]
    found: set[str] = set()
    waiting = [service]
    while waiting:
        one = declared.get(waiting.pop())
        for need in one.needs if one else ():
            if need not in found and need != service:
                found.add(need)
                waiting.append(need)
    return frozenset(found)


def _name(plan: Plan, service: str) -> Text | str:
    return service_name(plan, service) if service in plan[SERVICES] else service
