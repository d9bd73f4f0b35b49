"""Slack's own interface, as far as it is needed here: post, change, who is that."""

import contextlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from bosco.channels.kinds.slack import Slack, escape
from bosco.kit.clock import Clock
from bosco.kit.net import Net
from bosco.kit.net_model import NetFailed, Request
from bosco.kit.words import Sayable, msg
from bosco.plan.secrets import Secrets

LIMIT = timedelta(seconds=20)
A_MOMENT = timedelta(seconds=30)
_NOT_NOW = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"})


# Not frozen: Python itself writes a traceback into an exception on its way.
@dataclass(eq=False)
class SlackRefused(Exception):  # noqa: N818 - an answer
    """Slack did not do it; `again` says after how long it may be asked again, None for never."""

    because: Sayable
    again: timedelta | None = None


class Talk:
    """Asks Slack as the bot of a channel."""

    def __init__(self, net: Net, clock: Clock, secrets: Secrets, slack: Slack) -> None:
        self._net = net
        self._clock = clock
        self._slack = slack
        self._token = secrets.fill(slack.slack)

    async def post(self, body: dict[str, Any], thread: str | None = None) -> tuple[str, str]:
        """Post a message, and return where it stands: its channel and its time."""
        if not self._slack.channel:
            raise SlackRefused(msg("a bot needs the channel that it posts in"))
        told = {"channel": self._slack.channel, **body, **({"thread_ts": thread} if thread else {})}
        said = await self._ask("chat.postMessage", told)
        return str(said.get("channel", "")), str(said.get("ts", ""))

    async def change(self, place: str, ts: str, body: dict[str, Any]) -> None:
        """Change a message of ours."""
        await self._ask("chat.update", {"channel": place, "ts": ts, **body})

    async def email_of(self, user: str) -> str | None:
        """Return the address of somebody, as far as the bot may know it."""
        said = await self._ask("users.info", {"user": user}, as_form=True)
        profile = (said.get("user") or {}).get("profile") or {}
        found = profile.get("email")
        return found if isinstance(found, str) else None

    async def whisper(self, address: str, text: str) -> None:
        """Tell one person alone, where Slack said that an answer to them goes; nothing depends on it."""
        host, ours = urlsplit(address).hostname or "", urlsplit(self._slack.api)
        is_slack = address.startswith("https://") and host.endswith(".slack.com")
        if not is_slack and not address.startswith(f"{ours.scheme}://{ours.netloc}/"):
            return
        body = {"response_type": "ephemeral", "replace_original": False, "text": escape(text)}
        headers = {"Content-Type": "application/json; charset=utf-8"}
        with contextlib.suppress(NetFailed, TimeoutError):
            async with self._clock.limit(LIMIT):
                await self._net.fetch(Request(address, "POST", headers, json.dumps(body).encode()))

    async def _ask(self, verb: str, body: dict[str, Any], *, as_form: bool = False) -> dict[str, Any]:
        if not self._token.startswith("xox"):
            raise SlackRefused(msg("following needs a bot’s token, which begins with xoxb-"))
        # What only reads takes no JSON.
        kind = "application/x-www-form-urlencoded" if as_form else "application/json; charset=utf-8"
        sent = urlencode(body) if as_form else json.dumps(body)
        headers = {"Content-Type": kind, "Authorization": f"Bearer {self._token}"}
        request = Request(f"{self._slack.api}/{verb}", "POST", headers, sent.encode())
        try:
            async with self._clock.limit(LIMIT):
                answer = await self._net.fetch(request)
        except NetFailed as failed:
            raise SlackRefused(failed.says, A_MOMENT) from failed
        except TimeoutError as late:
            raise SlackRefused(msg("did not answer in time"), A_MOMENT) from late
        if answer.status == 429 or answer.status >= 500:
            waits = {name.casefold(): value for name, value in answer.headers}.get("retry-after", "")
            span = timedelta(seconds=min(int(waits), 3600)) if waits.isdecimal() and waits.isascii() else A_MOMENT
            raise SlackRefused(msg("answered {status}", status=answer.status), span)
        try:
            said = json.loads(answer.body)
            ok, error = bool(said["ok"]), str(said.get("error", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SlackRefused(msg("did not answer as Slack does"), A_MOMENT) from None
        if not ok:
            because = msg("Slack says: {error}", error=error[:60])
            raise SlackRefused(because, A_MOMENT if error in _NOT_NOW else None)
        return dict(said)
