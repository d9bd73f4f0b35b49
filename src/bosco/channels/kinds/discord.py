"""Discord: a channel's webhook, which changes its own messages."""

import json
from typing import Any, ClassVar

from bosco.channels.http import outcome
from bosco.channels.kind import Again, Arrived, Doors, Kind, Outcome, Said
from bosco.channels.speak import as_text
from bosco.kit.net_model import Request
from bosco.kit.units import Rate, read_rate
from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText

_SIGNS = "\\`*_~|>#[]()-<@"
_COLORS = {"red": 0xD92D20, "orange": 0xE8730C, "yellow": 0xD9A40C, "green": 0x16924F, "blue": 0x2563C9}


class Discord(Kind):
    """A Discord channel, by its webhook; a later letter about the same thing changes the first one.

    In the plan: {discord: "${DISCORD_WEBHOOK}"}
    """

    discord: SecretText
    carries: ClassVar[Rate | None] = read_rate("5/2s")
    called: ClassVar[Message | str] = "Discord"

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Post it, or change what was posted."""
        url = doors.secrets.fill(self.discord)
        address, _mark, query = url.partition("?")
        changes = doors.ref is not None and letter.event != "escalated"
        where = f"{address}/messages/{doors.ref}" if changes else address
        more = "&".join(part for part in (query, "wait=true") if part)
        body = json.dumps(_shape(letter)).encode()
        headers = {"Content-Type": "application/json"}
        answer = await doors.net.fetch(Request(f"{where}?{more}", "PATCH" if changes else "POST", headers, body))
        if changes and answer.status == 404:
            # Somebody removed the message: say it anew.
            answer = await doors.net.fetch(Request(f"{address}?{more}", "POST", headers, body))
        if not 200 <= answer.status < 300:
            return outcome(answer, doors.clock.read())
        try:
            return Arrived(str(json.loads(answer.body)["id"]), msg("answered {status}", status=answer.status))
        except (ValueError, KeyError, TypeError):
            return Arrived(doors.ref) if answer.status == 204 else Again(msg("did not answer as Discord does"))


def _shape(letter: Said) -> dict[str, Any]:
    color = _COLORS["green"] if letter.event == "resolved" else _COLORS.get(letter.color or "", 0x6B7280)
    return {
        "content": "",
        "allowed_mentions": {"parse": []},
        "embeds": [
            {"title": escape(letter.title)[:250], "description": escape(as_text(letter))[:4000], "color": color}
        ],
    }


def escape(text: str) -> str:
    """Return text in which Discord finds no markup and nobody to call; addresses stay as they are."""
    return " ".join(
        word if word.startswith(("https://", "http://")) else "".join(f"\\{s}" if s in _SIGNS else s for s in word)
        for word in text.split(" ")
    )
