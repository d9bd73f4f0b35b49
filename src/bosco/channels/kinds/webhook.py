"""A web address of one's own: JSON, signed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from bosco.channels.http import outcome
from bosco.channels.kind import Doors, Kind, Outcome, Said
from bosco.channels.speak import as_text
from bosco.kit.net_model import Request
from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText


class Webhook(Kind):
    """A web address that receives JSON, signed with a secret if there is one.

    In the plan: {webhook: "https://ops.example.org/hook", secret: "${HOOK_SECRET}"}
    """

    webhook: SecretText
    method: str = "POST"
    headers: Mapping[str, SecretText] = Field(default_factory=dict)
    secret: SecretText | None = None
    called: ClassVar[Message | str] = msg("webhook")

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Send the letter as JSON; the same letter has the same id."""
        body = json.dumps(written(letter), ensure_ascii=False).encode()
        headers = {name: doors.secrets.fill(value) for name, value in self.headers.items()}
        headers |= {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": letter.id}
        if self.secret:
            at = str(int(doors.clock.read().timestamp()))
            key = doors.secrets.fill(self.secret).encode()
            mark = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            headers["X-Bosco-Signature"] = f"t={at},v1={mark}"
        request = Request(doors.secrets.fill(self.webhook), self.method, headers, body)
        return outcome(await doors.net.fetch(request), doors.clock.read())


def written(letter: Said) -> dict[str, Any]:
    """Return the letter as data."""
    return {
        "id": letter.id,
        "event": letter.event,
        "thread": letter.thread,
        "subject": letter.subject,
        "priority": letter.priority,
        "title": letter.title,
        "brief": letter.brief,
        "text": as_text(letter),
        "facts": [list(pair) for section in letter.sections for pair in section.facts],
        "links": [{"kind": kind, "label": label, "url": url} for kind, label, url in letter.actions],
        "to": [person for person, _ in letter.to],
        "why": letter.why,
        "over": letter.ends,
    }
