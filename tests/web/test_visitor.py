"""Who may do what."""

from typing import Any

import pytest
from litestar.testing import TestClient

from bosco.web.visitor import INCLUDES, ROLES, STRANGER, Visitor

Client = TestClient[Any]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("viewer", {"viewer"}),
        ("responder", {"viewer", "responder"}),
        ("support", {"viewer", "support"}),
        ("manager", {"viewer", "responder", "support", "manager"}),
        ("dpo", {"viewer", "dpo"}),
        ("admin", set(ROLES)),
    ],
)
def test_a_role_has_the_rights_of_those_it_includes(role: Any, may: set[str]) -> None:
    assert {one for one in ROLES if Visitor(role=role).may(one)} == may


def test_a_stranger_may_nothing() -> None:
    assert not any(STRANGER.may(role) for role in ROLES)
    assert set(INCLUDES) == set(ROLES)


def test_a_page_is_closed_unless_it_says_otherwise(client: Client) -> None:
    assert client.get("/", follow_redirects=False).status_code == 303
    client.cookies.set("role", "viewer")
    assert client.get("/").text == "hello Camille Durand"


def test_a_token_opens_the_api(client: Client) -> None:
    assert client.get("/api/v1/things/7", headers={"authorization": "Bearer viewer"}).json() == {
        "number": 7,
        "most": 10,
    }
    assert client.get("/api/v1/things/7", headers={"authorization": "Bearer nonsense"}).status_code == 401


def test_the_navigation_shows_only_what_is_open(client: Client) -> None:
    client.cookies.set("role", "viewer")
    assert 'href="/admin"' not in client.get("/design").text
    client.cookies.set("role", "admin")
    assert 'href="/admin"' in client.get("/design").text
