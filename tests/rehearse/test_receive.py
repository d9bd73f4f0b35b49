"""What other programs send is rehearsed as it would come: raised, taken in hand, over."""

import json
from pathlib import Path
from typing import Any

import pytest

from bosco.cli.main import main

PLAN = """\
plan: Shop
url: https://ops.example.org
timezone: Europe/Paris
services: {api: {}}
team: {ada: {email: ada@example.org, phone: "+33600000001"}}
priorities: {P1: {resolve: 2h}, P2: {resolve: 8h}}
levels: {critical: P1, warning: P2}
channels: {mail: {smtp: "smtp://127.0.0.1", from: ops@example.org}}
notify: {P1: {mail: now}}
on_call: {phone: {people: [ada]}}
"""
SCENARIO = """\
rehearse: Others complain
from: 2026-11-22T03:00
until: +2h
events:
  - {at: "03:05", receive: prometheus, alert: {title: Load of web1, severity: critical, service: api}, for: 40m}
  - {at: "03:15", acknowledge: prometheus, by: ada}
"""


def rehearse(folder: Path, capsys: pytest.CaptureFixture[str], scenario: str = SCENARIO) -> tuple[int, Any]:
    (folder / "plan.yml").write_text(PLAN, encoding="utf-8")
    (folder / "s.yml").write_text(scenario, encoding="utf-8")
    status = main(["rehearse", str(folder / "plan.yml"), str(folder / "s.yml"), "--lang", "en", "--json"])
    said = capsys.readouterr()
    return status, json.loads(said.out) if status == 0 else said.err


def test_an_alert_of_a_prometheus_is_told_taken_and_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, account = rehearse(tmp_path, capsys)
    assert status == 0
    told = [f"{one['at'][11:16]} {one['what']}" for one in account if one["subject"].startswith("alert:")]
    assert "03:05 alert.fired" in told
    assert "03:15 alert.acknowledged" in told
    assert "03:45 alert.resolved" in told
    sent = [one for one in account if one["what"] == "notice.sent"]
    assert sent
    assert (sent[0]["to"], sent[0]["via"], sent[0]["priority"]) == ("ada", "mail", "P1")


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("receive: promtheus, alert: {title: x}", "prometheus"),
        ("receive: prometheus", "what is received is an alert"),
        ("down: api, alert: {title: x}", "what is received is an alert"),
        ("receive: prometheus, alert: {}", "title"),
    ],
)
def test_what_nobody_could_send_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], event: str, says: str
) -> None:
    status, err = rehearse(tmp_path, capsys, f"rehearse: x\nevents: [{{at: '03:00', {event}}}]\n")
    assert (status, says in err) == (1, True), err
