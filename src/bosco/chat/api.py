"""Where Slack calls: events, `/incident`, and buttons; each signed by Slack, each answered within its three seconds."""

import asyncio
import json
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from litestar import Response, post
from litestar.exceptions import HTTPException

from bosco.channels.kinds.slack import escape
from bosco.chat.follow import language_of
from bosco.chat.rooms import Room, signed_by
from bosco.chat.service import Chat, Pressed, told
from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.secrets import Secrets
from bosco.web.visitor import MACHINE, AnyRequest

BELOW = "/api/v1/slack"
LARGEST = 256 * 1024
# Slack waits for three seconds, part of which are spent on the way.
ANSWERS_WITHIN = timedelta(seconds=2)
_LATER = msg("It takes a moment longer; look at the incident in a minute.")


def routes(chat: Chat, secrets: Secrets, current: CurrentPlan, clock: Clock) -> list[Any]:
    """Return the three addresses."""
    under_way: set[asyncio.Task[Any]] = set()

    async def heard(request: AnyRequest) -> tuple[Room, bytes]:
        try:
            body = await request.body()
        except HTTPException as error:
            raise Refusal(Code.TOO_LARGE, msg("The body is larger than {n} KiB.", n=LARGEST // 1024)) from error
        signature = request.headers.get("x-slack-signature", "")
        stamp = request.headers.get("x-slack-request-timestamp", "")
        return signed_by(current.plan, secrets, signature, stamp, body, clock.read()), body

    async def soon(work: Awaitable[Any], later: Any = None) -> Any:
        """Return what comes of it, or after two seconds the other answer while the work goes on."""
        task = asyncio.ensure_future(work)
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        try:
            async with clock.limit(ANSWERS_WITHIN):
                return await asyncio.shield(task)
        except TimeoutError:
            return later

    @post(f"{BELOW}/events", opt=MACHINE, status_code=200, request_max_body_size=LARGEST, summary="Events of Slack")
    async def events(request: AnyRequest) -> dict[str, Any]:
        room, body = await heard(request)
        sent = _document(body)
        if sent.get("type") == "url_verification":
            return {"challenge": str(sent.get("challenge", ""))[:500]}
        event = sent.get("event")
        if sent.get("type") == "event_callback" and isinstance(event, dict):
            await soon(chat.hear_event(room, str(sent.get("event_id", ""))[:100], event))
        return {"ok": True}

    @post(
        f"{BELOW}/commands", opt=MACHINE, status_code=200, request_max_body_size=LARGEST, summary="/incident in Slack"
    )
    async def commands(request: AnyRequest) -> dict[str, Any]:
        room, body = await heard(request)
        form = _form(body)
        work = chat.command(room, form.get("user_id", ""), form.get("user_name", ""), form.get("text", "")[:3000])
        answer, language = await soon(work, (_LATER, language_of(current.plan, None)))
        return _whispered(told(answer, language))

    @post(f"{BELOW}/actions", opt=MACHINE, status_code=200, request_max_body_size=LARGEST, summary="Buttons in Slack")
    async def actions(request: AnyRequest) -> Response[dict[str, Any]]:
        room, body = await heard(request)
        sent = _document(_form(body).get("payload", "").encode())
        user, several = sent.get("user"), sent.get("actions")
        pressed = several[0] if isinstance(several, list) and several and isinstance(several[0], dict) else None
        if sent.get("type") != "block_actions" or pressed is None or not isinstance(user, dict) or "url" in pressed:
            return Response({}, status_code=200)
        number, action = str(pressed.get("value", ""))[:60], str(pressed.get("action_id", ""))[:60]
        who = (str(user.get("id", ""))[:60], str(user.get("username", ""))[:100])
        await soon(chat.press(room, Pressed(*who, action, number, str(sent.get("response_url", ""))[:2000])))
        return Response({}, status_code=200)

    return [events, commands, actions]


def _whispered(text: str) -> dict[str, Any]:
    # Only who asked reads the answer.
    return {"response_type": "ephemeral", "text": escape(text)}


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refusal(Code.INVALID, msg("This is no message of Slack."))
    return found


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8"), max_num_fields=100, errors="replace"))
    except ValueError as wrong:
        raise Refusal(Code.INVALID, msg("This is no message of Slack.")) from wrong
