"""The API of probes and services, as programs meet it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browser import free_port
from tests.probes.ping_server import Listening, listening

PLAN = """
plan: {en: Shop}
services:
  api: {name: {en: The API, fr: L’API}, sla: 99.9%, needs: [database]}
  database: {}
probes:
  api-health: {http: "https://api.example.org/health", service: api, every: 1h, confirm: 1}
  paused: {http: "https://api.example.org/", paused: true}
  nightly: {heartbeat: 1d, key: "${JOB_KEY}"}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(tmp_path_factory.mktemp("api"), PLAN, free_port()) as opened:
        yield opened


def ask(server: Listening, path: str, role: str = "viewer", method: str = "GET", **more: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {role}", **more.pop("headers", {})}
    return httpx.request(method, f"{server.address}{path}", headers=headers, **more)


def test_probes_are_listed_and_narrowed(server: Listening) -> None:
    def names(query: str) -> list[str]:
        return [one["name"] for one in ask(server, f"/api/v1/probes{query}").json()]

    assert names("") == ["api-health", "paused", "nightly"]
    assert names("?service=api") == ["api-health"]
    assert names("?state=down") == []
    assert ask(server, "/api/v1/probes?state=odd").status_code == 400


def test_a_stranger_is_told_nothing(server: Listening) -> None:
    for path in ("/api/v1/probes", "/api/v1/probes/api-health", "/api/v1/services", "/api/v1/services/api"):
        assert ask(server, path, role="stranger").status_code == 401


def test_a_responder_looks_now_and_sees_what_changed(server: Listening) -> None:
    assert ask(server, "/api/v1/probes/api-health/check", method="POST").status_code == 403
    server.world.hosts.does["api.example.org"] = 503
    told = ask(server, "/api/v1/probes/api-health/check", role="responder", method="POST").json()
    assert (told["state"], told["last_look"]["outcome"]) == ("down", "down")
    assert told["last_look"]["expectations"][0]["held"] is False
    service = ask(server, "/api/v1/services/api", headers={"accept-language": "fr"}).json()["service"]
    assert (service["label"], service["state"], service["probes"]) == ("L’API", "down", ["api-health"])
    assert "503" in service["because"]
    server.world.hosts.does["api.example.org"] = 200
    told = ask(server, "/api/v1/probes/api-health/check", role="responder", method="POST").json()
    assert told["state"] == "up"


@pytest.mark.parametrize(("name", "status"), [("nightly", 409), ("paused", 409), ("nobody", 404)])
def test_what_cannot_be_looked_at_says_why(server: Listening, name: str, status: int) -> None:
    answer = ask(server, f"/api/v1/probes/{name}/check", role="responder", method="POST")
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_service_that_nothing_watches_is_unknown(server: Listening) -> None:
    told = {one["name"]: one for one in ask(server, "/api/v1/services").json()}
    assert told["api"]["sla"] == 99.9
    assert told["api"]["needs"] == ["database"]
    assert (told["database"]["state"], told["database"]["because"]) == ("unknown", "no probe watches it")
    assert ask(server, "/api/v1/services/nobody").status_code == 404


def test_a_month_is_measured_and_a_manager_corrects_it(server: Listening) -> None:
    month = ask(server, "/api/v1/services/api").json()["month"]
    assert (month["sla"], month["verdict"]) == (99.9, month["verdict"])
    assert month["allowed"] > 0
    past = ask(server, "/api/v1/services/api?month=2020-02").json()["month"]
    assert (past["start"], past["end"]) == ("2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z")
    assert (past["coverage"], past["verdict"], past["unknown"]) == (0.0, "unproven", 29 * 86400.0)
    said = {
        "start": "2020-02-01T00:00:00Z",
        "end": "2020-02-02T00:00:00Z",
        "says": "down",
        "reason": "the mail of Monday",
    }
    path = "/api/v1/services/api/corrections"
    assert ask(server, path, role="responder", method="POST", json=said).status_code == 403
    assert ask(server, path, role="manager", method="POST", json=said).status_code == 201
    assert ask(server, "/api/v1/services/api?month=2020-02").json()["month"]["down"] == 86400.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"end": "2020-01-01T00:00:00Z"},
        {"end": "2999-01-01T00:00:00Z"},
        {"says": "fine"},
        {"start": "x"},
    ],
)
def test_a_wrong_correction_is_refused(server: Listening, wrong: dict[str, str]) -> None:
    said = {"start": "2020-02-01T00:00:00Z", "end": "2020-02-02T00:00:00Z", "says": "down", "reason": "x", **wrong}
    answer = ask(server, "/api/v1/services/api/corrections", role="manager", method="POST", json=said)
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize("month", ["2026-13", "26-1", "2026-1", "0000-01", "9999-12-01", "%00"])
def test_a_wrong_month_is_refused(server: Listening, month: str) -> None:
    assert ask(server, f"/api/v1/services/api?month={month}").status_code == 400


def test_the_api_describes_itself(server: Listening) -> None:
    described = httpx.get(f"{server.address}/api/openapi.json").json()["paths"]
    assert described["/api/v1/probes/{name}/check"]["post"]["summary"] == "Look now"
    assert {"service", "state"} == {one["name"] for one in described["/api/v1/probes"]["get"]["parameters"]}


def test_figures_tell_lateness_and_states(server: Listening) -> None:
    told = {one.name: one for one in server.ask(server.world.probes.figures())}
    assert told["bosco_look_lateness_seconds_count"].counts
    states = [one for one in server.ask(server.world.probes.figures()) if one.name == "bosco_probes"]
    assert sum(one.value for one in states) == 3


def test_it_is_ready_once_it_watches(server: Listening, tmp_path: Path) -> None:
    assert server.ask(server.world.probes.not_ready()) is None
