"""No other site acts in a visitor's name."""

import re
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.web.world import World

Client = TestClient[Any]


@pytest.fixture
def token(client: Client) -> str:
    client.cookies.set("role", "admin")
    found = re.search(r'name="forgery_token" value="([^"]+)"', client.get("/design").text)
    assert found
    return found[1]


def test_our_own_form_is_carried_out(client: Client, world: World, token: str) -> None:
    assert client.post("/act", data={"forgery_token": token}).status_code == 201
    assert client.post("/act", headers={"x-forgery-token": token}).status_code == 201
    assert world.acted == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.local.evil.example"},
    ],
)
def test_a_form_of_another_site_is_not(client: Client, world: World, token: str, headers: dict[str, str]) -> None:
    answer = client.post("/act", data={"forgery_token": token}, headers=headers)
    assert answer.status_code == 403
    assert "came from another site" in answer.text
    assert world.acted == 0


@pytest.mark.parametrize("sent", [{}, {"forgery_token": ""}, {"forgery_token": "guess"}, {"forgery_token": "é"}])
def test_a_form_without_our_token_is_not(client: Client, world: World, token: str, sent: dict[str, str]) -> None:
    answer = client.post("/act", data=sent, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.text
    assert world.acted == 0


def test_a_browser_that_has_no_cookie_yet_cannot_be_made_to_act(world: World) -> None:
    with TestClient(world.app) as fresh:
        assert fresh.post("/act", data={"forgery_token": ""}).status_code == 403


def test_a_program_with_a_token_needs_no_form(client: Client, world: World) -> None:
    assert (
        client.post("/act", headers={"authorization": "Bearer responder", "origin": "https://any.example"}).status_code
        == 201
    )
    assert client.post("/hook").status_code == 201
    assert world.acted == 2


def test_a_form_that_cannot_be_read_is_refused(client: Client, world: World, token: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=klingon'
    strange = head + b"\r\n\r\nq\r\n--x--\r\n"
    answer = client.post("/act", content=strange, headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400
    assert (
        client.post("/act", content=b"--", headers={"content-type": "multipart/form-data; boundary=x"}).status_code
        == 400
    )
    assert client.post("/act", content=b"", headers={"content-type": "multipart/form-data"}).status_code == 400
    assert world.acted == 0


def test_a_page_without_forms_sets_no_cookie(client: Client) -> None:
    assert "set-cookie" not in client.get("/robots.txt").headers
    assert "set-cookie" not in client.get("/ping/x").headers


def test_a_choice_leads_back_to_our_own_pages_only(client: Client, token: str) -> None:
    for wanted, path in [
        ("/design?wall=1", "/design?wall=1"),
        ("https://evil.example/x", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("/équipe", "/%C3%A9quipe"),
    ]:
        answer = client.post(
            "/preferences", data={"forgery_token": token, "language": "fr", "next": wanted}, follow_redirects=False
        )
        assert (answer.status_code, answer.headers["location"]) == (303, path)
