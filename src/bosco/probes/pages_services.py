"""The page of all services and environments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Response, get

from bosco.kit.clock import Clock
from bosco.plan.current import CurrentPlan
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.probes.days import Days
from bosco.probes.page_days import bars
from bosco.probes.page_environments import Place, members, place_of
from bosco.probes.page_service import month_kept
from bosco.probes.page_services import stands, summary
from bosco.probes.page_tree import branches
from bosco.probes.service import Probes
from bosco.services.model import Standing
from bosco.services.section import ENVIRONMENTS, SERVICES
from bosco.services.service import Services
from bosco.services.spans import Span, month_of
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest


def services_routes(
    shell: Shell,
    clock: Clock,
    current: CurrentPlan,
    services: Services,
    probes: Probes,
    days: Days,
) -> list[Any]:
    """Return the route of the services."""

    @get("/services")
    async def service_list(request: AnyRequest) -> Response[str]:
        plan, now = current.plan, clock.read()
        names = [*plan[SERVICES]]
        month = month_of(now, plan[TIMEZONE])
        standings = await services.standings()
        measured = await services.availabilities(names, month)
        drawn = await days.of_services(names, now) if names else {}
        found = {name: stands(plan, name, standings) for name in names}
        values: dict[str, Any] = {
            "branches": branches(plan[SERVICES]),
            "services": found,
            "summary": summary(list(found.values())),
            "month": month.start + (month.end - month.start) / 2,
            "kept": {name: month_kept(one, plan[SERVICES][name].sla) for name, one in measured.items()},
            "days": {name: bars(one, brief=True) for name, one in drawn.items()},
            "environments": await environments(plan, standings, month, now),
        }
        if request.headers.get("hx-request"):
            return shell.fragment(request, "probes/services.html#now", **values)
        return shell.page(request, "probes/services.html", **values)

    async def environments(plan: Plan, standings: Mapping[str, Standing], month: Span, now: datetime) -> list[Place]:
        views = {view.name: view for view in probes.views()}
        found = []
        for key in plan[ENVIRONMENTS]:
            its = members(plan, key)
            seen = await services.intervals(its.services, month.start, month.end)
            seen += await probes.intervals(its.probes, month.start, month.end)
            release = await services.last_deployment(key, its.services)
            found.append(place_of(plan, key, its, standings, views, seen, month, now, release))
        return found

    return [service_list]
