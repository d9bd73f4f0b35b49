"""The pages of receivers: what arrives from whom, what was refused, and how each sender is set up and tried out."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from bosco.kit.clock import Clock
from bosco.kit.packed import unpack
from bosco.kit.refusal import Refusal, not_found
from bosco.kit.words import Sayable, Text, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import URL
from bosco.plan.load import Plan
from bosco.plan.secrets import Secrets
from bosco.receivers.kind import Body
from bosco.receivers.meaning import level_of, priority_of, service_of
from bosco.receivers.model import Kept, Received
from bosco.receivers.sample import sample_of
from bosco.receivers.section import KINDS, RECEIVERS, TOKEN, Receiver, receiver_called, receiver_name
from bosco.receivers.service import Receivers
from bosco.services.section import service_name
from bosco.web.forms import Form
from bosco.web.nav import Nav
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

NAV = [Nav(msg("Receivers"), "/receivers", icon="webhook", order=64)]
LONGEST_TRIED = 200_000
# What a token is called in lines to copy.
YOUR_TOKEN = "YOUR_TOKEN"  # noqa: S105 - stands where the token goes


@dataclass(frozen=True)
class Shown:
    """One address and how it fares."""

    key: str
    name: Sayable | Text
    kind: str
    says: Sayable
    url: str
    declared: bool
    # How its sender proves itself, with a tone: red when nobody can.
    proof: Sayable
    tone: str
    kept: Kept
    refused: Sayable | Text | None
    hours: list[int]


@dataclass(frozen=True)
class Tried:
    """What a body that was tried out would become."""

    said: str
    title: str
    key: str = ""
    level: str = ""
    priority: str = ""
    service: Sayable | Text | None = None


def routes(shell: Shell, clock: Clock, current: CurrentPlan, secrets: Secrets, receivers: Receivers) -> list[Any]:
    """Return the routes."""

    async def shown(request: AnyRequest, plan: Plan, keys: list[str]) -> list[Shown]:
        kept, hours = await receivers.kept(), await receivers.by_hour()
        base = base_of(request, plan)
        return [
            _shown(plan, secrets, key, base, kept.get(key) or Kept(receiver=key), hours.get(key, [])) for key in keys
        ]

    @get("/receivers")
    async def page(request: AnyRequest) -> Response[str]:
        plan = current.plan
        kept = await receivers.kept()
        known = [*plan[RECEIVERS], *(key for key in kept if key not in plan[RECEIVERS])]
        found = await shown(request, plan, [key for key in known if _answers(plan, key)])
        ready = await shown(request, plan, [key for key in KINDS if key not in known])
        return shell.page(
            request, "receivers/receivers.html", receivers=found, ready=ready, written=bool(plan[RECEIVERS])
        )

    async def one(
        request: AnyRequest, visitor: Visitor, key: str, form: Form | None, tried: list[Tried] | None = None
    ) -> Response[str]:
        plan = current.plan
        receiver = _find(plan, key)
        (found,) = await shown(request, plan, [key])
        sample = sample_of(receiver)
        return shell.page(
            request,
            "receivers/receiver.html",
            status=422 if form is not None and not form.ok else 200,
            one=found,
            setup=setup_of(receiver, key, found.url, base_of(request, plan)),
            token=receiver.secret == TOKEN or receiver.kind == "alertmanager",
            sent_with=sample.headers,
            form=form or Form({"body": sample.body}),
            tried=tried,
            acts=visitor.may("responder"),
        )

    @get("/receivers/{key:str}")
    async def receiver_page(request: AnyRequest, visitor: Visitor, key: str) -> Response[str]:
        return await one(request, visitor, key, None)

    @post("/receivers/{key:str}/try", guards=[may("responder")], status_code=200)
    async def try_out(request: AnyRequest, visitor: Visitor, key: str) -> Response[str]:
        plan = current.plan
        receiver, form = _find(plan, key), await Form.read(request)
        text = form.lines("body", most=LONGEST_TRIED)
        tried: list[Tried] | None = None
        if form.ok:
            try:
                tried = tried_out(plan, receiver, Body(text.encode(), sample_of(receiver).headers, clock.read()))
            except Refusal as refusal:
                says = (
                    refusal.says
                    if refusal.where is None
                    else msg("{where}: {says}", where=refusal.where, says=refusal.says)
                )
                form.fail("body", says)
        return await one(request, visitor, key, form, tried)

    return [page, receiver_page, try_out]


def tried_out(plan: Plan, receiver: Receiver, body: Body) -> list[Tried]:
    """Return what a body would become here, without anything happening."""
    found = []
    for one in receiver.read(body):  # type: ignore[attr-defined]
        if not isinstance(one, Received):
            found.append(Tried("noted", one.title))
            continue
        service = service_of(plan, receiver, one)
        found.append(
            Tried(
                one.said,
                one.title,
                one.key,
                level_of(receiver, one.severity),
                priority_of(plan, receiver, one) or "",
                service_name(plan, service) if service else None,
            )
        )
    return found


def base_of(request: AnyRequest, plan: Plan) -> str:
    """Return where programs reach Bosco: as the plan says, else as this reader does."""
    return (plan[URL] or str(request.base_url)).rstrip("/")


def setup_of(receiver: Receiver, key: str, url: str, base: str) -> str:
    """Return the lines to copy into the sender's settings."""
    scheme, _, rest = base.partition("://")
    host, slash, path = rest.partition("/")
    prefix = f"{slash}{path}" if key == receiver.kind else f"{slash}{path}/api/v1/receive/{key}"
    places = {"url": url, "base": base, "token": YOUR_TOKEN, "scheme": scheme, "host": host, "path": prefix or "/"}
    lines = KINDS[receiver.kind].setup
    for word, value in places.items():
        lines = lines.replace(f"{{{word}}}", value)
    return lines.strip()


def _find(plan: Plan, key: str) -> Receiver:
    found = receiver_called(plan, _kind_of(key))
    if found is None:
        raise not_found(msg("No receiver is called {name}.", name=key[:100]))
    return found


def _answers(plan: Plan, key: str) -> bool:
    return receiver_called(plan, _kind_of(key)) is not None


def _kind_of(key: str) -> str:
    # A Prometheus that takes Bosco for its Alertmanager has an address of its own.
    return "alertmanager" if key == "prometheus" else key


def _shown(plan: Plan, secrets: Secrets, key: str, base: str, kept: Kept, hours: list[int]) -> Shown:
    receiver = _find(plan, key)
    proof, tone = _proof(secrets, receiver)
    return Shown(
        key=key,
        name=receiver_name(plan, key),
        kind=receiver.kind,
        says=KINDS[receiver.kind].says,
        url=_url(base, key),
        declared=key in plan[RECEIVERS],
        proof=proof,
        tone=tone,
        kept=kept,
        refused=unpack(kept.refused_why) if kept.refused_why is not None else None,
        hours=hours,
    )


def _url(base: str, key: str) -> str:
    if key == "prometheus":
        return f"{base}/api/v2/alerts"
    return f"{base}/v2/enqueue" if key == "pagerduty" else f"{base}/api/v1/receive/{key}"


def _proof(secrets: Secrets, receiver: Receiver) -> tuple[Sayable, str]:
    if receiver.secret == TOKEN:
        return msg("an API token"), "ok"
    if secrets.missing(receiver.secret) or not secrets.fill(receiver.secret):
        return msg("its secret is empty: everything is refused"), "critical"
    return msg("its own secret"), "ok"
