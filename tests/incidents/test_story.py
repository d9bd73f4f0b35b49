"""An incident from its first alert to what was learnt, on the whole house and the virtual clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.stories.house import Stage, play

from bosco.alerts.service import Alerts
from bosco.incidents import learning
from bosco.incidents.service import Incidents
from bosco.records.service import Records
from bosco.services.service import Services
from bosco.services.spans import Span

SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PLAN = """\
plan: CESIZen
code: CESIZEN
language: en
team: {devops: {email: devops@example.org}, rssi: {email: rssi@example.org}}
services:
  api: {name: API Core, needs: [database], down: P1}
  database: {name: Database, down: P1}
  docs: {name: Docs, down: P3}
probes:
  api-health: {http: "https://api.example.org/health", service: api, every: 1m, confirm: 2}
  database: {http: "https://db.example.org/", service: database, every: 1m, confirm: 2}
  docs: {http: "https://docs.example.org/", service: docs, every: 1m, confirm: 2}
records:
  incident:
    flow: [open, analysing, fixing, verifying, closed]
    back: {verifying: fixing}
    fields: {users_affected: number, downtime: duration}
    postmortem: [P1, P2]
"""


async def number_of(stage: Stage, kind: str) -> str:
    records = stage.house.wiring.get(Records)
    (number,) = await stage.house.store.read(lambda tx: records.open_ones(tx, (kind,)))
    return number


async def a_night(stage: Stage) -> None:
    house, hosts = stage.house, stage.hosts
    records, incidents = house.wiring.get(Records), house.wiring.get(Incidents)
    await stage.until("03:05")
    hosts.does["db.example.org"] = 500
    await stage.until("03:10")
    number = await number_of(stage, "incident")
    assert number == "CESIZEN-0001"
    record = await records.get(number)
    assert (record.title, record.priority, record.service) == ("Database is down", "P1", "database")
    # What leans on it joins; nobody is told twice.
    hosts.does["api.example.org"] = 500
    await stage.until("03:20")
    alert = (await house.wiring.get(Alerts).current())[0]
    await house.wiring.get(Alerts).acknowledge(alert.id, "user:devops")
    await stage.until("03:21")
    assert (await records.get(number)).acknowledged_by == "user:devops"
    span = Span(SUNDAY, SUNDAY + timedelta(days=1))
    [mark] = await house.wiring.get(Services).what_touched("database", span)
    assert (mark.sort, mark.says, mark.href, mark.until) == ("incident", number, f"/incidents/{number}", None)
    assert await house.wiring.get(Services).what_touched("docs", span) == []
    hosts.does = {}
    await stage.until("03:40")
    record = await records.get(number)
    assert record.stage == "verifying"
    assert record.fields["downtime"] not in (None, "")
    # It was not over after all.
    hosts.does["db.example.org"] = 500
    await stage.until("03:50")
    assert (await records.get(number)).stage == "fixing"
    hosts.does = {}
    await stage.until("04:10")
    await house.store.write(lambda tx: records.move(tx, number, "closed", by="user:devops"))
    await stage.until("04:11")
    found = await incidents.postmortem(number)
    assert found is not None
    assert found.state == "draft"
    rested = [one for part in ("summary", "timeline") for one in learning.sentences(found, part)]  # type: ignore[arg-type]
    assert rested
    known = {line.id for line in await incidents.lines((await incidents.cases(SUNDAY))[0][0])}
    assert {one.line for one in rested} <= known
    await incidents.write_part(number, "causes", ["No limit"], version=1, by="user:devops", language="en")
    await incidents.write_part(
        number, "actions", ["Set a limit @devops 2026-12-01"], version=2, by="user:devops", language="en"
    )
    await incidents.publish(number, "user:rssi")
    await stage.until("04:12")
    tasks = {task.text: (task.owner, task.done_at is not None) for task in (await records.get(number)).tasks}
    assert tasks == {"Publish the post-mortem": (None, True), "Set a limit": ("devops", False)}


def test_an_incident_goes_from_its_first_alert_to_its_published_post_mortem(tmp_path: Path) -> None:
    told = play(tmp_path, PLAN, SUNDAY, a_night)
    lines = [line for line in told.lines if "record:" in line or " incident." in line]
    kinds = [line.split(" ", 2)[2] for line in lines]
    assert kinds.count("record.opened") == 1
    for what in ("record.acknowledged", "incident.recovered", "incident.came-back", "record.failed", "record.closed"):
        assert what in kinds, what
    assert kinds.index("incident.postmortem-drafted") < kinds.index("incident.postmortem-published")


async def a_small_thing(stage: Stage) -> None:
    stage.hosts.does["docs.example.org"] = 500
    await stage.until("03:10")
    records = stage.house.wiring.get(Records)
    number = await number_of(stage, "ticket")
    stage.hosts.does = {}
    await stage.until("03:30")
    assert (await records.get(number)).over
    assert await stage.house.store.read(lambda tx: records.open_ones(tx, ("incident",))) == []


def test_what_is_not_urgent_opens_a_ticket_that_ends_by_itself(tmp_path: Path) -> None:
    play(tmp_path, PLAN, SUNDAY, a_small_thing)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Set a limit @devops 2026-12-01", ("Set a limit", "devops", "2026-12-01")),
        ("Ask @nobody about it", ("Ask @nobody about it", None, None)),
        ("On 2026-02-31, think", ("On 2026-02-31, think", None, None)),
        ("", ("", None, None)),
    ],
)
def test_an_action_says_whose_it_is_and_until_when(line: str, read: tuple[str, str | None, str | None]) -> None:
    from bosco.incidents.actions import read_action
    from bosco.plan.load import load_texts

    plan = load_texts({"plan.yml": PLAN}).plan
    assert plan is not None
    found = read_action(plan, line)
    assert (found.text, found.owner, found.due and f"{found.due:%Y-%m-%d}") == read
