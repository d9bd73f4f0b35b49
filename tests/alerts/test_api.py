"""The API of alerts and silences, on a running Bosco."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from tests.alerts.world import plan_of
from tests.probes.pages_world import PLAN, House, watching
from tests.running import Answer

from bosco.alerts.api_rules import words_of
from bosco.alerts.ready import ready_rules
from bosco.alerts.rule_states import CALLED, states_elsewhere

LEVELS = """
supervision:
  infra:
    - queue_depth: {warning: 80, critical: "> 90 for 5m"}
    - never_sent: {warning: 80%}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("api"), PLAN + LEVELS) as opened:
        values = [{"name": "queue_depth", "labels": {"host": "db1"}, "value": 40}]
        assert opened.alive.ask("/api/v1/measures", values).status == 200
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


def test_the_levels_of_the_plan_are_told_with_how_each_stands(house: House) -> None:
    told = house.alive.until("/api/v1/rules", lambda answer: answer.json()["rules"][0]["state"] == "fine").json()
    rules = {one["key"]: one for one in told["rules"]}
    assert [*rules] == ["infra/queue_depth/critical", "infra/queue_depth/warning", "infra/never_sent/warning"]
    assert (told["next"], told["judged_here"]) == (None, True)
    critical, never = rules["infra/queue_depth/critical"], rules["infra/never_sent/warning"]
    assert (critical["level"], critical["lasts"], critical["series"], critical["fed"]) == ("critical", 300.0, 1, True)
    assert "90" in critical["condition"]
    assert critical["judged_at"] == told["judged_at"]
    assert (never["state"], never["says"], never["series"], never["fed"]) == ("unheard", "Never heard of", 0, False)
    full = ask(house, "GET", "/api/v1/rules/infra/queue_depth/warning", role="viewer").json()
    assert ([(one["labels"], one["state"]) for one in full["each"]], full["more"]) == ([({"host": "db1"}, "fine")], 0)
    french = ask(house, "GET", "/api/v1/rules/infra/never_sent/warning", **{"Accept-Language": "fr"}).json()
    assert (french["says"], french["each"]) == ("Jamais reçue", [])


def test_levels_come_in_pages_and_one_that_the_plan_has_not_is_refused(house: House) -> None:
    first_page = ask(house, "GET", "/api/v1/rules?limit=2").json()
    assert first_page["next"] == "infra/queue_depth/warning"
    rest = ask(house, "GET", f"/api/v1/rules?limit=2&before={first_page['next']}").json()
    assert ([one["measure"] for one in rest["rules"]], rest["next"]) == (["never_sent"], None)
    unheard = ask(house, "GET", "/api/v1/rules?state=unheard").json()["rules"]
    assert [one["measure"] for one in unheard] == ["never_sent"]
    asked = ("?before=no/such", "?limit=0", "?state=odd", "/no/such", "/")
    assert [ask(house, "GET", f"/api/v1/rules{one}").status for one in asked] == [404, 400, 400, 404, 200]


def test_where_another_process_judges_the_levels_it_is_said_and_nothing_is_guessed() -> None:
    plan = plan_of("plan: Shop\n" + LEVELS)
    ready = [one for several in ready_rules(plan).values() for one in several]
    told = [words_of(state, plan, "fr") for state in states_elsewhere(ready)]
    assert [(one["state"], one["series"], one["fed"]) for one in told] == [("elsewhere", 0, None)] * 3
    assert {one["says"] for one in told} == {CALLED["elsewhere"][1].say("fr")}
