"""Debian's Prometheus and Alertmanager, and PagerDuty's own client, send to Bosco: what fires, and what is over."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pagerduty import EventsApiV2Client, HttpError
from tests.running import PATIENCE, Running, running
from tests.targets.alertmanager_server import alertmanager_server
from tests.targets.prometheus_server import Prometheus, prometheus_server

from bosco.promql.source import Series

PLAN = """\
plan: Shop
url: https://ops.example.org
services:
  api: {name: Core API}
  database: {}
receivers:
  watched-by-prometheus: {alertmanager: token, services: {storage: database}}
"""
RULES = """\
groups:
- name: shop
  interval: 1s
  rules:
  - alert: HighLoad
    expr: load > 10
    labels: {severity: critical}
    annotations: {summary: "Load of {{ $labels.instance }} is {{ $value }}", value: "{{ $value }}"}
"""
PROMETHEUS = """\
global: {{scrape_interval: 1m, evaluation_interval: 1s}}
rule_files: [rules.yml]
alerting:
  alertmanagers:
  - authorization: {{credentials: {token}}}
    static_configs: [{{targets: ["127.0.0.1:{bosco}"]}}]
  - static_configs: [{{targets: ["{alertmanager}"]}}]
"""
ALERTMANAGER = """\
route: {{receiver: bosco, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
- name: bosco
  webhook_configs:
  - url: http://127.0.0.1:{bosco}/api/v1/receive/watched-by-prometheus
    http_config: {{authorization: {{credentials: {token}}}}}
"""


@pytest.fixture(scope="module")
def bosco(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("bosco"), PLAN, role="responder") as alive:
        yield alive


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory, bosco: Running) -> Iterator[Prometheus]:
    """A Prometheus that sends to Bosco, and to an Alertmanager that sends to Bosco."""
    folder: Path = tmp_path_factory.mktemp("senders")
    here = {"bosco": bosco.port, "token": bosco.token}
    (folder / "rules.yml").write_text(RULES)
    for address in alertmanager_server(folder, ALERTMANAGER.format(**here)):
        config = PROMETHEUS.format(alertmanager=address, **here)
        yield from prometheus_server(folder, config, "--rules.alert.resend-delay=1s")


def load_is(prometheus: Prometheus, value: float, **labels: str) -> None:
    now = int(time.time() * 1000)
    labels = {"__name__": "load", "instance": "web1", **labels}
    prometheus.write([Series(labels, np.array([now], dtype=np.int64), np.array([value], dtype=float))])


def alerts(bosco: Running, source: str, state: str = "all") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bosco.ask(f"/api/v1/alerts?state={state}&source={source}").json()["alerts"]
    return found


def until(bosco: Running, source: str, state: str, count: int) -> list[dict[str, Any]]:
    """Wait until a sender has so many alerts in that state."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if len(found := alerts(bosco, source, state)) == count:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{source}: {alerts(bosco, source)}")


def test_a_prometheus_takes_bosco_for_its_alertmanager(bosco: Running, prometheus: Prometheus) -> None:
    load_is(prometheus, 12, service="api")
    (direct,) = until(bosco, "prometheus", "firing", 1)
    (through,) = until(bosco, "watched-by-prometheus", "firing", 1)
    for one in (direct, through):
        assert (one["title"], one["service"], one["seen"]) == ("Load of web1 is 12", "api", "12")
        assert one["labels"]["alertname"] == "HighLoad"
        assert one["link"].startswith("http://")
    # It says so each second, and it is one alert all the same.
    load_is(prometheus, 13, service="api")
    load_is(prometheus, 1, service="api")
    for source in ("prometheus", "watched-by-prometheus"):
        (over,) = until(bosco, source, "resolved", 1)
        assert over["resolved_by"]
        assert alerts(bosco, source, "firing") == []
    assert bosco.ask("/api/v2/status").json()["versionInfo"]["version"]


def test_many_alerts_of_one_rule_are_each_their_own(bosco: Running, prometheus: Prometheus) -> None:
    for number in range(5):
        load_is(prometheus, 20 + number, service="storage", instance=f"db{number}")
    found = until(bosco, "watched-by-prometheus", "firing", 5)
    assert {one["service"] for one in found} == {"database"}
    for number in range(5):
        load_is(prometheus, 0, service="storage", instance=f"db{number}")
    until(bosco, "watched-by-prometheus", "firing", 0)
    until(bosco, "prometheus", "firing", 0)


def client(bosco: Running, key: str) -> EventsApiV2Client:
    made = EventsApiV2Client(key)
    # The client takes https alone; what speaks TLS before Bosco is not what is tried out here.
    made._url = f"http://127.0.0.1:{bosco.port}"
    made.max_http_attempts = 1
    return made


def test_pagerdutys_own_client_triggers_acknowledges_and_resolves(bosco: Running) -> None:
    sender = client(bosco, bosco.token)
    key = sender.trigger(
        "Disk of web1 is full", "web1", dedup_key="disk-web1", severity="error", custom_details={"free": "0 %"}
    )
    assert key == "disk-web1"
    assert sender.trigger("Disk of web1 is full", "web1", dedup_key="disk-web1") == key
    (one,) = alerts(bosco, "pagerduty", "firing")
    assert (one["title"], one["acknowledged_by"]) == ("Disk of web1 is full", None)
    assert sender.acknowledge(key) == key
    assert alerts(bosco, "pagerduty", "firing")[0]["acknowledged_by"] == "receiver:pagerduty"
    assert sender.resolve(key) == key
    assert [each["state"] for each in alerts(bosco, "pagerduty")] == ["resolved"]
    # Without a key, each trigger is its own trouble, and the client is told what to call it by.
    new = sender.trigger("Something else", "web2")
    assert sender.resolve(new) == new


def test_a_change_of_pagerdutys_client_is_noted(bosco: Running) -> None:
    # The client's own timestamp breaks in its version 7.2, before anything is sent.
    links = [{"href": "https://ci.example.org/7", "text": "The run"}]
    client(bosco, bosco.token).submit("Release 1.4.2", source="api", links=links, timestamp="2026-11-28T03:00:00Z")
    found = bosco.until("/api/v1/timeline?subject=receiver:pagerduty", lambda answer: "Release 1.4.2" in answer.text)
    assert found.status == 200


def test_a_wrong_routing_key_is_refused_as_pagerduty_refuses_it(bosco: Running) -> None:
    with pytest.raises(HttpError) as refused:
        client(bosco, "0" * 32).trigger("Not mine", "web1")
    assert refused.value.response.status_code == 400
    assert refused.value.response.json()["errors"] == ["Invalid routing key"]
