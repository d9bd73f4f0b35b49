"""Sentry's webhooks: issues, issue alerts and metric alerts, each signed."""

from typing import Any, ClassVar

import msgspec

from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText
from bosco.receivers.kind import Body, Kind, decoded, labels_of, line, short_key, text, web_link, wrong
from bosco.receivers.model import Heard, Noted, Received, Said

_ISSUE: dict[str, Said] = {
    "created": "firing",
    "unresolved": "firing",
    "resolved": "resolved",
    "archived": "resolved",
    "ignored": "resolved",
}
_METRIC: dict[str, Said] = {"critical": "firing", "warning": "firing", "resolved": "resolved"}


class Hook(msgspec.Struct, kw_only=True):
    """The body of every webhook of Sentry."""

    action: str = ""
    data: dict[str, Any] = {}


class Sentry(Kind):
    """Errors of applications, by an internal integration of Sentry.

    In the plan: {sentry: "${SENTRY_CLIENT_SECRET}"}
    """

    sentry: SecretText = "token"

    says: ClassVar[Message] = msg("Sentry")
    setup: ClassVar[str] = """Settings › Custom Integrations › Internal Integration
Webhook URL: {url}
Alert Rule Action: on; Webhooks: issue
Client Secret: the secret of the plan
"""

    def read(self, body: Body) -> Heard:
        """Return its alert, if it tells of one."""
        hook, resource = decoded(body.raw, Hook), body.headers.get("sentry-hook-resource", "")
        data = hook.data
        if resource == "metric_alert" or "metric_alert" in data:
            return _metric(hook)
        if resource == "event_alert" or "triggered_rule" in data:
            return _rule(data)
        if resource == "issue" or "issue" in data:
            return _issue(hook)
        if resource in ("installation", "comment", "error", "seer"):
            return [Noted(title=line(f"{resource} {hook.action}"))]
        raise wrong(msg("There is neither an issue nor an alert in it."), "data")

    def signed(self, body: Body) -> tuple[str, bytes] | None:
        """Return the signature of the raw body."""
        signature = body.headers.get("sentry-hook-signature")
        return None if signature is None else (signature, body.raw)


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    if not isinstance(found, dict):
        raise wrong(msg("The body has no “{name}”.", name=name), f"data.{name}")
    return found


def _named(value: Any, name: str = "slug") -> str:
    """Return what a project or a user is called, whether it came as an object or as its name alone."""
    found = value.get(name) or value.get("name") if isinstance(value, dict) else value
    return line(found) if found else ""


def _issue(hook: Hook) -> Heard:
    issue = _part(hook.data, "issue")
    said = _ISSUE.get(hook.action)
    if said is None:
        return [Noted(title=line(f"issue {hook.action}"), link=web_link(issue.get("web_url")))]
    project = _named(issue.get("project"))
    return [
        Received(
            key=_key("issue", issue.get("id")),
            said=said,
            title=line(issue.get("title") or "issue"),
            severity=line(issue.get("level") or ""),
            service=project,
            labels=labels_of({"project": project, "issue": line(issue.get("shortId") or "")}),
            why=text(issue.get("culprit")),
            link=web_link(issue.get("web_url") or issue.get("permalink")),
        )
    ]


def _rule(data: dict[str, Any]) -> Heard:
    event = _part(data, "event")
    project = _named(event.get("project_slug") or event.get("project_name") or "")
    return [
        Received(
            key=_key("issue", event.get("issue_id")),
            said="firing",
            title=line(event.get("title") or data.get("triggered_rule") or "event"),
            severity=line(event.get("level") or ""),
            service=project,
            labels=labels_of({"project": project, "rule": line(data.get("triggered_rule") or "")}),
            why=text(event.get("culprit")),
            link=web_link(event.get("web_url")),
        )
    ]


def _metric(hook: Hook) -> Heard:
    alert = _part(hook.data, "metric_alert")
    said = _METRIC.get(hook.action)
    if said is None:
        return [Noted(title=line(f"metric alert {hook.action}"))]
    projects = alert.get("projects")
    project = _named(projects[0]) if isinstance(projects, list) and projects else ""
    rule = alert.get("alert_rule")
    identity = rule.get("id") if isinstance(rule, dict) else alert.get("id")
    return [
        Received(
            key=_key("metric", identity),
            said=said,
            title=line(hook.data.get("description_title") or alert.get("title") or "metric alert"),
            severity=hook.action if said == "firing" else "",
            service=project,
            labels=labels_of({"project": project}),
            why=text(hook.data.get("description_text")),
            link=web_link(hook.data.get("web_url")),
        )
    ]


def _key(prefix: str, identity: Any) -> str:
    if not isinstance(identity, str | int) or identity == "":
        raise wrong(msg("The body has no “{name}”.", name="id"), "data")
    return short_key(f"{prefix}-{identity}")
