"""Stories of error budgets: told when they burn, once, and not for what was told already."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.stories.house import Stage, play

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PLAN = """\
plan: Shop
services: {api: {name: API, sla: 99.9%, down: P1 COUNTS}, free: {name: Free}}
probes:
  api: {http: "https://api.example.org/", service: api, every: 30s, confirm: 3}
  free: {http: "https://free.example.org/", service: free, every: 30s, confirm: 3}
incidents: {open: [], ticket: []}
calendar: [CALENDAR]
"""


def told(folder: Path, story: Callable[[Stage], Awaitable[None]], *, counts: str = "", calendar: str = "") -> list[str]:
    """Return the lines about alerts that a story leaves."""
    plan = PLAN.replace(" COUNTS", counts).replace("CALENDAR", calendar)
    lines = play(folder, plan, START, story).lines
    return [line for line in lines if "alert." in line or "maintenance" in line]


async def fail(stage: Stage, every: int, until: str, status: int = 500) -> None:
    """Let each so-manieth look at both services fail, so that none is ever confirmed."""
    for host in ("api.example.org", "free.example.org"):
        stage.hosts.next[host] = [status if place % every == 0 else 200 for place in range(1, 400)]
    await stage.until(until)
    stage.hosts.next.clear()


async def now_and_then(stage: Stage) -> None:
    await stage.until("08:10")
    await fail(stage, 5, "08:20")
    await stage.until("09:00")


async def just_once(stage: Stage) -> None:
    await stage.until("08:10")
    stage.hosts.next["api.example.org"] = [500, 500]
    await stage.until("08:30")


async def for_good(stage: Stage) -> None:
    await stage.until("08:10")
    stage.hosts.does["api.example.org"] = 500
    await stage.until("08:20")
    stage.hosts.does["api.example.org"] = 200
    await stage.until("08:40")


def test_looks_that_fail_now_and_then_burn_the_budget_and_are_told_once(tmp_path: Path) -> None:
    # Nine in ten looks are well, so nothing is ever down; at 99.9 % that burns two hundred times too fast.
    assert told(tmp_path, now_and_then) == [
        "08:17 alert:1 alert.fired",
        "08:24 alert:1 alert.resolved",
    ]


def test_a_failure_or_two_tell_nobody(tmp_path: Path) -> None:
    assert told(tmp_path, just_once) == []


def test_what_was_told_as_down_is_not_told_again_as_a_budget(tmp_path: Path) -> None:
    assert told(tmp_path, for_good) == ["08:10 alert:1 alert.fired", "08:20 alert:1 alert.resolved"]


def test_planned_work_burns_no_budget(tmp_path: Path) -> None:
    work = '{name: Work, on: 2026-11-24, at: "08:10", until: "08:21", impact: degraded, services: [api]}'
    assert told(tmp_path, now_and_then, calendar=work) == [
        "08:10 service:api service.maintenance-began",
        "08:21 service:api service.maintenance-ended",
    ]
