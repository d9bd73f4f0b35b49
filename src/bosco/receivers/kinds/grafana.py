"""Grafana's webhook: the form of Alertmanager with values and links of its own; also the form before Grafana 9."""

import re
from typing import Any, ClassVar

import msgspec

from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText
from bosco.receivers.kind import Body, Kind, decoded, few, line, short_key, text, web_link, wrong
from bosco.receivers.kinds.alertmanager import Alert, received
from bosco.receivers.model import Heard, Received

# A signed time may differ so much from ours, either way.
SKEW = 300
_TIME = re.compile(r"\d{1,12}")


class Notification(msgspec.Struct, rename="camel", kw_only=True):
    """The body of the webhook, old or new."""

    alerts: list[Alert] | None = None
    # Before Grafana 9: one rule.
    rule_id: int | str | None = None
    rule_name: str | None = None
    rule_url: str | None = None
    state: str | None = None
    title: str | None = None
    message: str | None = None
    eval_matches: list[dict[str, Any]] | None = None


class Grafana(Kind):
    """Alerts of Grafana, by its webhook contact point.

    In the plan: {grafana: "${GRAFANA_SECRET}"}
    """

    grafana: SecretText = "token"

    says: ClassVar[Message] = msg("Grafana")
    setup: ClassVar[str] = """Alerting › Contact points › New: Webhook
URL: {url}
HTTP method: POST
Authorization header: scheme Bearer, credentials {token}
or HMAC signature: the secret of the plan, timestamp header X-Grafana-Alerting-Timestamp
"""

    def read(self, body: Body) -> Heard:
        """Return its alerts."""
        told = decoded(body.raw, Notification)
        if told.alerts is not None:
            few(len(told.alerts))
            return [received(alert, body.at) for alert in told.alerts]
        if told.rule_id is None or told.state is None:
            raise wrong(msg("There are neither alerts nor a rule with its state."), "alerts")
        return _rule(told)

    def signed(self, body: Body) -> tuple[str, bytes] | None:
        """Return the signature, and what it covers: the body, after its time if there is one."""
        signature = body.headers.get("x-grafana-alerting-signature")
        if signature is None:
            return None
        time = body.headers.get("x-grafana-alerting-timestamp")
        if time is None:
            return signature, body.raw
        if not _TIME.fullmatch(time) or abs(int(time) - body.at.timestamp()) > SKEW:
            raise wrong(msg("The signature is too old, or from the future."), "x-grafana-alerting-timestamp")
        return signature, f"{time}:".encode() + body.raw


def _rule(told: Notification) -> Heard:
    if told.state in ("pending", "paused"):
        return []
    seen = ", ".join(f"{one.get('metric')} = {one.get('value')}" for one in told.eval_matches or ())
    return [
        Received(
            key=short_key(f"rule-{told.rule_id}"),
            said="resolved" if told.state == "ok" else "firing",
            title=line(told.rule_name or told.title or f"rule {told.rule_id}"),
            seen=line(seen) or None,
            why=text(told.message),
            link=web_link(told.rule_url),
        )
    ]
