"""The addresses that others send to: Bosco's own, and Alertmanager's for a Prometheus."""

from typing import Any

import msgspec
from litestar import HttpMethod, Response, get, post, route

from bosco.accounts.service import Accounts
from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.refusal import HTTP_STATUS, Refusal
from bosco.plan.current import CurrentPlan
from bosco.plan.secrets import Secrets
from bosco.receivers.api_pagerduty import pagerduty_routes
from bosco.receivers.entrance import LARGEST, PROMETHEUS, Entrance
from bosco.receivers.kind import Body
from bosco.receivers.kinds.alertmanager import posted
from bosco.receivers.model import Heard
from bosco.receivers.section import Receiver
from bosco.receivers.service import Receivers
from bosco.web.visitor import MACHINE, AnyRequest

NAMED = "/api/v1/receive/{name:str}"


class Taken(msgspec.Struct, kw_only=True):
    """How much came; `again` says that this delivery had come before, and that nothing was done."""

    firing: int
    resolved: int
    acknowledged: int
    noted: int
    again: bool = False


def routes(
    receivers: Receivers, accounts: Accounts, secrets: Secrets, current: CurrentPlan, clock: Clock, ids: Ids
) -> list[Any]:
    """Return the addresses."""
    entrance = Entrance(receivers, accounts, secrets, current, clock, ids)

    @route(
        NAMED,
        http_method=[HttpMethod.POST, HttpMethod.PUT],
        opt=MACHINE,
        status_code=202,
        request_max_body_size=LARGEST,
        summary="Send alerts",
        description=(
            "Takes what a receiver of the plan sends, or a kind of sender by its own name: alertmanager, grafana, "
            "pagerduty, sentry, github, json. Answered once everything is durable."
        ),
        tags=["receivers"],
    )
    async def receive(request: AnyRequest, name: str) -> Taken:
        return Taken(**await entrance.hear(request, name, _read))

    @post("/api/v2/alerts", opt=MACHINE, status_code=200, request_max_body_size=LARGEST, include_in_schema=False)
    async def alerts(request: AnyRequest) -> Response[bytes]:
        return await _posted(entrance, request, PROMETHEUS)

    @post(
        f"{NAMED}/api/v2/alerts",
        opt=MACHINE,
        status_code=200,
        request_max_body_size=LARGEST,
        include_in_schema=False,
    )
    async def named_alerts(request: AnyRequest, name: str) -> Response[bytes]:
        return await _posted(entrance, request, name)

    @get(["/api/v2/status", f"{NAMED}/api/v2/status"], opt=MACHINE, include_in_schema=False)
    async def status(name: str = PROMETHEUS) -> dict[str, Any]:
        entrance.find(name)
        return _STATUS

    return [receive, alerts, named_alerts, status, *pagerduty_routes(entrance)]


def _read(receiver: Receiver, body: Body) -> Heard:
    heard: Heard = receiver.read(body)  # type: ignore[attr-defined]
    return heard


async def _posted(entrance: Entrance, request: AnyRequest, name: str) -> Response[bytes]:
    try:
        await entrance.hear(request, name, lambda _, body: posted(body))
    except Refusal as refusal:
        # Alertmanager's own API answers a string.
        told = msgspec.json.encode(str(refusal))
        return Response(told, status_code=HTTP_STATUS[refusal.code], media_type="application/json")
    return Response(b"", status_code=200)


# What Alertmanager's clients ask before they send; the version is that of the API which is spoken here.
_STATUS: dict[str, Any] = {
    "cluster": {"status": "disabled", "peers": []},
    "config": {"original": ""},
    "uptime": "1970-01-01T00:00:00.000Z",
    "versionInfo": {
        "branch": "",
        "buildDate": "",
        "buildUser": "",
        "goVersion": "",
        "revision": "",
        "version": "0.27.0",
    },
}
