"""What a scenario may say, and what is said of one that is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bosco.plan.load import Plan, load_texts
from bosco.rehearse.scenario import read_scenario

PLAN = """\
plan: Shop
timezone: Europe/Paris
team: {devops: {email: devops@example.org}}
services: {api: {}}
probes:
  api-health: {http: "https://api.example.org", service: api}
  backup: {heartbeat: 1d}
alerts: {critical: [{failed_logins: "> 50/min"}]}
"""
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan() -> Plan:
    loaded = load_texts({"plan.yml": PLAN})
    assert loaded.plan is not None
    return loaded.plan


def mistakes(folder: Path, plan: Plan, text: str) -> list[str]:
    (folder / "s.yml").write_text(text, encoding="utf-8")
    _, loaded = read_scenario(folder / "s.yml", plan, NOW)
    return [str(one) for one in loaded.mistakes]


def test_times_follow_each_other_over_midnight_and_in_the_zone_of_the_plan(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / "s.yml").write_text(
        "rehearse: Night\nfrom: 2026-03-28T22:00\nuntil: +12h\nevents:\n"
        '  - {at: "22:30", down: api}\n  - {at: "01:00", up: api}\n'
        '  - {at: "03:30", measure: {failed_logins: 80/min}}\n'
        "  - {at: +10h, ping: backup}\n",
        encoding="utf-8",
    )
    scenario, loaded = read_scenario(tmp_path / "s.yml", plan, NOW)
    assert scenario is not None, [str(one) for one in loaded.mistakes]
    # The night on which clocks go forward: 03:30 is half an hour after 01:59.
    told = [f"{scene.at:%d %H:%M} {scene.event.verb}" for scene in scenario.scenes]
    assert told == ["28 21:30 down", "29 00:00 up", "29 01:30 measure", "29 07:00 ping"]
    assert (scenario.start, scenario.end) == (
        datetime(2026, 3, 28, 21, 0, tzinfo=UTC),
        datetime(2026, 3, 29, 9, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "s.yml:1:1: the file is empty"),
        ("rehearse: x\nevents: [{at: noon, down: api}]", "s.yml:2:15: “noon” does not say when"),
        (
            'rehearse: x\nevents: [{at: "03:00", down: apo}]',
            "“apo” is nothing that the plan knows; did you mean “api”?",
        ),
        ('rehearse: x\nevents: [{at: "03:00", ping: api}]', "“api” is nothing that the plan knows"),
        ('rehearse: x\nevents: [{at: "03:00", up: api, by: devop}]', "“devop” is not in the team"),
        ('rehearse: x\nevents: [{at: "03:00"}]', "this event does not say what happens"),
        ('rehearse: x\nevents: [{at: "03:00", up: api, down: api}]', "cannot stand together"),
        ("rehearse: x\nfrom: 2026-01-02T00:00\nuntil: 2026-01-01T00:00", "the scenario ends before it begins"),
        ("rehearse: x\nfrom: 2026-01-01T00:00\nuntil: +900d", "a scenario lasts"),
        ("rehearse: x\nuntil: +1h\nevents: [{at: +3h, down: api}]", "this happens after the scenario ends"),
        ("rehearse: x\nevent: []", "did you mean “events”?"),
        ("events: []", "the scenario has no name"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, plan: Plan, text: str, told: str) -> None:
    found = mistakes(tmp_path, plan, text)
    assert any(told in one for one in found), found
