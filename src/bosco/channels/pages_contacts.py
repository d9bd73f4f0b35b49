"""Where people are reached: a list for everybody, a code to confirm one's own, and what phones answer."""

from typing import Annotated, Any

from litestar import HttpMethod, Response, get, post, route
from litestar.params import Parameter

from bosco.channels.address import team_of
from bosco.channels.contacts import SORTS, Contact, Contacts, Sort
from bosco.channels.replies import LONGEST, read_reply
from bosco.channels.section import CHANNELS, channel_name
from bosco.channels.signed import Confirm
from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import URL
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import MACHINE, PUBLIC, AnyRequest, Visitor

Word = Annotated[str, Parameter(max_length=100)]
CALLED: dict[Sort, Message] = {"email": msg("E-mail"), "phone": msg("Phone")}
QUIET = {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"}


def contact_routes(shell: Shell, clock: Clock, current: CurrentPlan, contacts: Contacts) -> list[Any]:
    """Return the routes."""

    def name_of(person: str) -> Any:
        known = team_of(current.plan).get(person)
        return (known.name if known else None) or person

    def shown(one: Contact, visitor: Visitor) -> dict[str, Any]:
        own = one.person == visitor.id
        return {
            "one": one,
            "name": name_of(one.person),
            "sort": CALLED[one.sort],
            "address": one.address if own or visitor.may("responder") else "…",
            "asks": one.channel is not None and one.verified_at is None and (own or visitor.may("responder")),
            "types": own and one.verified_at is None and one.asked_at is not None,
        }

    async def list_page(request: AnyRequest, visitor: Visitor, form: Form | None, status: int) -> Response[str]:
        site = (current.plan[URL] or "").rstrip("/")
        phones = [key for key, one in current.plan[CHANNELS].items() if one.way.address == "phone"]
        replies = [(channel_name(current.plan, key), f"{site}{contacts.signed.replies_path(key)}") for key in phones]
        return shell.page(
            request,
            "channels/contacts.html",
            status=status,
            shown=[shown(one, visitor) for one in await contacts.everybody()],
            form=form,
            replies=replies if visitor.may("admin") else [],
        )

    def asked(request: AnyRequest, link: Confirm, token: str | None) -> Response[str]:
        named = {"link": link, "name": name_of(link.person), "token": token}
        return shell.page(request, "channels/confirm.html", headers=QUIET, **named)

    @get("/contacts")
    async def listed(request: AnyRequest, visitor: Visitor) -> Response[str]:
        return await list_page(request, visitor, None, 200)

    @post("/contacts/{person:str}/{sort:str}/ask", status_code=200)
    async def ask(request: AnyRequest, visitor: Visitor, person: Word, sort: Word) -> Response[Any]:
        if person != visitor.id and not visitor.may("responder"):
            raise Refusal(Code.FORBIDDEN, msg("Ask for a code to your own address only."))
        await contacts.ask(person, sort, visitor.actor)
        return shell.go(request, "/contacts", msg("A code is on its way."))

    @post("/contacts/{sort:str}/confirm", status_code=200)
    async def confirm(request: AnyRequest, visitor: Visitor, sort: Word) -> Response[Any]:
        form, name = await Form.read(request), f"code_{sort}"
        number = form.text(name, most=10)
        if form.ok:
            try:
                await contacts.confirm_by_code(visitor.id or "", sort if sort in SORTS else "", number)
            except Refusal as refusal:
                if refusal.code is not Code.INVALID:
                    raise
                form.fail(name, refusal.says)
        if not form.ok:
            return await list_page(request, visitor, form, 422)
        return shell.go(request, "/contacts", msg("It is confirmed."))

    @get("/confirm/{token:str}", opt=PUBLIC)
    async def look(request: AnyRequest, token: str) -> Response[str]:
        link = contacts.signed.read(token, clock.read())
        return shell.page(
            request, "channels/confirm.html", headers=QUIET, link=link, name=name_of(link.person), token=token
        )

    @post("/confirm/{token:str}", opt=PUBLIC, status_code=200)
    async def take(request: AnyRequest, token: str) -> Response[Any]:
        link = contacts.signed.read(token, clock.read())
        await contacts.confirm_by_link(link)
        return shell.page(
            request, "channels/confirm.html", headers=QUIET, link=link, name=name_of(link.person), token=None
        )

    @route(
        "/sms/{channel:str}/{proof:str}",
        http_method=[HttpMethod.GET, HttpMethod.POST],
        opt=MACHINE,
        status_code=200,
        request_max_body_size=LONGEST,
        include_in_schema=False,
    )
    async def replies(request: AnyRequest, channel: Word, proof: Word) -> Response[str]:
        contacts.signed.check_replies(channel, proof)
        query = {str(name): str(value) for name, value in request.query_params.items()}
        found = read_reply(await request.body(), request.headers.get("content-type", ""), query)
        if found is not None and found.wish is not None:
            await contacts.heard(channel, found.phone, found.wish)
        # Nothing to say back, in the form that gateways with a language of their own understand.
        return Response("<Response/>", media_type="text/xml")

    return [listed, ask, confirm, look, take, replies]
