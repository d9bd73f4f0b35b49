"""Slack: an incoming webhook, or a bot that changes its own messages."""

import json
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bosco.channels.http import outcome, retry_after
from bosco.channels.kind import Again, Arrived, Doors, Kind, Outcome, Refused, Said
from bosco.kit.net_model import Request
from bosco.kit.units import Rate, read_rate
from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText

LONGEST = 2900
# Answers of Slack's own interface after which the same letter may be taken.
_TOO_MUCH = frozenset({"ratelimited", "rate_limited"})
_NOT_NOW = frozenset({"internal_error", "fatal_error", "service_unavailable"})
COLORS = {"red": "#d92d20", "orange": "#e8730c", "yellow": "#d9a40c", "green": "#16924f", "blue": "#2563c9"}


class Slack(Kind):
    """A Slack channel: by an incoming webhook, or by a bot's token, which edits its own messages.

    In the plan: {slack: "${SLACK_WEBHOOK}", channel: "#incidents"}
    """

    slack: SecretText
    channel: str | None = None
    # Whether it follows each incident: a message that changes, and a thread that tells what happens.
    follows: bool = False
    # The signing secret of the app, with which Slack signs what people say and press.
    signing: SecretText | None = None
    # Where Slack's own interface is, for a bot.
    api: Annotated[str, Field()] = "https://slack.com/api"
    carries: ClassVar[Rate | None] = read_rate("60/min")
    called: ClassVar[Message | str] = "Slack"

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Post it, or change what was posted."""
        secret = doors.secrets.fill(self.slack)
        if secret.startswith("xox"):
            return await self._as_bot(letter, doors, secret)
        body: dict[str, Any] = {"text": escape(letter.brief), **shape(letter)}
        if self.channel:
            body["channel"] = self.channel
        answer = await doors.net.fetch(_posting(secret, body))
        return outcome(answer, doors.clock.read())

    async def _as_bot(self, letter: Said, doors: Doors, token: str) -> Outcome:
        if not self.channel:
            return Refused(msg("a bot needs the channel that it posts in"))
        where, _, ts = (doors.ref or "").partition("|")
        body: dict[str, Any] = {"text": escape(letter.brief), "channel": where or self.channel, **shape(letter)}
        verb = "chat.postMessage"
        if ts and letter.event != "escalated":
            verb, body["ts"] = "chat.update", ts
        elif ts:
            body["thread_ts"] = ts
        headers = {"Authorization": f"Bearer {token}"}
        answer = await doors.net.fetch(_posting(f"{self.api}/{verb}", body, headers))
        if answer.status != 200:
            return outcome(answer, doors.clock.read())
        try:
            said = json.loads(answer.body)
            ok, error = bool(said["ok"]), str(said.get("error", ""))
            ref = f"{said['channel']}|{said['ts']}" if ok and not ts else doors.ref
        except (ValueError, KeyError, TypeError, AttributeError):
            return Again(msg("did not answer as Slack does"))
        if ok:
            return Arrived(ref, msg("answered {status}", status=answer.status))
        because = msg("Slack says: {error}", error=error[:60])
        if error in _TOO_MUCH:
            return Again(because, retry_after(answer.header("retry-after"), doors.clock.read()), busy=True)
        return Again(because) if error in _NOT_NOW else Refused(because)


def _posting(url: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Request:
    kind = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return Request(url, "POST", kind, json.dumps(body).encode())


def escape(text: str) -> str:
    """Return text in which Slack finds no command: no mention, no link, no markup."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain[:LONGEST]


def shape(letter: Said) -> dict[str, Any]:
    """Return the letter as blocks under a coloured edge."""
    blocks: list[dict[str, Any]] = [_plain("section", f"{letter.priority or ''} {letter.title}".strip())]
    for section in letter.sections:
        told = [section.heading] if section.heading else []
        told += [f"{label}: {value}" for label, value in section.facts] + list(section.lines)
        if told:
            kind = "context" if section.tone == "quiet" else "section"
            blocks.append(_plain(kind, "\n".join(told)))
    buttons = [
        {"type": "button", "text": {"type": "plain_text", "text": label[:70]}, "url": url[:2900]}
        for _, label, url in letter.actions
    ]
    if buttons:
        blocks.append({"type": "actions", "elements": buttons[:5]})
    color = COLORS["green"] if letter.event == "resolved" else COLORS.get(letter.color or "", "#6b7280")
    return {"attachments": [{"color": color, "blocks": blocks[:45]}]}


def _plain(kind: str, text: str) -> dict[str, Any]:
    # Plain text is never read as markup.
    said = {"type": "plain_text", "text": text[:LONGEST] or "—", "emoji": False}
    return {"type": kind, "elements": [said]} if kind == "context" else {"type": kind, "text": said}
