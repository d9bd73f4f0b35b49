"""Who is on call for programs: the API and the command of a running Bosco tell the same."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from icalendar import Calendar
from tests.probes.pages_world import House, watching
from tests.running import bosco

NOW = datetime.now(UTC)
PLAN = """\
plan: Turns
language: en
timezone: Europe/Paris
team:
  ada: {name: Ada, email: ada@example.org, phone: "+33600000001", roles: [admin], level: 2}
  bea: {name: Bea, email: bea@example.org, roles: [responder], level: 3}
on_call:
  phone: {name: The phone, rotate: weekly, at: "mon 09:00", from: 2026-01-05, people: [ada, bea]}
  days: {people: [ada], hours: office, backup: bea}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("on-call"), PLAN) as opened:
        yield opened


def ask(house: House, path: str, body: Any = None, role: str = "manager") -> Any:
    answer = house.alive.ask(f"/api/v1/on-call{path}", body, token=house.tokens[role])
    return answer.json() if answer.status < 300 else answer.status


def command(house: House, *more: str) -> Any:
    folder = house.alive.folder
    return bosco("oncall", "--plan", str(folder / "plan.yml"), "--data", str(folder / "data"), *more)


def test_an_instant_on_a_day_of_change_has_its_person(house: House) -> None:
    # The Monday after clocks went back, at nine by the wall: 08:00 UTC.
    before = ask(house, "?at=2026-10-26T08:59:00%2B01:00")
    after = ask(house, "?at=2026-10-26T08:00:00Z")
    assert [one["on_call"][0]["person"]["name"] for one in (before[0], after[0])] == ["bea", "ada"]
    assert before[0]["next_at"] == "2026-10-26T08:00:00Z"
    assert before[1]["on_call"] == []
    assert before[1]["instead"] == [{"name": "bea", "label": "Bea"}]


def test_the_command_says_what_the_api_says(house: House) -> None:
    made = ask(
        house,
        "/overrides",
        {
            "rotation": "phone",
            "who": "bea",
            "start": "2031-03-12T07:00:00Z",
            "end": "2031-03-12T19:00:00Z",
            "reason": "leave",
        },
    )
    assert (made["start"], made["who"], made["whom"]) == ("2031-03-12T07:00:00Z", "bea", None)
    at = "2031-03-12T12:00"
    said = json.loads(command(house, "--at", at, "--json").stdout)
    told = ask(house, f"?at={at}:00%2B01:00")
    assert [one["people"] for one in said] == [[each["person"]["name"] for each in one["on_call"]] for one in told]
    assert said[0]["people"] == ["bea"]
    assert "takes over: leave" in told[0]["on_call"][0]["because"]
    assert command(house, "--at", at, "--rotation", "phone").stdout.startswith("The phone: Bea until 2031-03-12 20:00")
    assert [one["id"] for one in ask(house, "/overrides")] == [made["id"]]
    answer = house.alive.ask("/api/v1/on-call/overrides", token=house.tokens["viewer"])
    assert answer.status == 200


def test_what_the_command_cannot_do_it_says(house: House) -> None:
    for wrong in (["--at", "tomorrow"], ["--at", "0001-01-01"], ["--rotation", "none"]):
        ended = command(house, *wrong)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.strip()


def test_turns_and_holes_of_a_span_meet_exactly(house: House) -> None:
    told = ask(house, "/rotations/days?from=2026-10-23T22:00:00Z&until=2026-10-26T23:00:00Z")
    assert [(one["start"], one["end"]) for one in told["holes"]] == [
        ("2026-10-23T22:00:00Z", "2026-10-26T08:00:00Z"),
        ("2026-10-26T17:00:00Z", "2026-10-26T23:00:00Z"),
    ]
    assert [one["person"]["name"] for one in told["shifts"]] == ["ada"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?at=0001-01-01T00:00:00Z", 400),
        ("?at=nonsense", 400),
        ("/rotations/none", 404),
        ("/rotations/phone?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", 400),
        ("/rotations/phone?from=2026-01-01T00:00:00Z&until=2199-01-01T00:00:00Z", 400),
    ],
)
def test_what_is_no_question_is_refused(house: House, path: str, status: int) -> None:
    assert ask(house, path) == status


def test_an_exchange_is_asked_agreed_and_given_back_as_a_whole(house: House) -> None:
    weeks = [{"start": f"2032-01-{day}T08:00:00Z", "end": f"2032-01-{day + 7}T08:00:00Z"} for day in (12, 19)]
    people = [ask(house, f"?at={week['start']}")[0]["on_call"][0]["person"]["name"] for week in weeks]
    turns = [{"person": person, **week} for person, week in zip(people, weeks, strict=True)]
    wanted = {"rotation": "phone", "first": turns[0], "second": turns[1], "reason": "wedding"}
    assert ask(house, "/exchanges", wanted, "responder") == 403
    assert ask(house, "/exchanges", {**wanted, "second": {**turns[1], "person": turns[0]["person"]}}) == 400
    asked = ask(house, "/exchanges", wanted)
    assert asked["state"] == "asked"
    assert ask(house, f"/exchanges/{asked['id']}/agree", {}, "responder") == 403
    assert ask(house, f"/exchanges/{asked['id']}/agree", {})["state"] == "agreed"
    assert ask(house, f"/exchanges/{asked['id']}/agree", {}) == 409
    now = [ask(house, f"?at={week['start']}")[0]["on_call"][0]["person"]["name"] for week in weeks]
    assert now == people[::-1]
    again = ask(
        house,
        "/exchanges",
        {**wanted, "first": {**turns[0], "person": people[1]}, "second": {**turns[1], "person": people[0]}},
    )
    assert ask(house, f"/exchanges/{again['id']}/withdraw", {})["state"] == "cancelled"


def test_a_private_address_gives_a_rotation_to_any_calendar(house: House) -> None:
    assert house.post("/on-call/calendars/rotation/phone", "viewer").status == 403
    assert house.post("/on-call/calendars/person/ada", "responder").status == 403
    assert house.post("/on-call/calendars/rotation/none", "manager").status == 404
    path = feed_of(house, "phone")
    first = house.alive.ask(path, token="")
    assert (first.status, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    events = [one for one in Calendar.from_ical(first.text).walk("VEVENT") if one.end > NOW]
    told = ask(house, f"/rotations/phone?from={quote(events[0].start.isoformat())}")["shifts"]
    spans = [(one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in events[: len(told) - 1]]
    assert spans == [(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"])) for one in told[:-1]]
    assert [str(one["summary"]) for one in events[:2]] == [f"{one['person']['label']}: The phone" for one in told[:2]]
    # Programs tell entries apart by their identity, which may not change from one reading to the next.
    again = Calendar.from_ical(house.alive.ask(path, token="").text)
    assert {str(one["uid"]) for one in events} <= {str(one["uid"]) for one in again.walk("VEVENT")}
    assert feed_of(house, "phone") != path
    assert house.alive.ask(path, token="").status == 404


def feed_of(house: House, rotation: str) -> str:
    assert house.post(f"/on-call/calendars/rotation/{rotation}", "manager").status == 200
    page = house.page(f"/on-call?rotation={rotation}").text
    found = re.search(r"/calendars/[\w-]{43}\.ics", page)
    assert found is not None
    return found[0]


@pytest.mark.parametrize("name", ["x", "x.ics", ".ics", "x" * 3000 + ".ics", "%00.ics", "..%2f.ics"])
def test_an_address_that_nobody_gave_leads_nowhere(house: House, name: str) -> None:
    assert house.alive.ask(f"/calendars/{name}", token="").status == 404
