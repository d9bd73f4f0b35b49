"""The page that an acknowledge link opens: a scanner of mail that opens it changes nothing, a person's click does."""

from typing import Any

from litestar import Response, get, post

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.packed import unpack
from bosco.kit.words import msg
from bosco.notices import rows, told
from bosco.notices.ack_links import AckLink
from bosco.notices.audience import name_of
from bosco.notices.pages_board import board_routes
from bosco.notices.service import Notices
from bosco.plan.current import CurrentPlan
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import PUBLIC, AnyRequest, Visitor

NAV = [Nav(msg("Notices"), "/notices", icon="bell-ring", order=62)]
# The link is a proof: it must not travel to anybody else.
QUIET = {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}


def routes(
    shell: Shell, clock: Clock, store: Store, current: CurrentPlan, notices: Notices, journal: Journal
) -> list[Any]:
    """Return the two halves of the page."""

    def matters(tx: Tx, link: AckLink) -> list[rows.Kept]:
        return list(rows.find_all(tx, told.matters_of(tx, link.telling)).values())

    def speaking(tx: Tx, one: rows.Kept) -> rows.Kept:
        """Return the matter that speaks for one now: its record's, if it has been taken over."""
        seen = {one.key}
        while one.into is not None and one.into not in seen:
            seen.add(one.into)
            after = rows.find(tx, one.into)
            if after is None:
                break
            one = after
        return one

    async def show(request: AnyRequest, visitor: Visitor, token: str) -> Response[str]:
        link = notices.links.read(token, clock.read())
        found = await store.read(lambda tx: [speaking(tx, one) for one in matters(tx, link)])
        plan = current.plan
        shown = [
            {
                "title": unpack(one.matter.title),
                "priority": one.matter.priority,
                "since": one.matter.since,
                "open": one.is_open,
                "owner": name_of(plan, one.acked_by) if one.acked_by else None,
            }
            for one in {one.key: one for one in found}.values()
        ]
        return shell.page(
            request,
            "notices/acknowledge.html",
            headers=QUIET,
            shown=shown,
            token=token,
            person=name_of(plan, f"person:{link.person}") if link.person else visitor.name or None,
            must_sign_in=not link.person and not visitor.may("responder"),
        )

    @get("/ack/{token:str}", opt=PUBLIC)
    async def look(request: AnyRequest, visitor: Visitor, token: str) -> Response[str]:
        return await show(request, visitor, token)

    @post("/ack/{token:str}", opt=PUBLIC, status_code=200)
    async def take(request: AnyRequest, visitor: Visitor, token: str) -> Response[Any]:
        link = notices.links.read(token, clock.read())
        if not link.person and not visitor.may("responder"):
            return await show(request, visitor, token)
        by = f"person:{link.person}" if link.person else visitor.actor

        def work(tx: Tx) -> None:
            for one in matters(tx, link):
                now = speaking(tx, one)
                if now.is_open and now.acked_by is None:
                    notices.acknowledge(tx, now.key, by, via="link")

        await store.write(work)
        return shell.go(request, f"/ack/{token}", msg("It is yours."))

    return [look, take, *board_routes(shell, store, current, notices, journal)]
