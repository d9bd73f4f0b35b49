"""Bosco notices that a promise of its own will not be kept, says so, and stops telling the outside that it is well."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from tests.stories.house import Stage, Told, play

from bosco.notices.climbing import STEP
from bosco.plan.load import load_texts
from bosco.store import timers
from bosco.store.timers import timers as rows
from bosco.watchdog.service import SUBJECT, Watchdog

SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PLAN = """\
plan: Shop
language: en
team: {devops: {name: DevOps, roles: [admin], level: 2}, boss: {name: Boss, level: 3}}
on_call: {duty: {people: [devops], rotate: weekly}}
services: {api: {name: API, down: P1}}
probes: {api: {http: "https://api.example.org/", service: api, every: 1m, confirm: 1}}
channels: {hook: {webhook: "https://far.example.org/"}}
priorities: {P1: {color: red, resolve: 2h}}
notify: {P1: {hook: now}}
escalation: {P1: [{at: 50%, to: level 3}]}
incidents: {open: [], ticket: []}
watchdog: "https://hc.example.org/ping"
"""
Story = Callable[[Stage, Watchdog], Awaitable[None]]


def tell(folder: Path, story: Story, plan: str = PLAN) -> tuple[Told, list[str]]:
    """Play a story; return its account of Bosco itself, and when the outside heard."""
    heard: list[str] = []

    async def main(stage: Stage) -> None:
        await story(stage, stage.house.wiring.get(Watchdog))
        heard.extend(f"{at:%H:%M}" for at, host in stage.hosts.asked if host == "hc.example.org")

    return play(folder, plan, SUNDAY, main, facts=False), heard


def about_itself(told: Told) -> list[str]:
    return [line for line in told.lines if SUBJECT in line]


def test_the_outside_hears_every_minute_that_all_is_well(tmp_path: Path) -> None:
    async def story(stage: Stage, _: Watchdog) -> None:
        await stage.until("03:04")

    told, heard = tell(tmp_path, story)
    assert heard == ["03:00", "03:01", "03:02", "03:03"]
    assert about_itself(told) == []


def test_an_alert_that_has_lost_its_next_step_is_an_alarm_until_it_is_over(tmp_path: Path) -> None:
    async def story(stage: Stage, _: Watchdog) -> None:
        stage.hosts.does["api.example.org"] = 500
        await stage.until("03:03")
        await stage.house.store.write(lambda tx: tx.run(delete(rows).where(rows.c.name == STEP)).rowcount)
        await stage.until("03:07")
        stage.hosts.does["api.example.org"] = 200
        await stage.until("03:14")

    told, heard = tell(tmp_path, story)
    assert [line.split(" ", 1) for line in about_itself(told) if "told" not in line and "sent" not in line] == [
        ["03:04", f"{SUBJECT} matter.opened"],
        ["03:04", f"{SUBJECT} escalation.started"],
        ["03:04", f"{SUBJECT} watchdog.fell-silent"],
        ["03:08", f"{SUBJECT} matter.closed"],
        ["03:08", f"{SUBJECT} watchdog.spoke-again"],
    ]
    assert "03:05" not in heard
    assert heard[-1] == "03:13"
    assert f"03:04 {SUBJECT} notice.told" in told.lines


def test_what_is_due_and_nobody_takes_is_an_alarm(tmp_path: Path) -> None:
    async def story(stage: Stage, watchdog: Watchdog) -> None:
        await stage.house.store.write(lambda tx: timers.set(tx, "nobody.runs.this", "x", tx.at))
        await stage.until("03:06")
        assert watchdog.last is not None
        assert [one.key for one in watchdog.last.findings] == ["row:nobody.runs.this"]
        await stage.house.store.write(lambda tx: timers.cancel(tx, "nobody.runs.this", "x"))
        await stage.until("03:10")

    told, heard = tell(tmp_path, story)
    kinds = [line.rsplit(" ", 1)[1] for line in about_itself(told)]
    assert (kinds.count("matter.opened"), kinds.count("matter.closed")) == (1, 1)
    assert "03:05" not in heard
    assert heard[-1] == "03:09"


def test_an_alert_that_nobody_could_be_told_of_is_an_alarm(tmp_path: Path) -> None:
    async def story(stage: Stage, watchdog: Watchdog) -> None:
        stage.hosts.does |= {"api.example.org": 500, "far.example.org": 403}
        await stage.until("03:06")
        assert watchdog.last is not None
        assert {one.check for one in watchdog.last.findings} == {"heard", "ways"}
        assert [one.grave for one in watchdog.last.of("ways")] == [False]

    told, heard = tell(tmp_path, story)
    assert "03:00 alert:1 matter.unheard" in told.lines
    assert heard[-1] < "03:03"


def test_one_look_that_finds_something_is_not_yet_an_alarm(tmp_path: Path) -> None:
    async def story(stage: Stage, _: Watchdog) -> None:
        await stage.house.store.write(lambda tx: timers.set(tx, "nobody.runs.this", "x", tx.at - timedelta(hours=1)))
        await stage.until("03:00")
        await stage.house.doors.clock.sleep(timedelta(seconds=30))
        await stage.house.store.write(lambda tx: timers.cancel(tx, "nobody.runs.this", "x"))
        await stage.until("03:05")

    told, heard = tell(tmp_path, story)
    assert about_itself(told) == []
    assert len(heard) == 5


def test_an_outside_that_does_not_answer_is_told_once_and_its_address_never(tmp_path: Path) -> None:
    async def story(stage: Stage, _: Watchdog) -> None:
        stage.hosts.does["hc.example.org"] = "refused"
        await stage.until("03:04")
        stage.hosts.does["hc.example.org"] = 200
        await stage.until("03:06")

    told, _ = tell(tmp_path, story)
    assert about_itself(told) == [f"03:00 {SUBJECT} watchdog.unheard", f"03:04 {SUBJECT} watchdog.heard"]


@pytest.mark.parametrize("written", ["ftp://x", "nonsense"])
def test_an_address_that_is_none_is_a_mistake(written: str) -> None:
    loaded = load_texts({"plan.yml": f"plan: X\nwatchdog: {written}\n"})
    assert next(one.say("en") for one in loaded.mistakes).endswith(
        f"“{written}” is not a web address; expected something like https://hc.example.org/ping/…"
    )
