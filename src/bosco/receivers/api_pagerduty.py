"""`/v2/enqueue` and `/v2/change/enqueue`, answered as PagerDuty answers them."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, post

from bosco.kit.refusal import HTTP_STATUS, Code, Refusal
from bosco.receivers.entrance import LARGEST, Entrance, delivery_of
from bosco.receivers.kind import Body, decoded
from bosco.receivers.kinds.pagerduty import Change, Event, Invalid, change_of, event_of
from bosco.receivers.proof import check_token
from bosco.web.visitor import MACHINE, AnyRequest

PAGERDUTY = "pagerduty"


def pagerduty_routes(entrance: Entrance) -> list[Any]:
    """Return the addresses of the Events API v2."""

    @post("/v2/enqueue", opt=MACHINE, status_code=202, request_max_body_size=LARGEST, include_in_schema=False)
    async def enqueue(request: AnyRequest) -> Response[Any]:
        async def take() -> dict[str, Any]:
            body = await entrance.body_of(request)
            event: Event = _decoded(body, Event)
            await _routed(entrance, event.routing_key)
            one = event_of(event, entrance.ids.new(body.at))
            await entrance.receivers.take(PAGERDUTY, entrance.find(PAGERDUTY), [one], delivery=delivery_of(body))
            return {"status": "success", "message": "Event processed", "dedup_key": event.dedup_key or one.key}

        return await _answered(entrance, take)

    @post("/v2/change/enqueue", opt=MACHINE, status_code=202, request_max_body_size=LARGEST, include_in_schema=False)
    async def enqueue_change(request: AnyRequest) -> Response[Any]:
        async def take() -> dict[str, Any]:
            body = await entrance.body_of(request)
            change: Change = _decoded(body, Change)
            await _routed(entrance, change.routing_key)
            one = change_of(change)
            await entrance.receivers.take(PAGERDUTY, entrance.find(PAGERDUTY), [one], delivery=delivery_of(body))
            return {"status": "success", "message": "Change event processed"}

        return await _answered(entrance, take)

    return [enqueue, enqueue_change]


def _decoded(body: Body, kind: Any) -> Any:
    try:
        return decoded(body.raw, kind)
    except Refusal as refusal:
        raise Invalid(f"{refusal.says} ({refusal.where})" if refusal.where else str(refusal.says)) from refusal


async def _routed(entrance: Entrance, key: str) -> None:
    try:
        await check_token(entrance.accounts, key)
    except Refusal as refusal:
        if refusal.code not in (Code.UNAUTHENTICATED, Code.FORBIDDEN):
            raise
        raise Invalid("Invalid routing key") from refusal


async def _answered(entrance: Entrance, take: Callable[[], Awaitable[dict[str, Any]]]) -> Response[Any]:
    try:
        return Response(await take(), status_code=202)
    except Invalid as invalid:
        await entrance.receivers.refuse(PAGERDUTY, invalid)
        told = {"status": "invalid event", "message": "Event object is invalid", "errors": list(invalid.errors)}
        return Response(told, status_code=400)
    except Refusal as refusal:
        await entrance.receivers.refuse(PAGERDUTY, refusal)
        told = {"status": "error", "message": str(refusal), "errors": [str(refusal.says)]}
        return Response(told, status_code=HTTP_STATUS[refusal.code])
