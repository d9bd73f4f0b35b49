"""Bosco's own messages for whoever is signed in: a bell that counts, a list, and one button."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import Parameter

from bosco.channels import inbox
from bosco.channels.deliveries import SUBJECT, Delivery
from bosco.channels.kind import Said
from bosco.channels.model import Letter
from bosco.channels.section import IN_APP, KINDS, ways_out
from bosco.channels.service import TOPIC
from bosco.channels.speak import said
from bosco.journal.service import Journal
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import URL
from bosco.store import outbox
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.events import Live
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor

Word = Annotated[str, Parameter(max_length=60)]


def inbox_routes(shell: Shell, store: Store, current: CurrentPlan, live: Live, journal: Journal) -> list[Any]:
    """Return the routes."""

    def own() -> list[str]:
        return [name for name, channel in ways_out(current.plan).items() if channel.kind == IN_APP]

    @get("/inbox")
    async def page(request: AnyRequest, visitor: Visitor, before: Word = "") -> Response[str]:
        language, site = shell.reader(request).language, current.plan[URL] or ""

        def read(tx: Tx) -> tuple[list[tuple[Delivery, Said | None]], str]:
            found = inbox.messages(tx, own()[0], before, journal.keeps(visitor, SUBJECT)(tx))
            return [(one, _said(tx, one, language, site)) for one in found], inbox.read_upto(tx, visitor.actor)

        found, upto = await store.read(read)
        shown = found[: inbox.PAGE]
        return shell.page(
            request,
            "channels/inbox.html",
            shown=[{"one": one, "said": words, "fresh": one.id > upto} for one, words in shown],
            latest=shown[0][0].id if shown and not before else None,
            newest="/inbox" if before else None,
            older=f"/inbox?before={shown[-1][0].id}" if len(found) > inbox.PAGE else None,
            called=KINDS[IN_APP].called,
        )

    @get("/inbox/count")
    async def count(request: AnyRequest, visitor: Visitor) -> Response[str]:
        many = await store.read(lambda tx: inbox.unread(tx, visitor.actor, own(), journal.keeps(visitor, SUBJECT)(tx)))
        return shell.fragment(request, "channels/bell.html", many=many, most=inbox.COUNTED)

    @post("/inbox/read", status_code=200)
    async def read_all(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        upto = (await Form.read(request)).text("upto", needed=False, most=60)
        await store.write(lambda tx: inbox.mark_read(tx, visitor.actor, upto))
        live.tell(TOPIC, "inbox")
        return shell.go(request, "/inbox", msg("Everything is read."))

    return [page, count, read_all]


def _said(tx: Tx, one: Delivery, language: Any, site: str) -> Said | None:
    """Return what the message says; nothing once its body has been forgotten."""
    parcel = outbox.find(tx, one.id)
    return None if parcel is None else said(msgspec.convert(parcel.body, Letter), one.id, language, site)
