"""The pages, the API and the commands of the channels, on a running Bosco."""

import json
import re
from collections.abc import Iterator

import pytest
from tests.channels.test_bring import Server
from tests.probes.pages_world import House, Told, target
from tests.running import bosco, running

PLAN = """\
plan: Shop
language: en
team: {devops: {name: DevOps, email: devops@example.org}}
services: {api: {name: API Core, down: P1}}
probes: {api: {http: "http://127.0.0.1:PORT/api", service: api, every: 1s, confirm: 1}}
channels:
  chat: {name: "<b>Chat</b>", slack: "${CHAT}", limit: 30/min}
  broken: {webhook: "${BROKEN}"}
  forgotten: {webhook: "https://127.0.0.1/${NOBODY_SET_IT}", headers: {X-Key: "${NOR_THIS}"}}
  email: {smtp: "smtp://127.0.0.1:9", from: ops@example.org}
notify: {P1: {chat: now, broken: now}}
"""
SECRET = "very-secret-word"


@pytest.fixture(scope="module")
def far() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="module")
def house(far: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    told = Told()
    told.answers["/api"] = (500, {})
    secrets = {"CHAT": f"http://127.0.0.1:{far.port}/{SECRET}", "BROKEN": "http://127.0.0.1:1/x"}
    with target(told) as port:
        plan, folder = PLAN.replace("PORT", str(port)), tmp_path_factory.mktemp("channels")
        with running(folder, plan, **secrets) as alive:
            alive.until("/api/v1/letters?channel=chat&state=delivered", lambda answer: bool(answer.json()))
            yield House(alive, told)


def test_a_channel_says_how_it_is_and_never_its_secrets(house: House) -> None:
    found = {one["name"]: one for one in house.alive.ask("/api/v1/channels").json()}
    assert (found["chat"]["state"], found["chat"]["delivered"] > 0) == ("up", True)
    assert found["forgotten"]["missing_secrets"] == ["NOBODY_SET_IT", "NOR_THIS"]
    assert (found["forgotten"]["state"], found["in-app"]["kind"]) == ("down", "in Bosco")
    assert found["email"]["state"] == "unknown"
    for path in ("/channels", "/channels/chat", "/channels/forgotten", "/letters"):
        for language in ("en", "fr"):
            page = house.page(path, language=language)
            assert page.status == 200
            assert SECRET not in page.text
            assert "<b>Chat</b>" not in page.text
    assert "NOBODY_SET_IT" in house.page("/channels/forgotten").text


def test_a_test_shows_what_the_far_end_answered(house: House, far: Server) -> None:
    before = len(far.heard)
    assert house.post("/channels/chat/test", "viewer").status == 403
    assert house.post("/channels/chat/test", "responder").status == 200
    assert len(far.heard) == before + 1
    page = house.page("/channels/chat")
    assert "answered 200" in page.text
    tried = house.alive.ask("/api/v1/channels/broken/test", {}).json()
    assert (tried["arrived"], tried["says"]) == (False, "the far end cannot be reached")
    assert house.alive.ask("/api/v1/channels/nope/test", {}).status == 404
    assert house.page("/channels/nope").status == 404
    assert house.post("/channels/test", "responder").status == 200
    assert "devops" in {to for one in house.alive.ask("/api/v1/letters?channel=email").json() for to in one["to"]}


def test_only_what_has_failed_is_sent_again_and_keeps_its_id(house: House) -> None:
    house.alive.ask("/api/v1/channels/forgotten/test", {})
    failed = house.alive.ask("/api/v1/letters?state=failed").json()
    assert {one["channel"] for one in failed} >= {"forgotten"}
    delivered = house.alive.ask("/api/v1/letters?state=delivered").json()[0]["id"]
    assert house.alive.ask(f"/api/v1/letters/{delivered}/retry", {}).status in (404, 409)
    assert house.alive.ask("/api/v1/letters/nope/retry", {}).status == 404
    assert house.post("/letters/nope/retry", "viewer").status == 403


def test_letters_are_read_page_by_page(house: House) -> None:
    house.alive.until("/api/v1/letters", lambda answer: len(answer.json()) >= 3)
    first = house.alive.ask("/api/v1/letters?limit=1").json()
    second = house.alive.ask(f"/api/v1/letters?limit=1&before={first[0]['id']}").json()
    assert first[0]["id"] > second[0]["id"]
    assert house.page("/letters?which=nonsense&channel=%00%27&before=x").status == 200
    assert house.alive.ask("/api/v1/letters?limit=0").status == 400


def test_a_terminal_lists_the_channels_and_tries_one(house: House, far: Server) -> None:
    where = ["--plan", str(house.alive.folder / "plan.yml"), "--data", str(house.alive.folder / "data")]
    secrets = {"CHAT": f"http://127.0.0.1:{far.port}/{SECRET}", "BROKEN": "http://127.0.0.1:1/x"}
    listed = bosco("channel", "list", "--json", *where, **secrets)
    assert listed.returncode == 1
    assert [one["channel"] for one in json.loads(listed.stdout)] == ["chat", "broken", "forgotten", "email", "in-app"]
    tried = bosco("channel", "test", "chat", *where, **secrets)
    assert (tried.returncode, SECRET in tried.stdout) == (0, False)
    assert re.search(r"✓ chat +\d+ ms +answered 200", tried.stdout)
    assert bosco("channel", "test", "nope", *where, **secrets).returncode == 1
    doctor = bosco("doctor", "--send", *where, **secrets)
    assert doctor.returncode == 1
    assert re.search(r"✓ chat +\d+ ms +answered 200", doctor.stdout)
    assert re.search(r"✗ broken +\d+ ms +the far end cannot be reached", doctor.stdout)
    assert "✗ forgotten" in doctor.stdout
