"""Whatever a stranger sends is read or refused, quickly, and nothing of it is longer than it may be."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.receivers.sent import KINDS, plan, read

from bosco.kit.refusal import Refusal
from bosco.receivers.kind import LONGEST_NAME, LONGEST_TEXT, LONGEST_TITLE, MOST_LABELS
from bosco.receivers.meaning import level_of, priority_of, service_of
from bosco.receivers.model import Received
from bosco.receivers.section import receiver_called

NAMES = [
    *("alerts", "labels", "annotations", "status", "startsAt", "endsAt", "values", "summary", "payload", "source"),
    *("routing_key", "event_action", "dedup_key", "severity", "custom_details", "links", "href", "action", "data"),
    *("issue", "event", "metric_alert", "alert", "number", "repository", "full_name", "workflow_run", "conclusion"),
    *("key", "title", "state", "value", "since", "link", "id", "items", "order", "message", "ruleId", "priority"),
]
WORDS = ["firing", "resolved", "trigger", "resolve", "created", "completed", "failure", "critical", "", "x" * 5000]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(WORDS)
bodies = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=40,
)
headers = st.sampled_from(
    [{}, *({"x_github_event": name} for name in ("dependabot_alert", "workflow_run", "ping", "push"))]
)
receivers = st.sampled_from(sorted([*KINDS, "orders", "many", "ci"]))


def _check(name: str, body: Any, more: dict[str, str]) -> None:
    try:
        heard = read(name, body, **more)
    except Refusal as refusal:
        str(refusal)
        return
    receiver = receiver_called(plan(), name)
    assert receiver is not None
    for one in heard:
        assert len(one.title) <= LONGEST_TITLE
        assert one.link is None or one.link.startswith(("http://", "https://"))
        if not isinstance(one, Received):
            continue
        assert 0 < len(one.key) <= 255
        assert len(one.labels) <= MOST_LABELS
        assert all(len(label) <= LONGEST_NAME and len(value) <= LONGEST_TITLE for label, value in one.labels.items())
        assert len(one.why or "") <= LONGEST_TEXT
        assert all(len(value) <= LONGEST_TEXT for _, value in one.details)
        level_of(receiver, one.severity)
        priority_of(plan(), receiver, one)
        service_of(plan(), receiver, one)


@settings(max_examples=1000, deadline=None)
@given(name=receivers, body=bodies, more=headers)
def test_any_json_is_read_or_refused(name: str, body: Any, more: dict[str, str]) -> None:
    _check(name, json.dumps(body).encode(), more)


@pytest.mark.parametrize("action", [["opened"], {"a": 1}, None, 3])
def test_an_action_of_github_that_is_no_word_is_no_action(action: object) -> None:
    body = {"action": action, "alert": {"number": 1}, "repository": {"full_name": "shop/web", "name": "web"}}
    _check("github", json.dumps(body).encode(), {"x_github_event": "dependabot_alert"})


@settings(max_examples=300, deadline=None)
@given(name=receivers, body=st.binary(max_size=400), more=headers)
def test_any_bytes_are_read_or_refused(name: str, body: bytes, more: dict[str, str]) -> None:
    _check(name, body, more)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(["alertmanager", "grafana"]),
    labels=st.dictionaries(st.text(max_size=300), st.text(max_size=500), max_size=80),
    notes=st.dictionaries(st.text(max_size=20), st.text(max_size=9000), max_size=5),
)
def test_any_labels_are_cut_to_size(name: str, labels: dict[str, str], notes: dict[str, str]) -> None:
    _check(name, json.dumps({"alerts": [{"labels": labels, "annotations": notes}]}).encode(), {})
