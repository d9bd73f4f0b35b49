"""PagerDuty, and whatever speaks its Events v2."""

import json
from typing import Any, ClassVar

from bosco.channels.http import outcome
from bosco.channels.kind import Doors, Kind, Outcome, Said
from bosco.kit.net_model import Request
from bosco.kit.words import Message
from bosco.plan.words import SecretText

_NOBODY_IS_CALLED = ("digest", "handover", "invitation")
# By how many priorities of the plan are more urgent.
_SEVERITY = {0: "critical", 1: "error", 2: "warning"}


class Pagerduty(Kind):
    """PagerDuty, by the routing key of a service: triggered, acknowledged and resolved as the matter is.

    In the plan: {pagerduty: "${PAGERDUTY_KEY}"}
    """

    pagerduty: SecretText
    url: str = "https://events.pagerduty.com"
    called: ClassVar[Message | str] = "PagerDuty"

    async def send(self, letter: Said, doors: Doors) -> Outcome:
        """Send the event; the thread is what it is known by."""
        if letter.event in _NOBODY_IS_CALLED:
            return await self._note(letter, doors)
        action = {"resolved": "resolve", "acknowledged": "acknowledge"}.get(letter.event, "trigger")
        action = "resolve" if letter.ends else action
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
                "severity": _SEVERITY.get(99 if letter.rank is None else letter.rank, "info"),
                "custom_details": {**facts, "why": letter.why},
            }
            body["links"] = [{"href": url, "text": label} for _, label, url in letter.actions]
        return await self._post("/v2/enqueue", body, doors)

    async def _note(self, letter: Said, doors: Doors) -> Outcome:
        """Leave it beside the service, as what changed there: an alert of it would wake somebody and never end."""
        payload = {"summary": letter.title[:1024], "source": letter.site or "bosco"}
        links = [{"href": url, "text": label} for _, label, url in letter.actions]
        body = {"routing_key": doors.secrets.fill(self.pagerduty), "payload": payload, "links": links}
        return await self._post("/v2/change/enqueue", body, doors)

    async def _post(self, path: str, body: dict[str, Any], doors: Doors) -> Outcome:
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url.rstrip('/')}{path}", "POST", headers, json.dumps(body).encode())
        return outcome(await doors.net.fetch(request), doors.clock.read())
