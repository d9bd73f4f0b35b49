"""CESIZen's own plan: a P1 from a probe that fails to its published post-mortem on paper; other names of severities."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.incidents.test_story import number_of
from tests.stories.house import Stage, play

from bosco.incidents import learning
from bosco.incidents.postmortem import PARTS
from bosco.incidents.print import paper_of
from bosco.incidents.section import opened_by
from bosco.incidents.service import Incidents
from bosco.incidents.tell_world import Words
from bosco.kit.refusal import Refusal
from bosco.plan.header import TIMEZONE
from bosco.plan.load import load_texts
from bosco.records.section import demands_postmortem
from bosco.records.service import Records
from bosco.web.paper import as_pdf

PLANS = Path(__file__).resolve().parents[2] / "plans"
SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WATCH = 'probes:\n  api-health: {http: "https://api.cesizen.app/health", service: api, every: 1m, confirm: 2}\n'
KEPT = ("plan.yml", "people.yml", "services.yml", "notify.yml", "records.yml")
CESIZEN = "\n".join((PLANS / "cesizen" / name).read_text("utf-8") for name in KEPT)
DEVOPS = "person:devops"


async def a_sunday_night(stage: Stage) -> None:
    house, store = stage.house, stage.house.store
    records, incidents = house.wiring.get(Records), house.wiring.get(Incidents)
    await stage.until("03:05")
    stage.hosts.does["api.cesizen.app"] = 500
    await stage.until("03:12")
    number = await number_of(stage, "incident")
    record = await records.get(number)
    assert (record.number, record.priority, record.service) == ("CESIZEN-0001", "P1", "api")
    # Taken, talked about, told to the world; the first correction fails its tests and returns by itself.
    await store.write(lambda tx: records.acknowledge(tx, number, by=DEVOPS))
    await store.write(lambda tx: records.role(tx, number, "lead", "devops", by=DEVOPS))
    await store.write(lambda tx: records.comment(tx, number, "Plus de mémoire sur l’API", by=DEVOPS))
    await incidents.keep_words(number, Words("public", "Nous cherchons.", "We are looking."), DEVOPS)
    for stage_name in ("analysing", "fixing", "testing"):
        await store.write(lambda tx, to=stage_name: records.move(tx, number, to, by=DEVOPS))  # type: ignore[misc]
    failed = await store.write(lambda tx: records.fail(tx, number, by=DEVOPS, why="les tests tombent"))
    assert failed.stage == "fixing"
    await stage.until("03:30")
    for stage_name in ("testing", "deploying"):
        await store.write(lambda tx, to=stage_name: records.move(tx, number, to, by=DEVOPS))  # type: ignore[misc]
    stage.hosts.does = {}
    await stage.until("03:45")
    record = await records.get(number)
    assert record.stage == "verifying"
    # Worked out from the probe, then corrected by somebody who knows better, with a reason.
    assert record.fields["downtime"]
    sheet = {"users_affected": "40%", "features": "Exercices\nProfil", "business_impact": "Nuit : peu d’usages"}
    await store.write(lambda tx: records.edit(tx, number, sheet, by=DEVOPS))
    await store.write(lambda tx: records.edit(tx, number, {"downtime": "26m"}, by=DEVOPS, why="vu dans les journaux"))
    with pytest.raises(Refusal):
        await store.write(lambda tx: records.move(tx, number, "closed", by=DEVOPS))
    more = {"corrective_actions": ["Redémarrage"], "preventive_actions": ["Limiter la mémoire"]}
    await store.write(lambda tx: records.edit(tx, number, more, by=DEVOPS))
    await store.write(lambda tx: records.move(tx, number, "closed", by=DEVOPS))
    await stage.until("03:46")
    await _learn(stage, number)


async def _learn(stage: Stage, number: str) -> None:
    house = stage.house
    records, incidents = house.wiring.get(Records), house.wiring.get(Incidents)
    found = await incidents.postmortem(number)
    assert found is not None
    drafted = [one for part in PARTS for one in learning.sentences(found, part)]
    assert len(drafted) > 10
    # Nothing is invented: each sentence stands on a line that can be read.
    known = {line.id for line in await incidents.lines((await incidents.cases(SUNDAY))[0][0])}
    assert {one.line for one in drafted} <= known
    written = {"causes": ["Rien ne limitait la mémoire."], "actions": ["Limiter la mémoire @backend 2026-12-15"]}
    for version, (part, lines) in enumerate(written.items(), found.version):
        await incidents.write_part(number, part, lines, version=version, by=DEVOPS, language="fr")
    await incidents.give_to_read(number, DEVOPS)
    await incidents.publish(number, "person:rssi")
    await stage.until("03:47")
    record = await records.get(number)
    tasks = {task.text: (task.owner, task.done_at is not None) for task in record.tasks}
    assert tasks["Limiter la mémoire"] == ("backend", False)
    published = await incidents.postmortem(number)
    assert published is not None
    assert published.state == "published"
    paper = paper_of(record, published, "fr", house.current.plan[TIMEZONE], "CESIZen")
    text = in_paper(as_pdf(paper))
    for words in ("CESIZEN-0001", "40%", "Rien ne limitait la mémoire.", "Publié", "Limiter la mémoire"):
        assert words in text, words


def in_paper(pdf: bytes) -> str:
    """Return the words of a document."""
    said = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(said.stdout.decode().split())


def test_a_p1_goes_from_a_probe_that_fails_to_a_published_post_mortem(tmp_path: Path) -> None:
    told = play(tmp_path, CESIZEN + "\n" + WATCH, SUNDAY, a_sunday_night)
    kinds = [line.split(" ", 2)[2] for line in told.lines if "record:CESIZEN-0001" in line]
    order = ("record.opened", "record.acknowledged", "record.failed", "incident.recovered", "record.closed")
    places = [kinds.index(one) for one in (*order, "incident.postmortem-drafted", "incident.postmortem-published")]
    assert places == sorted(places)


@pytest.mark.parametrize(("severity", "opens", "learnt"), [("SEV1", "incident", True), ("SEV2", "incident", True)])
def test_severities_of_another_name_open_incidents_and_demand_what_was_learnt(
    severity: str, opens: str, learnt: bool
) -> None:
    plan = load_texts({one.name: one.read_text("utf-8") for one in (PLANS / "blockdeploy").glob("*.yml")}).plan
    assert plan is not None
    assert opened_by(plan, severity) == opens
    assert demands_postmortem(plan, "incident", severity) is learnt
    assert opened_by(plan, "SEV3") == "ticket"
    assert not demands_postmortem(plan, "incident", "SEV3")
