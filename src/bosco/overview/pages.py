"""The first page, and the page of work under way."""

from typing import Any

from litestar import Response, get

from bosco.journal.paging import Question
from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.words import msg
from bosco.overview.now import coming, standing_now
from bosco.plan.current import CurrentPlan
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
SORTS = {"timer": msg("Timer"), "parcel": msg("Parcel"), "fact": msg("Fact")}


def routes(  # noqa: PLR0913, PLR0917 - the first page reads everybody
    shell: Shell,
    clock: Clock,
    store: Store,
    current: CurrentPlan,
    services: Services,
    journal: Journal,
    revisions: Revisions,
) -> list[Any]:
    """Return the pages."""

    @get("/")
    async def overview(request: AnyRequest, visitor: Visitor) -> Response[str]:
        page = await journal.page(Question(None, None, LINES, "", "", ""), visitor)
        return shell.page(
            request,
            "overview/overview.html",
            now=standing_now(current.plan, await services.standings()),
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
