"""The API of alerts and silences, on a running Bosco."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.probes.pages_world import House, watching
from tests.running import Answer


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("api")) as opened:
        opened.alive.until("/api/v1/alerts", lambda answer: bool(answer.json()["alerts"]))
        yield opened


def ask(house: House, method: str, path: str, body: Any = None, *, role: str = "responder", **headers: str) -> Answer:
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.alive.port}{path}",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {house.tokens[role]}", "Content-Type": "application/json", **headers},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Answer(answer.status, answer.read().decode(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode(), dict(error.headers))


def first(house: House) -> Any:
    return ask(house, "GET", "/api/v1/alerts?service=api").json()["alerts"][0]


def test_an_alert_is_told_with_what_comes_next_in_the_language_of_its_reader(house: House) -> None:
    one = first(house)
    assert (one["service"], one["state"], one["priority"], one["muted"]) == ("api", "firing", "P1", None)
    told = ask(house, "GET", f"/api/v1/alerts/{one['id']}", **{"Accept-Language": "fr"}).json()
    assert told["title"] == "API Core est en panne"
    assert ask(house, "GET", "/api/v1/alerts?state=resolved").json() == {"alerts": [], "next": None}
    assert ask(house, "GET", "/api/v1/alerts?state=odd").status == 400


def test_it_is_taken_given_back_and_no_reader_may_do_so(house: House) -> None:
    path = f"/api/v1/alerts/{first(house)['id']}"
    assert ask(house, "POST", f"{path}/acknowledge", {}, role="viewer").status == 403
    assert ask(house, "POST", f"{path}/acknowledge", {"until": "2020-01-01T00:00:00Z"}).status == 400
    taken = ask(house, "POST", f"{path}/acknowledge", {}).json()
    assert taken["acknowledged_by"]
    assert ask(house, "POST", f"{path}/acknowledge", {}).json()["acknowledged_at"] == taken["acknowledged_at"]
    assert ask(house, "POST", f"{path}/unacknowledge", {"reason": "asleep"}).json()["acknowledged_by"] is None
    assert ask(house, "POST", "/api/v1/alerts/NOPE/acknowledge", {}).status == 404


def test_a_silence_is_made_once_for_one_key_and_mutes_what_it_says_it_would(house: House) -> None:
    covers = {"service": "api", "label.state": "down"}
    seen = ask(house, "POST", "/api/v1/silences/preview", {"covers": covers}, role="viewer").json()
    assert (seen["count"], [one["service"] for one in seen["alerts"]]) == (1, ["api"])
    body = {"covers": covers, "lasts": "2h", "reason": "we know"}
    made = ask(house, "POST", "/api/v1/silences", body, **{"Idempotency-Key": "one"})
    assert made.status == 201, made.text
    again = ask(house, "POST", "/api/v1/silences", body, **{"Idempotency-Key": "one"})
    assert again.json()["id"] == made.json()["id"]
    assert first(house)["muted"]["by"] == "silence"
    path = f"/api/v1/silences/{made.json()['id']}"
    longer = ask(house, "PATCH", path, {"lasts": "1 day", "reason": "still"}).json()
    assert longer["ends_at"] > made.json()["ends_at"]
    assert first(house)["muted"]["until"] == longer["ends_at"]
    assert ask(house, "DELETE", path, role="viewer").status == 403
    assert ask(house, "DELETE", path).json()["over"] is True
    assert first(house)["muted"] is None
    assert ask(house, "PATCH", path, {"lasts": "1h"}).status == 409
    assert [one["id"] for one in ask(house, "GET", "/api/v1/silences?over=true").json()["silences"]] == [
        made.json()["id"]
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"covers": {}, "lasts": "2h", "reason": "x"}, 400),
        ({"covers": {"service": " "}, "lasts": "2h", "reason": "x"}, 400),
        ({"covers": {"colour": "red"}, "lasts": "2h", "reason": "x"}, 400),
        ({"covers": {"service": "api"}, "lasts": "a while", "reason": "x"}, 400),
        ({"covers": {"service": "api"}, "lasts": "3 years", "reason": "x"}, 400),
        ({"covers": {"service": "api"}, "until": "2020-01-01T00:00:00", "reason": "x"}, 400),
        ({"covers": {"service": "api"}, "reason": "x"}, 400),
        ({"covers": {"service": "api"}, "lasts": "2h", "reason": "  "}, 400),
        ({"covers": {"service": "a" * 4000}, "lasts": "2h", "reason": "x"}, 400),
        ({"covers": {f"label.{n}": "x" for n in range(30)}, "lasts": "2h", "reason": "x"}, 400),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused_with_a_problem(house: House, body: Any, status: int) -> None:
    refused = ask(house, "POST", "/api/v1/silences", body)
    assert refused.status == status, refused.text
    assert (refused.json()["status"], bool(refused.json()["title"])) == (status, True)


def test_the_pages_of_the_list_follow_each_other_and_closing_says_why(house: House) -> None:
    page = ask(house, "GET", "/api/v1/alerts?limit=1").json()
    rest = ask(house, "GET", f"/api/v1/alerts?limit=500&before={page['next'] or '0'}").json()
    ids = [one["id"] for one in (*page["alerts"], *rest["alerts"])]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)
    path = f"/api/v1/alerts/{first(house)['id']}"
    assert ask(house, "POST", f"{path}/close", {"reason": ""}).status == 400
    closed = ask(house, "POST", f"{path}/close", {"reason": "seen"}).json()
    assert (closed["state"], closed["resolved_why"], closed["next"]) == ("resolved", "seen", None)
    assert ask(house, "POST", f"{path}/close", {"reason": "again"}).status == 409
