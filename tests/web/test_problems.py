"""A refusal is one calm sentence with an id, in the form and language of whoever asked."""

import logging
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.web.world import World

Client = TestClient[Any]
TOKEN = {"authorization": "Bearer viewer"}


def test_a_person_reads_a_page_and_a_program_a_problem(client: Client) -> None:
    page = client.get("/refused")
    assert page.status_code == 409
    assert "Somebody else closed it." in page.text
    assert "Reload the page." in page.text
    assert page.headers["x-request-id"] in page.text
    problem = client.get("/refused", headers={"accept": "application/json"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json() == {
        "type": "/api#conflict",
        "title": "Something else happened meanwhile",
        "status": 409,
        "detail": "Somebody else closed it.",
        "hint": "Reload the page.",
        "where": "incident:42",
        "instance": "/refused",
        "code": "conflict",
        "id": problem.headers["x-request-id"],
    }


def test_a_problem_speaks_the_language_that_was_asked_for(client: Client) -> None:
    answer = client.get("/api/v1/things/1", headers={"accept-language": "fr"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["detail"] == "Veuillez d’abord vous connecter."
    assert 'lang="fr"' in client.get("/nope", headers={"accept-language": "fr-FR,fr;q=0.9"}).text


def test_our_own_fault_tells_an_id_and_nothing_else(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/boom")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    record = next(one for one in caplog.records if one.exc_info)
    assert record.__dict__["id"] == answer.headers["x-request-id"]
    assert "the secret of the trace" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nope", 404, "not-found"),
        ("DELETE", "/api/v1/things/1", 405, "method-not-allowed"),
        ("GET", "/static/x/nothing.js", 404, "not-found"),
        ("GET", "/ping", 404, "not-found"),
    ],
)
def test_what_is_not_there_is_told_the_same_way(client: Client, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path, headers={**TOKEN, "accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_wrong_method_is_told_which_are_right(client: Client) -> None:
    assert client.delete("/api/v1/things/1", headers=TOKEN).headers["allow"] == "GET, OPTIONS"


def test_each_wrong_field_is_told_in_a_sentence(client: Client) -> None:
    answer = client.get("/api/v1/things/1?most=many", headers=TOKEN)
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "most", "in": "query", "detail": "Expected a whole number, found text."}
    ]
    french = client.get("/api/v1/things/1?most=many", headers={**TOKEN, "accept-language": "fr"})
    assert french.json()["errors"][0]["detail"] == "Attendu : un nombre entier ; trouvé : du texte."


def test_too_large_a_request_is_refused(client: Client) -> None:
    answer = client.post(
        "/design", content=b"name=" + b"x" * 10_000_001, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    assert "larger than this address accepts" in answer.text


def test_a_part_of_a_page_is_told_by_a_toast(client: Client) -> None:
    answer = client.get("/boom", headers={"hx-request": "true"})
    assert answer.headers["hx-retarget"] == "#toasts"
    assert answer.headers["hx-reswap"] == "beforeend"
    assert answer.text.startswith('<div class="toast critical">')


def test_a_stranger_is_sent_to_the_door_and_back_afterwards(client: Client) -> None:
    answer = client.get("/admin?tab=2", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/admin%3Ftab%3D2"
    by_htmx = client.get(
        "/admin", headers={"hx-request": "true", "hx-current-url": "http://x/team?a=1"}, follow_redirects=False
    )
    assert by_htmx.headers["hx-redirect"] == "/sign-in?next=/team%3Fa%3D1"


def test_without_a_door_a_stranger_is_told() -> None:
    with TestClient(World(sign_in=False).app) as client:
        answer = client.get("/", headers={"accept": "text/html"})
        assert answer.status_code == 401
        assert "Please sign in first." in answer.text


def test_a_known_visitor_with_too_few_rights_is_told_what_is_needed(client: Client) -> None:
    client.cookies.set("role", "manager")
    answer = client.get("/admin")
    assert answer.status_code == 403
    assert "This is for the role “Administrator”." in answer.text
    assert "You are signed in as “Manager”" in answer.text


def test_even_a_broken_error_page_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no template")

    monkeypatch.setattr(world.shell, "page", broken)
    with TestClient(world.app) as client:
        answer = client.get("/refused", headers={"accept": "text/html"})
        assert answer.status_code == 409
        assert answer.text.startswith("Something else happened meanwhile. Somebody else closed it.")


def test_hostile_words_stay_words(client: Client) -> None:
    answer = client.get("/<script>alert(1)</script>")
    assert "<script>alert" not in answer.text
