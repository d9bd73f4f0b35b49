"""The first page, and the page of work under way."""

from typing import Any

from litestar import Response, get

from bosco.alerts.rows import Asked
from bosco.alerts.service import Alerts
from bosco.incidents.service import Incidents
from bosco.journal.paging import Question
from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.words import msg
from bosco.notices.section import PRIORITIES
from bosco.notices.service import Notices
from bosco.overview.now import Now, coming, standing_now
from bosco.overview.troubles import Wrong, wrong_now
from bosco.plan.current import CurrentPlan
from bosco.records.matters import key_of
from bosco.revisions.service import Revisions
from bosco.services.service import Services
from bosco.store.pending import queues, troubles
from bosco.store.store import Store
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

NAV = [
    Nav(msg("Overview"), "/", icon="layout-dashboard", order=0),
    Nav(msg("Work under way"), "/pending", icon="list-checks", order=90),
]
LINES = 10
# The most urgent alerts among which those are sought that no incident speaks for.
ALERTS = 100
SORTS = {"timer": msg("Timer"), "parcel": msg("Parcel"), "fact": msg("Fact")}


def routes(  # noqa: PLR0913, PLR0917 - the first page reads everybody
    shell: Shell,
    clock: Clock,
    store: Store,
    current: CurrentPlan,
    services: Services,
    alerts: Alerts,
    incidents: Incidents,
    notices: Notices,
    journal: Journal,
    revisions: Revisions,
) -> list[Any]:
    """Return the pages."""

    async def wrong(now: Now) -> Wrong:
        plan = current.plan
        asked = Asked(limit=ALERTS, most_urgent_first=(*plan[PRIORITIES],))
        opened, held = await incidents.open_ones(), await alerts.page(asked)
        keys = [*(one.subject for one in held), *(key_of(record) for _, record in opened)]
        ahead, counts = await notices.ahead_of(keys), await alerts.counts(asked)
        return wrong_now(plan, now, opened, held, counts, ahead, clock.read())

    @get("/")
    async def overview(request: AnyRequest, visitor: Visitor) -> Response[str]:
        now = standing_now(current.plan, await services.standings())
        page = await journal.page(Question(None, None, LINES, "", "", ""), visitor)
        return shell.page(
            request,
            "overview/overview.html",
            now=now,
            wrong=await wrong(now),
            coming=coming(current.plan, clock.read()),
            lines=page.lines[::-1],
            mistakes=revisions.mistakes,
            warnings=revisions.warnings,
        )

    @get("/pending")
    async def pending(request: AnyRequest) -> Response[str]:
        return shell.page(
            request,
            "overview/pending.html",
            queues=await store.read(queues),
            troubles=await store.read(troubles),
            sorts=SORTS,
        )

    return [overview, pending]
