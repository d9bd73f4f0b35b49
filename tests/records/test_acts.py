"""Every verb of a record, as a form of its page and as a call of the API; asked twice with one key, done once."""

import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.probes.pages_world import HOSTILE, House, watching
from tests.probes.pages_world import PLAN as WATCHED
from tests.running import Answer

PLAN = (
    WATCHED
    + """\
team:
  ada: {name: Ada Lovelace, email: ada@example.org, roles: [responder]}
  bob: {email: bob@example.org}
records:
  sheet:
    code: SHEET
    flow: [open, doing, trying, closed]
    back: {trying: doing}
    priorities: {P1: {acknowledge: 15m, resolve: 1h}, P2: {resolve: 8h}}
    fields:
      impact: long text
      cause: {type: choice, options: [code, network], required: yes}
      checks: {type: checklist, options: [logs, metrics]}
      day: date
      owner: person
    approve: {trying: ada}
"""
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("acts"), PLAN) as opened:
        yield opened


@pytest.fixture
def number(house: House) -> str:
    made = ask(house, "", {"title": "Panne", "kind": "sheet", "priority": "P1"})
    return str(made.json()["number"])


def ask(house: House, path: str, body: Any = None, role: str = "responder", **headers: str) -> Answer:
    return house.alive.ask(f"/api/v1/records{path}", body, token=house.tokens[role], **headers)


def test_a_program_does_what_people_do(house: House, number: str) -> None:
    def does(path: str, body: object) -> Any:
        answer = ask(house, f"/{number}/{path}", body)
        assert answer.status == 200, answer.text
        return answer.json()

    other = ask(house, "", {"title": "Autre", "kind": "sheet"}).json()["number"]
    assert does("assign", {"to": "ada"})["assignee"] == "ada"
    assert does("watchers", {"person": "bob"})["watchers"] == ["bob"]
    assert does("watchers", {"person": "bob", "on": False})["watchers"] == []
    assert does("roles", {"role": "lead", "person": "ada"})["roles"] == {"lead": "ada"}
    task = does("tasks", {"text": "add an index", "owner": "ada", "due": "2030-01-02T10:00:00"})["tasks"][0]
    assert task["due"] == "2030-01-02T10:00:00Z"
    assert does("tasks/done", {"id": task["id"]})["tasks"][0]["done_by"]
    assert does("links", {"target": other})["links"][0]["target"] == f"record:{other}"
    assert does("links/remove", {"target": f"record:{other}"})["links"] == []
    assert does("priority", {"priority": "P2", "why": "less so"})["priority"] == "P2"
    assert does("acknowledge", {})["acknowledged_at"]
    assert does("told", {"why": "on the status page"})["told"]
    made = does("split", {"title": "Une partie"})
    assert made["number"] not in (number, other)
    assert does("merge", {"into": other, "why": "same"})["number"] == other
    assert ask(house, f"/{number}").json()["merged_into"] == other


def test_the_word_that_a_stage_asks_for_is_owed_before_it(house: House, number: str) -> None:
    refused = ask(house, f"/{number}/moves", {"stage": "trying"})
    assert refused.status == 409
    assert "ada" in refused.json()["hint"]
    assert ask(house, f"/{number}/moves", {"stage": "doing"}).status == 200
    assert ask(house, f"/{number}/approvals", {}).status == 403


