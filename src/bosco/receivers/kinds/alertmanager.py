"""Alertmanager's webhook, and its own API, so that a Prometheus may take Bosco for its Alertmanager."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText
from bosco.receivers.kind import (
    LONGEST_NAME,
    Body,
    Kind,
    decoded,
    digest,
    few,
    instant,
    labels_of,
    line,
    text,
    web_link,
    wrong,
)
from bosco.receivers.model import Heard, Received

# How long an alert without an end counts after it was last sent: Alertmanager's own resolve_timeout.
RESOLVE_TIMEOUT = timedelta(minutes=5)
_SHOWN_ELSEWHERE = {"summary", "description", "message"}


class Alert(msgspec.Struct, rename="camel", kw_only=True):
    """One alert, as Alertmanager, Prometheus and Grafana write it."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    status: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    generator_url: str | None = msgspec.field(default=None, name="generatorURL")
    # Grafana's own.
    dashboard_url: str | None = msgspec.field(default=None, name="dashboardURL")
    panel_url: str | None = msgspec.field(default=None, name="panelURL")
    values: dict[str, Any] | None = None


class Group(msgspec.Struct, rename="camel", kw_only=True):
    """The body of the webhook."""

    alerts: list[Alert]
    external_url: str | None = msgspec.field(default=None, name="externalURL")


class Alertmanager(Kind):
    """Alerts of a Prometheus, by Alertmanager's webhook or straight to `/api/v2/alerts`.

    In the plan: {alertmanager: token}
    """

    alertmanager: SecretText = "token"

    says: ClassVar[Message] = msg("Alertmanager or Prometheus")
    setup: ClassVar[str] = """# alertmanager.yml
receivers:
  - name: bosco
    webhook_configs:
      - url: {url}
        send_resolved: true
        http_config:
          authorization: {credentials: {token}}

# or, without an Alertmanager, prometheus.yml
alerting:
  alertmanagers:
    - scheme: {scheme}
      path_prefix: {path}
      authorization: {credentials: {token}}
      static_configs:
        - targets: ["{host}"]
"""

    def read(self, body: Body) -> Heard:
        """Return the alerts of a webhook."""
        group = decoded(body.raw, Group)
        few(len(group.alerts))
        return [received(alert, body.at) for alert in group.alerts]


def posted(body: Body) -> Heard:
    """Return the alerts that a Prometheus posts to `/api/v2/alerts`; each is over at its end unless it comes again."""
    alerts = decoded(body.raw, list[Alert])
    few(len(alerts))
    return [received(alert, body.at, posted=True) for alert in alerts]


def received(alert: Alert, now: datetime, *, posted: bool = False) -> Received:
    """Return one alert; its labels are its name."""
    if not alert.labels or not all(alert.labels):
        raise wrong(msg("An alert has no labels, or one without a name."), "labels")
    # An empty label is no label, and so does not tell two alerts apart.
    labels = {name: value for name, value in alert.labels.items() if value}
    ends = instant(alert.ends_at)
    over = alert.status == "resolved" or (ends is not None and ends <= now)
    until = (ends or now + RESOLVE_TIMEOUT) if posted else None
    notes = alert.annotations
    title = notes.get("summary") or labels.get("alertname") or next(iter(labels.values()), "")
    return Received(
        key=digest(labels),
        said="resolved" if over else "firing",
        title=line(title),
        severity=labels.get("severity", ""),
        service=labels.get("service", ""),
        labels=labels_of(labels),
        seen=_seen(alert.values, notes),
        why=text(notes.get("description") or notes.get("message")),
        since=instant(alert.starts_at),
        until=None if over else until,
        link=web_link(alert.panel_url or alert.dashboard_url or alert.generator_url or notes.get("runbook_url")),
        details=_details(notes),
    )


def _seen(values: Mapping[str, Any] | None, notes: Mapping[str, str]) -> str | None:
    if values:
        return line(", ".join(f"{name} = {value}" for name, value in values.items()))
    return line(notes["value"]) if notes.get("value") else None


def _details(notes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    shown = [(name, value) for name, value in notes.items() if name not in _SHOWN_ELSEWHERE and value]
    return tuple((line(name, LONGEST_NAME), text(value) or "") for name, value in shown[:20])
