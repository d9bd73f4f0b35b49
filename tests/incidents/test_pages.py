"""Every page of incidents out of the real process: hostile words in every field are words, in both languages."""

import csv
import io
from collections.abc import Iterator

import pytest
from tests.probes.pages_world import HOSTILE, House, watching
from tests.probes.pages_world import PLAN as WATCHED
from tests.running import Answer

PLAN = (
    WATCHED
    + """\
records:
  incident:
    fields:
      users_affected: number
      cause: text
      impact: long text
      features: list
      downtime: duration
"""
)
FIELDS = {
    "cause": f"={HOSTILE}",
    "impact": HOSTILE,
    "features": f"{HOSTILE}\nb",
    "users_affected": "40%",
    "downtime": "12m",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("incidents-pages"), PLAN) as opened:
        yield opened


@pytest.fixture(scope="module")
def number(house: House) -> str:
    made = house.alive.ask("/api/v1/records", {"title": HOSTILE, "priority": "P1"}, token=house.tokens["responder"])
    found = str(made.json()["number"])
    at = f"/incidents/{found}"
    seen = str(made.json()["seq"])
    assert house.post(f"{at}/sheet", "responder", seen=seen, why=HOSTILE, **FIELDS).status == 200
    assert house.post(f"{at}/comment", "responder", text=HOSTILE).status == 200
    for audience in ("public", "internal"):
        assert house.post(f"{at}/words", "responder", audience=audience, fr=HOSTILE, en=HOSTILE).status == 200
    task = {"text": HOSTILE, "owner": None}
    assert house.alive.ask(f"/api/v1/records/{found}/tasks", task, token=house.tokens["responder"]).status == 200
    assert house.post(f"{at}/postmortem", "responder").status == 200
    for version, part in enumerate(("summary", "causes", "well", "actions"), 1):
        sent = house.post(f"{at}/postmortem/{part}", "responder", text=HOSTILE, version=str(version))
        assert sent.status == 200, sent.text
    return found


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "path",
    ["/incidents", "/incidents/new", "/incidents/figures", "/incidents/{}", "/incidents/{}/postmortem", "/records/{}"],
)
def test_hostile_words_are_words_on_every_page(house: House, number: str, path: str, language: str) -> None:
    answer = house.page(path.format(number), language=language)
    assert answer.status == 200
    assert f'<html lang="{language}"' in answer.text
    assert HOSTILE not in answer.text


def test_the_table_of_incidents_runs_nothing_in_a_spreadsheet(house: House, number: str) -> None:
    rows = list(csv.DictReader(io.StringIO(house.page("/incidents/figures.csv").text)))
    mine = next(row for row in rows if row["number"] == number)
    assert mine["cause"] == f"'={HOSTILE}"
    assert mine["resolved"] == ""
    assert float(mine["to_detect"]) >= 0


def test_what_is_refused_is_told_on_the_page_and_nothing_typed_is_lost(house: House, number: str) -> None:
    wrong = house.post(f"/incidents/{number}/sheet", "responder", seen="99", downtime="soon", impact="what I typed")
    assert wrong.status == 422
    assert "what I typed" in wrong.text
    assert house.post(f"/incidents/{number}/merge", "responder", into=number).status == 422
    assert house.post(f"/incidents/{number}/merge", "responder", into="NOPE-1").status == 404
    assert house.post(f"/incidents/{number}/split", "responder", title="").status == 422
    assert house.post(f"/incidents/{number}/words", "responder", audience="public", fr="", en="").status == 422
    assert house.post(f"/incidents/{number}/words", "viewer", audience="public", fr="x", en="x").status == 403


def test_an_incident_is_divided_and_joined_again_from_its_page(house: House, number: str) -> None:
    made = house.post(f"/incidents/{number}/split", "responder", title="A part of it")
    other = made.headers["hx-redirect"].rsplit("/", 1)[1]
    assert other != number
    joined = house.post(f"/incidents/{other}/merge", "responder", into=number)
    assert joined.headers["hx-redirect"] == f"/incidents/{number}"


def test_an_incident_can_be_opened_from_every_page(house: House) -> None:
    for path in ("/", "/services", "/journal", "/anomalies"):
        assert 'href="/incidents/new"' in house.page(path, role="responder").text
        assert 'href="/incidents/new"' not in house.page(path, role="viewer").text


def test_a_program_reads_what_moved_and_was_learnt_writes_a_part_and_keeps_words(house: House, number: str) -> None:
    def ask(path: str, body: object = None, role: str = "responder") -> Answer:
        return house.alive.ask(f"/api/v1/incidents{path}", body, token=house.tokens[role])

    assert number in {one["number"] for one in ask("").json()}
    assert ask(f"/{number}/moves").json() == []
    learnt = ask(f"/{number}/postmortem?language=fr").json()
    assert learnt["state"] == "draft"
    assert HOSTILE in [one["says"] for one in learnt["parts"]["causes"]]
    part = {"sentences": ["No limit."], "version": learnt["version"]}
    assert ask(f"/{number}/postmortem/causes", part).json()["parts"]["causes"][0]["says"] == "No limit."
    assert ask(f"/{number}/postmortem/causes", part).status == 409
    assert ask(f"/{number}/postmortem/nothing", {**part, "version": learnt["version"] + 1}).status == 404
    told = len(ask(f"/{number}/words", {"en": "We are looking."}).json()["told"])
    assert told >= 1
    assert len(ask(f"/{number}/words", {"en": "Who leads?", "audience": "internal"}).json()["told"]) == told
    assert ask(f"/{number}/words", {"en": "x"}, "viewer").status == 403
    assert ask(f"/{number}/words", {}).status == 400
    figures = ask("/figures?span=1y").json()
    assert figures["count"] >= figures["open"] >= 1
