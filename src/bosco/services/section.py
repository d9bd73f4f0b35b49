"""What is operated: services with what they promise and need, and the environments they run in."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import model_validator

from bosco.kit.units import say_duration, say_percentage
from bosco.kit.words import Text, msg
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Remark, Section, Table, cell, together
from bosco.plan.words import Name, OneOrMany, Percentage, PlanText, Url, name_from

MONTH = timedelta(days=30)


class Service(PlanPart):
    """Something that users or other services rely on."""

    name: PlanText | None = None
    description: PlanText | None = None
    url: Url | None = None
    group: PlanText | None = None
    environment: Annotated[str, Names("environments")] | None = None
    owner: Annotated[str, Names("team", also=("on_call",))] | None = None
    sla: Percentage | None = None
    # When its availability counts.
    hours: Annotated[str, Names("hours")] = "always"
    # What counts against its SLA besides being down.
    counts: OneOrMany[Literal["degraded", "maintenance"]] = ()
    needs: OneOrMany[Annotated[str, Names("services")]] = ()
    # The priority of its being down, and of its answering badly.
    down: Annotated[str, Names("priorities")] | None = None
    degraded: Annotated[str, Names("priorities")] | None = None
    over_sla: PlanText | None = None
    runbook: Url | None = None

    @model_validator(mode="after")
    def _promises_what_can_be(self) -> "Service":
        if self.sla is not None and self.sla >= 100:
            raise Misplaced(msg("100% leaves no time for any fault"), "sla", msg("a percentage such as 99.9%"))
        return self

    @property
    def downtime_a_month(self) -> timedelta | None:
        """Return how long it may be down in a month of 30 days, as its SLA allows."""
        return None if self.sla is None else allowed_downtime(self.sla, MONTH)


def allowed_downtime(sla: float, span: timedelta) -> timedelta:
    """Return how much of a span an availability leaves for being down."""
    return round((1 - sla / 100) * (span / timedelta(microseconds=1))) * timedelta(microseconds=1)


class Environment(PlanPart):
    """Where an application runs on its way to its users."""

    name: PlanText | None = None
    url: Url | None = None
    infrastructure: PlanText | None = None
    objective: PlanText | None = None
    configuration: PlanText | None = None
    database: PlanText | None = None
    monitoring: PlanText | None = None
    deployment: PlanText | None = None
    branch: str | None = None
    sla: Percentage | None = None


def service_name(plan: Plan, key: str) -> Text | str:
    """Return how a service is called."""
    found = plan[SERVICES].get(key)
    return (found.name if found else None) or key


def _circles(plan: Plan) -> Iterator[Remark]:
    """Tell each circle of needs once, at one of the services that stand in it."""
    services, done = plan[SERVICES], set[str]()
    for start in services:
        if start in done:
            continue
        path, needs = {start: None}, [iter(services[start].needs)]
        while needs:
            need = next(needs[-1], None)
            if need is None:
                needs.pop()
                done.add(path.popitem()[0])
            elif need in path:
                circle = [*path][[*path].index(need) :]
                shown = " → ".join([*circle, need] if len(circle) <= 12 else [*circle[:10], "…", circle[-1], need])
                says = msg("services need each other in a circle: {circle}", circle=shown)
                yield Remark(("services", circle[0], "needs"), says)
            elif need in services and need not in done:
                path[need] = None
                needs.append(iter(services[need].needs))


def _promises_beyond_needs(plan: Plan) -> Iterator[Remark]:
    services = plan[SERVICES]
    for key, service in services.items():
        for need in service.needs:
            other = services.get(need)
            if service.sla is not None and other is not None and other.sla is not None and other.sla < service.sla:
                says = msg(
                    "{name} promises {sla}, but needs {other}, which promises only {less}",
                    name=service.name or key,
                    sla=say_percentage(service.sla),
                    other=other.name or need,
                    less=say_percentage(other.sla),
                )
                yield Remark(("services", key, "sla"), says)


def _services_table(services: Mapping[str, Service], plan: Plan) -> Table:
    columns = (
        msg("Service"),
        msg("Target SLA"),
        msg("Longest downtime a month"),
        msg("Impact beyond"),
        msg("Needs"),
        msg("Down"),
    )
    rows = []
    for key, service in services.items():
        down = service.downtime_a_month
        needs = together(service_name(plan, need) for need in service.needs)
        rows.append(
            (
                cell(service.name or key, tone="strong", link=service.url),
                cell(say_percentage(service.sla) if service.sla is not None else None),
                cell(say_duration(_in_minutes(down)) if down is not None else None),
                cell(service.over_sla),
                cell(needs),
                cell(service.down),
            )
        )
    return Table(columns, tuple(rows))


def _in_minutes(span: timedelta) -> timedelta:
    minute = timedelta(minutes=1)
    return span // minute * minute if span >= minute else span // timedelta(seconds=1) * timedelta(seconds=1)


def _environments_table(environments: Mapping[str, Environment], _: Plan) -> Table:
    words = {
        "url": msg("Address"),
        "infrastructure": msg("Infrastructure"),
        "objective": msg("Objective"),
        "configuration": msg("Configuration"),
        "database": msg("Database"),
        "monitoring": msg("Monitoring"),
        "deployment": msg("Deployment"),
    }
    used = [word for word in words if any(getattr(one, word) for one in environments.values())]
    rows = [
        (cell(one.name or key, tone="strong"), *(cell(getattr(one, word)) for word in used))
        for key, one in environments.items()
    ]
    return Table((msg("Environment"), *(words[word] for word in used)), tuple(rows))


SERVICES: Section[Mapping[str, Service]] = Section(
    "services",
    Mapping[Name, Service],
    default=lambda: MappingProxyType({}),
    title=msg("Services"),
    order=200,
    named=True,
    name_of=name_from("name", "url"),
    check=(_circles,),
    warn=(_promises_beyond_needs,),
    table=_services_table,
)
ENVIRONMENTS: Section[Mapping[str, Environment]] = Section(
    "environments",
    Mapping[Name, Environment],
    default=lambda: MappingProxyType({}),
    title=msg("Environments"),
    order=210,
    named=True,
    name_of=name_from("name"),
    table=_environments_table,
)
SECTIONS = [SERVICES, ENVIRONMENTS]
