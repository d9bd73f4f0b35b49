"""The whole house in virtual time: nothing more and nothing less than what a course of events must leave."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.stories.house import Stage, play

from bosco.probes.rollup import LOOKS, LOOKS_TABLE
from bosco.telemetry.telemetry import Telemetry

SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PLAN = """\
plan: Shop
services:
  api: {name: API, sla: 99.9%, needs: [database]}
  database: {name: Database}
probes:
  api-health: {http: "https://api.example.org/health", service: api, every: 1m, confirm: 2, recover: 2}
  database: {http: "https://db.example.org/", service: database, every: 1m, confirm: 2, recover: 2}
incidents: {open: [], ticket: []}
"""


async def _a_night(stage: Stage) -> None:
    await stage.until("03:05")
    stage.hosts.does["api.example.org"] = 500
    await stage.until("03:20")
    stage.write_plan(PLAN.replace("99.9%", "lots"))
    await stage.until("03:30")
    stage.write_plan(PLAN.replace("99.9%", "99.5%"))
    await stage.until("03:40")
    stage.hosts.does["api.example.org"] = 200
    await stage.until("04:00")


def test_a_night_leaves_exactly_its_account(tmp_path: Path) -> None:
    told = play(tmp_path, PLAN, SUNDAY, _a_night)
    assert told.lines == [
        "03:00 plan plan.took-effect",
        "03:06 probe:api-health probe.went-down",
        "03:06 service:api service.went-down",
        "03:06 alert:1 alert.fired",
        "03:06 alert:1 matter.opened",
        "03:20 plan plan.refused",
        "03:30 plan plan.took-effect",
        "03:41 probe:api-health probe.came-back",
        "03:41 service:api service.came-back",
        "03:41 alert:1 alert.resolved",
        "03:41 alert:1 matter.closed",
    ]
    assert told.facts == [
        "03:00 PlanTookEffect 1",
        "03:06 ProbeWentDown api-health",
        "03:06 ServiceWentDown api",
        "03:06 AlertFired api",
        "03:30 PlanTookEffect 2",
        "03:41 ProbeCameBack api-health",
        "03:41 ServiceCameBack api",
        "03:41 AlertResolved api",
    ]


async def _a_change_of_retention(stage: Stage) -> None:
    telemetry = stage.house.wiring.get(Telemetry)
    assert telemetry.kept(LOOKS) == timedelta(days=30)
    assert telemetry.kept(f"{LOOKS}_hour") == timedelta(days=500)
    stage.write_plan(PLAN)
    await stage.until("03:01")
    assert telemetry.kept(LOOKS) == LOOKS_TABLE.keep


def test_looks_are_kept_as_long_as_the_plan_says(tmp_path: Path) -> None:
    play(tmp_path, PLAN + "keep: {looks: 30d, hours: 500d}\n", SUNDAY, _a_change_of_retention)


def test_the_same_night_leaves_the_same_account(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    assert play(tmp_path / "one", PLAN, SUNDAY, _a_night) == play(tmp_path / "other", PLAN, SUNDAY, _a_night)
