"""Bodies as senders send them, and what is read of them."""

import json
from datetime import UTC, datetime
from typing import Any

from bosco.plan.load import Plan, load_texts
from bosco.receivers.kind import Body
from bosco.receivers.model import Heard
from bosco.receivers.section import KINDS, receiver_called

NOW = datetime(2026, 11, 21, 7, 10, tzinfo=UTC)
PLAN = """
plan: Shop
services:
  api: {name: {fr: API Cœur, en: Core API}}
  database: {}
priorities:
  P1: {resolve: 2h}
  P2: {resolve: 8h}
receivers:
  orders:
    json: token
    key: order.id
    title: "Order {order.id}: {message}"
    state: status
    resolved: [done]
    severity: level
    about: source.name
    value: source.load[1]
    levels: {loud: warning}
    priorities: {deadly: P1}
    services: {pg-main: database}
    service: api
  many: {json: token, each: items, key: id, title: id}
  ci: {github: "${HOOK}", service: api, levels: {moderate: info}}
"""


def plan() -> Plan:
    loaded = load_texts({"plan.yml": PLAN})
    assert loaded.plan is not None, [str(one) for one in loaded.mistakes]
    return loaded.plan


def read(name: str, body: Any, **headers: str) -> Heard:
    """Return what a receiver, or a kind by its own name, reads of a body."""
    receiver: Any = receiver_called(plan(), name)
    assert receiver is not None
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return receiver.read(Body(raw, {key.replace("_", "-"): value for key, value in headers.items()}, NOW))  # type: ignore[no-any-return]


def alert(**labels: str) -> dict[str, Any]:
    return {"labels": {"alertname": "HighLoad", **labels}, "annotations": {}, "startsAt": "2026-11-21T07:08:40.632Z"}


__all__ = ["KINDS", "NOW", "alert", "plan", "read"]
