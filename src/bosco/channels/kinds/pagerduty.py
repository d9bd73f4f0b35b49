"""PagerDuty, and whatever speaks its Events v2."""

import json
from typing import Any, ClassVar

from bosco.channels.http import outcome
from bosco.channels.kind import Doors, Kind, Outcome, Said
from bosco.kit.net_model import Request
from bosco.kit.words import Message
from bosco.plan.words import SecretText

_SEVERITY = {"red": "critical", "orange": "error", "yellow": "warning"}


class Pagerduty(Kind):
    """PagerDuty, by the routing key of a service: triggered, acknowledged and resolved as the matter is.

    In the plan: {pagerduty: "${PAGERDUTY_KEY}"}
    """

    pagerduty: SecretText
    url: str = "https://events.pagerduty.com"
    called: ClassVar[Message | str] = "PagerDuty"

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Send the event; the thread is what it is known by."""
        action = {"resolved": "resolve", "acknowledged": "acknowledge"}.get(letter.event, "trigger")
        body: dict[str, Any] = {
            "routing_key": doors.secrets.fill(self.pagerduty),
            "event_action": action,
            "dedup_key": letter.thread[:255],
        }
        if action == "trigger":
            facts = {label: value for section in letter.sections for label, value in section.facts}
            body["payload"] = {
                "summary": letter.title[:1024],
                "source": letter.site or "bosco",
                "severity": _SEVERITY.get(letter.color or "", "info"),
                "custom_details": {**facts, "why": letter.why},
            }
            body["links"] = [{"href": url, "text": label} for _, label, url in letter.actions]
        headers = {"Content-Type": "application/json"}
        where = f"{self.url.rstrip('/')}/v2/enqueue"
        return outcome(
            await doors.net.fetch(Request(where, "POST", headers, json.dumps(body).encode())), doors.clock.read()
        )
