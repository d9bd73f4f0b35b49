"""Every sender's form comes down to the same: which trouble, whether it is over, what it is about."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.receivers.sent import NOW, alert, plan, read

from bosco.kit.refusal import Refusal
from bosco.receivers.kinds.alertmanager import posted
from bosco.receivers.kinds.pagerduty import Invalid
from bosco.receivers.meaning import level_of, priority_of, service_of
from bosco.receivers.model import Noted, Received
from bosco.receivers.section import receiver_called

WEBHOOK: dict[str, Any] = {
    "receiver": "bosco",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "HighLoad", "severity": "page", "service": "api", "instance": "web1"},
            "annotations": {"summary": "Load of web1 is 12", "description": "Twice its cores", "value": "12.1"},
            "startsAt": "2026-11-21T07:08:40.632Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
            "fingerprint": "0d92e9e65804000a",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "Gone"},
            "annotations": {},
            "startsAt": "2026-11-21T07:00:00Z",
            "endsAt": "2026-11-21T07:09:00Z",
        },
    ],
    "version": "4",
    "groupKey": '{}:{alertname="HighLoad"}',
    "truncatedAlerts": 0,
}


def one(name: str, body: Any, **headers: str) -> Received:
    (found,) = read(name, body, **headers)
    assert isinstance(found, Received)
    return found


def test_an_alertmanager_webhook_is_read_alert_by_alert() -> None:
    load, gone = read("alertmanager", WEBHOOK)
    assert isinstance(load, Received)
    assert isinstance(gone, Received)
    assert (load.said, load.title, load.severity, load.service) == ("firing", "Load of web1 is 12", "page", "api")
    assert (load.seen, load.why, load.link) == (
        "12.1",
        "Twice its cores",
        "http://prometheus:9090/graph?g0.expr=up",
    )
    assert load.since is not None
    assert load.since.isoformat() == "2026-11-21T07:08:40.632000+00:00"
    # The webhook says when an alert is over; only the API lets it end by itself.
    assert load.until is None
    assert (gone.said, gone.title) == ("resolved", "Gone")


def test_the_same_labels_are_the_same_alert_in_whatever_order() -> None:
    first = one("alertmanager", {"alerts": [alert(a="1", b="2", empty="")]})
    other = {"labels": {"b": "2", "a": "1", "alertname": "HighLoad"}}
    assert one("alertmanager", {"alerts": [other]}).key == first.key
    assert one("alertmanager", {"alerts": [alert(a="1", b="3")]}).key != first.key


def test_a_posted_alert_is_over_at_its_end() -> None:
    from bosco.receivers.kind import Body

    raw = b"""[{"labels": {"a": "1"}, "endsAt": "2026-11-21T07:14:00Z"}, {"labels": {"a": "2"}},
        {"labels": {"a": "3"}, "endsAt": "2026-11-21T07:09:59Z"}]"""
    found = posted(Body(raw, {}, NOW))
    told = [(each.said, each.until and each.until.isoformat()) for each in found if isinstance(each, Received)]
    assert told == [
        ("firing", "2026-11-21T07:14:00+00:00"),
        ("firing", "2026-11-21T07:15:00+00:00"),
        ("resolved", None),
    ]


def test_grafana_tells_values_and_links() -> None:
    body = {
        "version": "1",
        "orgId": 1,
        "title": "[FIRING:1] Disk",
        "state": "alerting",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "Disk", "grafana_folder": "Infra", "severity": "warning"},
                "annotations": {"summary": "Disk is full"},
                "startsAt": "2026-11-21T08:08:40+01:00",
                "endsAt": "0001-01-01T00:00:00Z",
                "values": {"A": 91.5, "B": None},
                "panelURL": "https://grafana.example.org/d/x?viewPanel=1",
                "dashboardURL": "https://grafana.example.org/d/x",
            }
        ],
    }
    found = one("grafana", body)
    assert (found.title, found.seen, found.severity) == ("Disk is full", "A = 91.5, B = None", "warning")
    assert found.link == "https://grafana.example.org/d/x?viewPanel=1"
    old = {"ruleId": 7, "ruleName": "Old rule", "state": "alerting", "evalMatches": [{"metric": "cpu", "value": 99}]}
    assert (one("grafana", old).key, one("grafana", old).seen) == ("rule-7", "cpu = 99")
    assert one("grafana", {**old, "state": "ok"}).said == "resolved"
    assert read("grafana", {**old, "state": "pending"}) == []


PAGE: dict[str, Any] = {
    "routing_key": "x",
    "event_action": "trigger",
    "dedup_key": "disk/web1",
    "payload": {
        "summary": "Disk of web1 is full",
        "source": "web1",
        "severity": "error",
        "component": "database",
        "timestamp": "2026-11-21T07:00:00Z",
        "custom_details": {"free": "1%", "paths": ["/", "/var"]},
    },
    "links": [{"href": "javascript:alert(1)"}, {"href": "https://wiki.example.org/disk", "text": "What to do"}],
}


def test_pagerduty_events_trigger_acknowledge_and_resolve() -> None:
    found = one("pagerduty", PAGE)
    assert (found.key, found.said, found.service, found.severity) == ("disk/web1", "firing", "database", "error")
    assert found.details == (("free", "1%"), ("paths", '["/","/var"]'))
    assert found.link == "https://wiki.example.org/disk"
    for action, said in (("acknowledge", "acknowledged"), ("resolve", "resolved")):
        event = {"routing_key": "x", "event_action": action, "dedup_key": "disk/web1"}
        assert (one("pagerduty", event).said, one("pagerduty", event).key) == (said, "disk/web1")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"event_action": "resolve", "dedup_key": None}, "'dedup_key' is missing or blank"),
        ({"payload": None}, "'payload' is missing or blank"),
        ({"payload": {**PAGE["payload"], "summary": " "}}, "'payload.summary' is missing or blank"),
        ({"dedup_key": "x" * 256}, "'dedup_key' is too long (maximum is 255 characters)"),
    ],
)
def test_an_invalid_event_is_told_as_pagerduty_tells_it(change: dict[str, Any], error: str) -> None:
    with pytest.raises(Invalid) as refused:
        read("pagerduty", {**PAGE, **change})
    assert refused.value.errors == (error,)


def test_sentry_issues_open_and_close() -> None:
    issue = {
        "id": "1170820242",
        "shortId": "SHOP-1",
        "title": "ZeroDivisionError: division by zero",
        "level": "error",
        "culprit": "shop.cart in total",
        "project": {"id": "1", "slug": "api", "name": "api"},
        "web_url": "https://sentry.io/organizations/x/issues/1170820242/",
    }
    hook = {"action": "created", "data": {"issue": issue}, "actor": {"type": "application"}}
    found = one("sentry", hook, sentry_hook_resource="issue")
    assert (found.key, found.said, found.service, found.severity) == ("issue-1170820242", "firing", "api", "error")
    assert one("sentry", {**hook, "action": "resolved"}).said == "resolved"
    assert isinstance(read("sentry", {**hook, "action": "assigned"})[0], Noted)
    event = {"event": {"issue_id": "1170820242", "title": "Again", "level": "fatal", "web_url": "https://x.io/e"}}
    rule = one("sentry", {"action": "triggered", "data": {**event, "triggered_rule": "Many"}})
    assert (rule.key, rule.severity, rule.labels["rule"]) == ("issue-1170820242", "fatal", "Many")


def test_a_metric_alert_of_sentry_follows_its_rule() -> None:
    data = {
        "metric_alert": {"id": "9", "title": "Slow", "projects": ["api"], "alert_rule": {"id": "7"}},
        "description_title": "Critical: Slow",
        "description_text": "p95 is 3 s",
        "web_url": "https://sentry.io/alerts/9",
    }
    found = one("sentry", {"action": "critical", "data": data}, sentry_hook_resource="metric_alert")
    assert (found.key, found.said, found.title, found.severity) == ("metric-7", "firing", "Critical: Slow", "critical")
    assert one("sentry", {"action": "resolved", "data": data}).key == "metric-7"


REPOSITORY = {"name": "shop", "full_name": "acme/shop", "html_url": "https://github.com/acme/shop"}


def test_a_vulnerable_dependency_is_open_until_it_is_fixed() -> None:
    body = {
        "action": "created",
        "alert": {
            "number": 12,
            "state": "open",
            "dependency": {"package": {"ecosystem": "pip", "name": "django"}, "manifest_path": "requirements.txt"},
            "security_advisory": {
                "ghsa_id": "GHSA-rf4j-j272-fj86",
                "cve_id": "CVE-2018-6188",
                "summary": "Information leakage",
                "severity": "high",
            },
            "security_vulnerability": {"first_patched_version": {"identifier": "2.0.2"}},
            "html_url": "https://github.com/acme/shop/security/dependabot/12",
        },
        "repository": REPOSITORY,
    }
    found = one("ci", body, x_github_event="dependabot_alert")
    assert (found.key, found.said, found.severity) == ("dependabot-acme/shop-12", "firing", "high")
    assert found.title == "vulnerable dependency django (acme/shop)"
    assert ("fixed in", "2.0.2") in found.details
    assert one("ci", {**body, "action": "fixed"}, x_github_event="dependabot_alert").said == "resolved"
    assert isinstance(read("ci", {**body, "action": "assignees_changed"}, x_github_event="dependabot_alert")[0], Noted)


def test_a_workflow_that_fails_is_over_with_its_next_good_run() -> None:
    run = {
        "id": 1,
        "name": "Deploy",
        "workflow_id": 5,
        "head_branch": "main",
        "head_sha": "abc",
        "conclusion": "failure",
        "html_url": "https://github.com/acme/shop/actions/runs/1",
    }
    body = {"action": "completed", "workflow_run": run, "repository": REPOSITORY}
    failed = one("ci", body, x_github_event="workflow_run")
    good = one("ci", {**body, "workflow_run": {**run, "id": 2, "conclusion": "success"}}, x_github_event="workflow_run")
    assert (failed.said, good.said, failed.key) == ("firing", "resolved", good.key)
    assert read("ci", {**body, "action": "requested"}, x_github_event="workflow_run") == []
    cancelled = {**body, "workflow_run": {**run, "conclusion": "cancelled"}}
    assert isinstance(read("ci", cancelled, x_github_event="workflow_run")[0], Noted)


def test_githubs_deployments_tell_their_version_once_they_are_there() -> None:
    body = {
        "deployment": {"ref": "v1.4.2", "sha": "abc", "environment": "production"},
        "deployment_status": {
            "state": "success",
            "created_at": "2026-03-01T09:00:00Z",
            "target_url": "https://ci.example/1",
        },
        "repository": REPOSITORY,
    }
    (there,) = read("ci", body, x_github_event="deployment_status")
    assert isinstance(there, Noted)
    assert (there.version, there.environment, there.link) == ("v1.4.2", "production", "https://ci.example/1")
    assert there.at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    (going,) = read("ci", {**body, "deployment_status": {"state": "in_progress"}}, x_github_event="deployment_status")
    assert isinstance(going, Noted)
    assert not going.version


def test_github_may_send_a_form_and_a_ping() -> None:
    form = b"payload=%7B%22zen%22%3A%22Keep%20it%20logically%20awesome.%22%7D"
    (noted,) = read("ci", form, x_github_event="ping", content_type="application/x-www-form-urlencoded")
    assert isinstance(noted, Noted)
    assert noted.title == "Keep it logically awesome."


ORDER = {
    "order": {"id": 4217},
    "message": "payment lost",
    "status": "new",
    "level": "loud",
    "source": {"name": "pg-main", "load": [1, 7.5]},
}


def test_json_is_read_where_the_plan_says() -> None:
    found = one("orders", ORDER)
    assert (found.key, found.title, found.said, found.seen) == ("4217", "Order 4217: payment lost", "firing", 7.5)
    assert one("orders", {**ORDER, "status": "Done"}).said == "resolved"
    keys = [each.key for each in read("many", {"items": [{"id": "a"}, {"id": "b"}]}) if isinstance(each, Received)]
    assert keys == ["a", "b"]
    assert one("json", {"key": "k", "title": "t", "since": 1_795_244_400_000}).since == NOW.replace(hour=7, minute=0)


def test_words_of_senders_mean_what_the_plan_says() -> None:
    held, receiver = plan(), receiver_called(plan(), "orders")
    assert receiver is not None
    found = one("orders", ORDER)
    assert level_of(receiver, found.severity) == "warning"
    assert service_of(held, receiver, found) == "database"
    assert service_of(held, receiver, one("orders", {**ORDER, "source": {"name": "Cœur API"}})) == "api"
    assert priority_of(held, receiver, one("orders", {**ORDER, "level": "deadly"})) == "P1"
    assert priority_of(held, receiver, found) is None
    usual = receiver_called(held, "alertmanager")
    assert usual is not None
    words = ("critical", "FATAL", "warn", "info", "", "odd")
    assert [level_of(usual, word) for word in words] == [
        "critical",
        "critical",
        "warning",
        "info",
        "critical",
        "critical",
    ]
    named = one("alertmanager", {"alerts": [alert(job="core-api", priority="P2")]})
    assert (service_of(held, usual, named), priority_of(held, usual, named)) == ("api", "P2")
    assert service_of(held, usual, one("alertmanager", {"alerts": [alert(job="node")]})) is None


@pytest.mark.parametrize(
    ("name", "body", "where"),
    [
        ("alertmanager", b"", None),
        ("alertmanager", b"{", None),
        ("alertmanager", b"[]", None),
        ("alertmanager", {"alerts": [{"labels": {}}]}, "labels"),
        ("alertmanager", {"alerts": [{"labels": {"a": 1}}]}, "$.alerts[0].labels[...]"),
        ("alertmanager", {"alerts": [{"labels": {"a": "1"}, "startsAt": "yesterday"}]}, "$.alerts[0].startsAt"),
        ("grafana", {}, "alerts"),
        ("sentry", {"action": "created", "data": {"issue": "no"}}, "data.issue"),
        ("sentry", {"action": "created", "data": {}}, "data"),
        ("github", {}, "x-github-event"),
        ("orders", {"message": "no key"}, "order.id"),
        ("many", {"items": 3}, "items"),
        ("json", {"key": "k"}, "title"),
        ("json", [1], None),
        ("json", b"\xff\xfe", None),
        ("json", b"[" * 100_000, None),
        ("json", b"[" * 60 + b"]" * 60, None),
        ("json", b'{"key": "a", "title": "b", "x": ' + b"[" * 40 + b"]" * 40 + b"}", None),
    ],
)
def test_a_wrong_body_is_refused_with_what_is_wrong(name: str, body: Any, where: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        read(name, body)
    assert refused.value.where == where
    assert str(refused.value.says)


def test_more_alerts_than_anybody_means_are_refused() -> None:
    with pytest.raises(Refusal):
        read("alertmanager", {"alerts": [alert()] * 20_001})
