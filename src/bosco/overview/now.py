"""How everything stands, and what the calendar brings next: what the first page says in five seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bosco.agenda.section import CALENDAR
from bosco.kit.words import Message, Sayable, Text, msg
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.services.model import Standing, State
from bosco.services.section import SERVICES, service_name

WORST_FIRST: tuple[State, ...] = ("down", "degraded", "unknown", "up")
AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Service:
    """One service as it stands; `watched` is False when no probe looks at it."""

    key: str
    name: Text | str
    state: State
    since: datetime | None
    because: Sayable | None
    priority: str | None
    caused_by: tuple[Text | str, ...]
    watched: bool


@dataclass(frozen=True)
class Now:
    """All services, the worst first, and one sentence about them."""

    services: tuple[Service, ...]
    tone: str
    says: Message

    @property
    def wrong(self) -> tuple[Service, ...]:
        """Return those that are down or degraded."""
        return tuple(one for one in self.services if one.state in ("down", "degraded"))


@dataclass(frozen=True)
class Planned:
    """What the calendar brings next."""

    name: Sayable | Text
    start: datetime
    end: datetime | None


def standing_now(plan: Plan, standings: Mapping[str, Standing]) -> Now:
    """Return how every service of the plan stands."""
    found = sorted(
        (_service(plan, key, standings) for key in plan[SERVICES]),
        key=lambda one: (WORST_FIRST.index(one.state), one.key),
    )
    return Now(tuple(found), *_summary(found))


def _service(plan: Plan, key: str, standings: Mapping[str, Standing]) -> Service:
    declared, standing = plan[SERVICES][key], standings.get(key)
    down = tuple(
        service_name(plan, need) for need in declared.needs if need in standings and standings[need].state == "down"
    )
    return Service(
        key,
        service_name(plan, key),
        standing.state if standing else "unknown",
        standing.since if standing else None,
        standing.because if standing else None,
        declared.down if standing and standing.state == "down" else None,
        down,
        standing is not None,
    )


def _summary(services: list[Service]) -> tuple[str, Message]:
    count = {state: sum(one.state == state and one.watched for one in services) for state in WORST_FIRST}
    if count["down"]:
        if count["down"] == 1:
            return "critical", msg("{service} is down", service=services[0].name)
        return "critical", msg("{count} services are down", count=count["down"])
    if count["degraded"]:
        first = next(one for one in services if one.state == "degraded")
        if count["degraded"] == 1:
            return "degraded", msg("{service} is degraded", service=first.name)
        return "degraded", msg("{count} services are degraded", count=count["degraded"])
    if not count["up"]:
        return "unknown", msg("Nothing has been looked at yet")
    if count["unknown"]:
        return "unknown", msg(
            "{up} services are up, {unknown} could not be looked at", up=count["up"], unknown=count["unknown"]
        )
    return "ok", msg("Everything that is watched is up")


def coming(plan: Plan, now: datetime, most: int = 6) -> list[Planned]:
    """Return the next occurrence of each planned thing within a week, the soonest first."""
    found: list[Planned] = []
    for entry in plan[CALENDAR].values():
        next_one = entry.recurrence.after(now, plan[TIMEZONE])
        if next_one and next_one.start - now <= AHEAD:
            found.append(Planned(entry.name, next_one.start, next_one.end))
    return sorted(found, key=lambda one: one.start)[:most]
