"""Teams and whatever Apprise knows, against real servers on this machine."""

import json
from collections.abc import Iterator

import pytest
from tests.channels.test_bring import HOSTILE, Server, World, letter

from bosco.channels.kinds.apprise import _notify

# The library imports modules that Python will drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_a_card_for_teams_says_what_and_offers_links_and_holds_no_markup(where: str, server: Server) -> None:
    server.answers = [(202, {}, b"")]
    world = World(where, "channels: {t: {teams: '${FLOW}'}}", {"FLOW": f"http://127.0.0.1:{server.port}/flow?sig=x"})
    assert world.bring(letter("t", title=HOSTILE)) == ["delivered"]
    ((verb, path, headers, body),) = server.heard
    assert (verb, path, headers["content-type"]) == ("POST", "/flow?sig=x", "application/json")
    (attachment,) = json.loads(body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["body"][0]["text"].startswith("<!channel> @everyone \\*x\\*")
    assert card["body"][1] == {"type": "FactSet", "facts": [{"title": "Since", "value": "03:00"}]}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "I take it", "url": "https://ops.example.org/ack/x"}]


@pytest.mark.parametrize(("status", "end"), [(400, "failed"), (404, "failed")])
def test_a_workflow_that_refuses_is_a_failure(where: str, server: Server, status: int, end: str) -> None:
    server.answers = [(status, {}, b"")]
    world = World(where, "channels: {t: {teams: '${FLOW}'}}", {"FLOW": f"http://127.0.0.1:{server.port}/flow"})
    assert world.bring(letter("t")) == [end]


def test_apprise_brings_title_and_text_to_every_address(where: str, server: Server) -> None:
    address = f"127.0.0.1:{server.port}"
    plan = "channels: {a: {apprise: ['json://${HOST}/one', 'xml://${HOST}/two']}}"
    assert World(where, plan, {"HOST": address}).bring(letter("a")) == ["delivered"]
    assert sorted(path.rstrip("/") for _, path, _, _ in server.heard) == ["/one", "/two"]
    said = next(json.loads(body) for _, path, _, body in server.heard if path.startswith("/one"))
    assert said["title"] == "API is down"
    assert "Since: 03:00" in said["message"]
    assert "https://ops.example.org/ack/x" in said["message"]


def test_apprise_says_what_it_does_not_know_and_what_did_not_arrive(server: Server) -> None:
    server.answers = [(500, {}, b"")]
    assert _notify(["nonsense://x"], "t", "b") == (False, False)
    assert _notify([f"json://127.0.0.1:{server.port}/"], "t", "b") == (True, False)


def test_an_address_that_apprise_does_not_know_fails_at_once(where: str) -> None:
    world = World(where, "channels: {a: {apprise: 'nonsense://x'}}", {})
    assert world.bring(letter("a")) == ["failed"]
    assert world.lines == ["notice.failed"]
