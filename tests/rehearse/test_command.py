"""`bosco rehearse`: the same engine, on a virtual clock, with nothing leaving the process."""

import json
from pathlib import Path

import pytest

from bosco.cli.main import main

PLAN = """\
plan: Shop
timezone: Europe/Paris
services: {api: {}, files: {}}
probes:
  api-health: {http: "https://api.example.org", service: api, every: 1m, confirm: 2}
  backup: {heartbeat: 1h, grace: 10m, service: files}
"""
NIGHT = """\
rehearse: A bad night
from: 2026-11-22T03:00
until: +6h
events:
  - {at: "03:00", down: api, for: 90m}
  - {at: "05:00", fail: backup}
"""


def rehearse(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    (folder / "plan.yml").write_text(PLAN, encoding="utf-8")
    (folder / "night.yml").write_text(NIGHT, encoding="utf-8")
    status = main(["rehearse", str(folder / "plan.yml"), str(folder / "night.yml"), "--lang", "en", *more])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_night_is_told_in_time_order_and_the_same_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = rehearse(tmp_path, capsys, "--json")
    assert (status, err) == (0, "")
    account = json.loads(out)
    assert [one["at"] for one in account] == sorted(one["at"] for one in account)
    states = [
        f"{one['at'][11:16]} {one['subject']} {one['what']}" for one in account if one["subject"] == "service:api"
    ]
    assert states == ["03:01 service:api service.went-down", "04:30 service:api service.came-back"]
    assert {"at", "what", "subject", "to", "via", "priority", "why"} <= account[0].keys()
    assert "05:00 probe:backup probe.went-down" in [
        f"{one['at'][11:16]} {one['subject']} {one['what']}" for one in account
    ]
    assert rehearse(tmp_path, capsys, "--json")[1] == out


def test_a_wrong_plan_or_scenario_is_refused_with_its_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.yml").write_text("plan: Shop\nprobs: []\n", encoding="utf-8")
    (tmp_path / "s.yml").write_text("rehearse: x\nevents: [{at: soon, down: api}]\n", encoding="utf-8")
    assert main(["rehearse", str(tmp_path / "plan.yml"), str(tmp_path / "s.yml"), "--lang", "en"]) == 1
    assert "plan.yml:2:1" in capsys.readouterr().err
    (tmp_path / "plan.yml").write_text(PLAN, encoding="utf-8")
    assert main(["rehearse", str(tmp_path / "plan.yml"), str(tmp_path / "s.yml"), "--lang", "en"]) == 1
    assert "s.yml:2:15" in capsys.readouterr().err
    assert main(["rehearse", str(tmp_path / "plan.yml"), str(tmp_path / "none.yml"), "--lang", "en"]) == 1
    assert main(["rehearse", str(tmp_path / "plan.yml"), str(tmp_path), "--lang", "en"]) == 1
