"""The page that lists every probe."""

from datetime import timedelta
from typing import Annotated, Any, cast

from litestar import Response, get
from litestar.params import Parameter

from bosco.kit.clock import Clock
from bosco.plan.current import CurrentPlan
from bosco.probes import page_probes
from bosco.probes.page_probes import ORDERS, Order, Wanted, narrowed, ordered, row_of, state_tabs
from bosco.probes.page_state import WORDS, word_of
from bosco.probes.results import ProbeResults
from bosco.probes.service import Probes
from bosco.services.section import SERVICES, service_name
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest

DAY = timedelta(hours=24)
# `state` is a word that Litestar keeps for itself.
StateWord = Annotated[str, Parameter(query="state")]
LONGEST_SEARCH = 200


def list_routes(shell: Shell, clock: Clock, current: CurrentPlan, probes: Probes, results: ProbeResults) -> list[Any]:
    """Return the route of the list."""

    @get("/probes")
    async def probe_list(
        request: AnyRequest, q: str = "", standing: StateWord = "", service: str = "", order: str = "state"
    ) -> Response[str]:
        plan, now = current.plan, clock.read()
        wanted = Wanted(
            " ".join(q.split())[:LONGEST_SEARCH],
            standing if standing in WORDS else "",
            service if service in plan[SERVICES] else "",
            cast(Order, order if order in ORDERS else "state"),
        )
        figures = await results.summaries(now - DAY, now)
        rows = [
            row_of(
                view,
                word_of(view, probes.standings.get(view.name)),
                service_name(plan, view.service) if view.service else None,
                figures.get(view.name),
            )
            for view in probes.views()
        ]
        matching = narrowed(rows, wanted, shell.reader(request).language)
        values: dict[str, Any] = {
            "wanted": wanted,
            "total": len(rows),
            "rows": ordered(matching, wanted),
            "tabs": state_tabs(matching, wanted),
            "waiting": any(row.word == "new" for row in rows),
            "lateness": timedelta(seconds=probes.schedule.lateness.percentile(0.99)),
            "ago": page_probes.ago,
            "shortened": page_probes.shortened,
        }
        if request.headers.get("hx-request"):
            return shell.fragment(request, "probes/probes.html#rows", **values)
        names = [(key, service_name(plan, key)) for key in plan[SERVICES]]
        return shell.page(request, "probes/probes.html", services=names, orders=ORDERS.items(), **values)

    return [probe_list]