def test_what_was_asked_once_with_a_key_is_done_once(house: House) -> None:
    body = {"title": "Une fois", "kind": "sheet"}
    first, again = (ask(house, "", body, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json()["number"] == again.json()["number"]
    other = ask(house, "", {**body, "title": "Autre chose"}, **{"Idempotency-Key": "k1"})
    assert (other.status, other.json()["code"], other.json()["where"]) == (409, "conflict", "Idempotency-Key")
    at = f"/{first.json()['number']}/comments"
    counts = [ask(house, at, {"text": "word"}, **{"Idempotency-Key": "k2"}).json()["comments"] for _ in range(3)]
    assert counts == [1, 1, 1]
    # A key belongs to whoever sent it.
    assert ask(house, at, {"text": "word"}, "manager", **{"Idempotency-Key": "k2"}).json()["comments"] == 2


@pytest.mark.parametrize(
    ("act", "fields", "reads"),
    [
        ("assign", {"to": "ada"}, "Ada Lovelace"),
        ("watch", {"person": "bob"}, "bob"),
        ("role", {"role": "scribe", "person": "ada"}, "Ada Lovelace"),
        ("task", {"text": "look again", "owner": "bob", "due": "2030-01-02T10:00"}, "look again"),
        ("link", {"target": "https://example.org/x"}, 'href="https://example.org/x"'),
        ("priority", {"priority": "P2", "why": "calmer"}, "calmer"),
        ("told", {"why": "said on the status page"}, "said on the status page"),
        ("comment", {"text": "a public word", "public": "1"}, "a public word"),
        (
            "edit",
            {"title": "Panne", "day": "2026-12-24", "checks-shown": "1", "checks": "logs", "seen": "1"},
            "2026-12-24",
        ),
    ],
)
def test_a_person_does_it_with_a_plain_form(
    house: House, number: str, act: str, fields: dict[str, str], reads: str
) -> None:
    assert house.post(f"/records/{number}/{act}", "responder", **fields).status == 200
    assert reads in house.page(f"/records/{number}").text


@pytest.mark.parametrize(
    ("act", "fields", "says"),
    [
        ("move", {"stage": "closed"}, "Cause"),
        ("task", {"text": ""}, "what is to be done"),
        ("task", {"text": "x", "due": "never"}, "could not be read"),
        ("link", {"target": "javascript alert"}, "names nothing"),
        ("link", {"target": "record:NONE-1"}, "no record"),
        ("merge", {"into": "NONE-1"}, "no record"),
        ("priority", {"priority": "P9"}, "no priority"),
        ("approve", {}, "ada"),
        ("excuse", {"clock": "resolve", "why": "x"}, "not broken"),
        ("fail", {"why": "x"}, "returns"),
        ("split", {"title": ""}, "title"),
        ("edit", {"title": "", "seen": "1"}, "title"),
        ("edit", {"title": "x", "cause": "weather", "seen": "1"}, "choices"),
        ("edit", {"title": "x", "seen": "9" * 30}, "Panne"),
    ],
)
def test_what_cannot_be_is_refused_calmly_on_the_same_page(
    house: House, number: str, act: str, fields: dict[str, str], says: str
) -> None:
    answer = house.post(f"/records/{number}/{act}", "responder", **fields)
    assert answer.status in (200, 422)
    if answer.status == 422:
        assert says.casefold() in answer.text.casefold()
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "act", ["comment", "task", "told", "split", "link", "merge", "role", "watch", "assign", "fail"]
)
def test_a_hostile_text_is_a_text_wherever_it_is_written(house: House, number: str, act: str) -> None:
    names = ("text", "why", "title", "target", "into", "person", "to", "role")
    answer = house.post(f"/records/{number}/{act}", "responder", **dict.fromkeys(names, HOSTILE))
    assert answer.status in (200, 422)
    assert HOSTILE not in answer.text
    assert HOSTILE not in house.page(f"/records/{number}").text


def test_markdown_of_a_long_text_shows_without_its_scripts(house: House, number: str) -> None:
    text = f"**bold** {HOSTILE} [x](javascript:alert(1)) ![y](https://example.org/pixel.png)\n\n- one"
    house.post(f"/records/{number}/edit", "responder", title="Panne", impact=text, seen="1")
    page = house.page(f"/records/{number}").text
    assert "<strong>bold</strong>" in page
    assert "<li>one</li>" in page
    assert HOSTILE not in page
    assert 'href="javascript' not in page
    assert "<img" not in page.partition("<main")[2]


def test_markdown_shows_while_it_is_typed(house: House) -> None:
    seen = house.post("/records/preview?field=impact", "responder", impact=f"**all** {HOSTILE}")
    assert (seen.status, "<strong>all</strong>" in seen.text, HOSTILE in seen.text) == (200, True, False)
    assert house.post("/records/preview?field=impact", "viewer", impact="x").status == 403


def test_a_list_of_things_to_check_can_be_emptied(house: House, number: str) -> None:
    def edit(checks: list[str]) -> list[str]:
        fields = [("title", "Panne"), ("checks-shown", "1"), *[("checks", one) for one in checks]]
        request = urllib.request.Request(
            f"http://127.0.0.1:{house.alive.port}/records/{number}/edit",
            urllib.parse.urlencode(fields).encode(),
            {"Authorization": f"Bearer {house.tokens['responder']}", "HX-Request": "true"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200
        return ask(house, f"/{number}").json()["fields"].get("checks") or []

    assert edit(["metrics", "logs"]) == ["logs", "metrics"]
    assert edit([]) == []
