"""Microsoft Teams: the web address of a workflow."""

import json
from typing import Any, ClassVar

from bosco.channels.http import outcome
from bosco.channels.kind import Doors, Kind, Outcome, Said
from bosco.kit.net_model import Request
from bosco.kit.units import Rate, read_rate
from bosco.kit.words import Message
from bosco.plan.words import SecretText


class Teams(Kind):
    """A Microsoft Teams channel, by its workflow's web address.

    In the plan: {teams: "${TEAMS_WORKFLOW}"}
    """

    teams: SecretText
    carries: ClassVar[Rate | None] = read_rate("4/s")
    called: ClassVar[Message | str] = "Teams"

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Post a card."""
        card = {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": _card(letter)}],
        }
        headers = {"Content-Type": "application/json"}
        request = Request(doors.secrets.fill(self.teams), "POST", headers, json.dumps(card).encode())
        return outcome(await doors.net.fetch(request), doors.clock.read())


def _card(letter: Said) -> dict[str, Any]:
    body: list[dict[str, Any]] = [_text(letter.title, size="Large", weight="Bolder")]
    for section in letter.sections:
        if section.heading:
            body.append(_text(section.heading, weight="Bolder"))
        if section.facts:
            body.append(
                {
                    "type": "FactSet",
                    "facts": [{"title": label, "value": _safe(value)} for label, value in section.facts],
                }
            )
        body += [_text(line, isSubtle=section.tone == "quiet") for line in section.lines]
    actions = [{"type": "Action.OpenUrl", "title": label, "url": url} for _, label, url in letter.actions]
    return {"type": "AdaptiveCard", "version": "1.4", "body": body, "actions": actions}


def _text(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _safe(text), "wrap": True, **more}


def _safe(text: str) -> str:
    """Return text in which no markup is read."""
    return "".join(f"\\{sign}" if sign in "\\*_[]()#`~" else sign for sign in text)
