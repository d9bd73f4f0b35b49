"""Every kind of sender has a sample that tells of an alert, and lines to copy that hold the address."""

import pytest
from tests.receivers.sent import KINDS, NOW, plan

from bosco.receivers.kind import Body
from bosco.receivers.model import Received
from bosco.receivers.pages import setup_of, tried_out
from bosco.receivers.sample import sample_of
from bosco.receivers.section import receiver_called

BASE = "https://ops.example.org"


@pytest.mark.parametrize("key", [*KINDS, "orders", "many", "ci"])
def test_a_sample_becomes_an_alert(key: str) -> None:
    receiver = receiver_called(plan(), key)
    assert receiver is not None
    sample = sample_of(receiver)
    (found,) = receiver.read(Body(sample.body.encode(), sample.headers, NOW))  # type: ignore[attr-defined]
    assert isinstance(found, Received)
    assert found.said == "firing"
    assert found.title
    (tried,) = tried_out(plan(), receiver, Body(sample.body.encode(), sample.headers, NOW))
    assert tried.level


def test_a_sample_stands_at_the_places_that_the_plan_names() -> None:
    receiver = receiver_called(plan(), "orders")
    assert receiver is not None
    (tried,) = tried_out(plan(), receiver, Body(sample_of(receiver).body.encode(), {}, NOW))
    assert (tried.title, tried.key) == ("Order disk-web1: Disk of web1 is full", "disk-web1")


@pytest.mark.parametrize("kind", [*KINDS])
def test_the_lines_to_copy_hold_the_address_and_no_place_is_left_empty(kind: str) -> None:
    receiver = receiver_called(plan(), kind)
    assert receiver is not None
    lines = setup_of(receiver, kind, f"{BASE}/api/v1/receive/{kind}", BASE)
    assert "ops.example.org" in lines
    assert not any(f"{{{word}}}" in lines for word in ("url", "base", "token", "scheme", "host", "path"))
