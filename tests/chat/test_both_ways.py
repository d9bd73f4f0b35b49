"""An incident in Slack, both ways, with the real process and a Slack on loopback that speaks the real protocol."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from tests.chat.fake_slack import SIGNING, Slack, call, presses, says, slack, writes
from tests.probes.pages_world import HOSTILE
from tests.running import Running, running

PLAN = """\
plan: CESIZen
code: CESIZEN
language: en
url: https://ops.example.org
team:
  ada: {name: Ada, email: Ada@example.org, roles: [responder]}
  bob: {name: Bob, email: bob@example.org, slack: "@bob.k", roles: [responder], language: fr}
  eve: {name: Eve, email: eve@example.org, slack: U0EVE, roles: [viewer]}
services: {site: {name: Site}}
channels:
  app: {in-app: }
  room: {slack: "${BOT}", channel: "#incidents", api: "http://127.0.0.1:PORT/api", follows: yes, signing: "${SIGNING}"}
"""


@pytest.fixture(scope="module")
def fake() -> Iterator[Slack]:
    with slack() as made:
        yield made


@pytest.fixture(scope="module")
def bosco(fake: Slack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    plan = PLAN.replace("PORT", str(fake.port))
    with running(tmp_path_factory.mktemp("chat"), plan, BOT="xoxb-1-2-three", SIGNING=SIGNING) as opened:
        yield opened


def until(what: Callable[[], object], patience: float = 20.0) -> None:
    end = time.monotonic() + patience
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def events(bosco: Running, number: str) -> list[dict[str, str]]:
    return list(bosco.ask(f"/api/v1/records/{number}/events").json())


def opened(bosco: Running, fake: Slack, title: str) -> tuple[str, str]:
    """Open an incident by a command and return its number and the time of its message."""
    answer = says(bosco.port, f"new P1 {title}")
    assert " is open: https://ops.example.org/incidents/CESIZEN-" in answer, answer
    number = answer.split(" ")[0]
    until(lambda: fake.of(number))
    found = fake.of(number)
    assert found is not None
    return number, found.ts


def test_an_incident_is_opened_taken_talked_about_and_resolved_from_slack(bosco: Running, fake: Slack) -> None:
    number, ts = opened(bosco, fake, "Nobody can pay")
    message = fake.messages[ts]
    assert "Nobody can pay" in message.shown
    assert "nobody yet" in message.shown
    assert '"action_id": "incident.take"' in message.shown
    assert number in says(bosco.port, "list")
    # A button: the message changes, the thread tells it, and the button is gone.
    assert presses(bosco.port, fake.port, "incident.take", number) == 200
    until(lambda: "incident.take" not in message.shown and any("has" in line for line in message.thread))
    assert "Ada" in message.shown
    assert fake.whispers[-1] == f"{number} is yours."
    # A word below it is a comment, once, however often Slack tells it.
    for _ in range(2):
        assert writes(bosco.port, "See <https://status.example.org|the board> &amp; wait", ts, event_id="Ev7") == 200
    until(lambda: any(one["what"] == "commented" for one in events(bosco, number)))
    comments = [one for one in events(bosco, number) if one["what"] == "commented"]
    assert [one["data"]["text"] for one in comments] == ["See the board (https://status.example.org) & wait"]  # type: ignore[index]
    assert comments[0]["by"] == "person:ada"
    # What is said on the page is told in the thread; what was said there is not said again.
    bosco.ask(f"/api/v1/records/{number}/comments", {"text": "A fix is on its way"})
    bosco.ask(f"/api/v1/records/{number}/moves", {"stage": "fixing"})
    until(lambda: any("A fix is on its way" in line for line in message.thread))
    until(lambda: "Fixing" in message.shown)
    assert not any("the board" in line for line in message.thread)
    assert says(bosco.port, f"resolve {number} rolled back") == f"{number} is over."
    until(lambda: "Closed" in message.shown)
    assert "incident.resolve" not in message.shown
    assert len([one for one in fake.messages.values() if number in one.shown]) == 1


def test_somebody_is_known_by_their_name_there_and_answered_in_their_language(bosco: Running, fake: Slack) -> None:
    number, _ = opened(bosco, fake, "Slow pages")
    assert says(bosco.port, f"prendre {number.lower()}", user="U0BOB", name="bob.k") == f"{number} est à vous."
    assert says(bosco.port, f"take {number}") == f"bob has {number} already."


@pytest.mark.parametrize(("user", "name"), [("U0EVE", "eve"), ("U0NOBODY", "nobody")])
def test_who_may_not_act_is_told_why_and_nothing_happens(bosco: Running, fake: Slack, user: str, name: str) -> None:
    number, _ = opened(bosco, fake, f"Trouble of {name}")
    answer = says(bosco.port, f"resolve {number}", user=user, name=name)
    assert ("does not know who you are" in answer) == (name == "nobody")
    assert ("Only those who answer" in answer) == (name == "eve")
    assert [one["what"] for one in events(bosco, number)] == ["opened"]


def test_what_slack_did_not_sign_or_signed_long_ago_is_refused(bosco: Running) -> None:
    body = b'{"type": "url_verification", "challenge": "abc"}'
    assert call(bosco.port, "events", body, "application/json") == (200, {"challenge": "abc"})
    for more in ({"secret": "another"}, {"age": 600}, {"age": -600}):
        status, told = call(bosco.port, "events", body, "application/json", **more)  # type: ignore[arg-type]
        assert status == 401, told
    assert bosco.ask("/api/v1/slack/commands", {"text": "list"}).status == 401


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[" * 5000, b"payload=%7B", b"\xff\xfe", b'{"type": "event_callback", "event": []}']
)
def test_rubbish_that_is_signed_harms_nobody(bosco: Running, body: bytes) -> None:
    for path in ("events", "commands", "actions"):
        status, told = call(bosco.port, path, body, "application/json")
        assert status in (200, 400), told


def test_hostile_words_stay_words(bosco: Running, fake: Slack) -> None:
    number, ts = opened(bosco, fake, f"{HOSTILE} <!channel> *bold* &lt;!here&gt;")
    message = fake.messages[ts]
    assert "<!channel>" not in message.body["text"]
    assert "<!here>" not in message.body["text"]
    for block in message.body["attachments"][0]["blocks"]:
        assert block.get("text", {}).get("type", "plain_text") == "plain_text"
    bosco.ask(f"/api/v1/records/{number}/comments", {"text": "<!channel> everybody"})
    until(lambda: any("everybody" in line for line in message.thread))
    assert not any("<!channel>" in line for line in message.thread)
    assert "does not understand" in says(bosco.port, "<script>")
    assert "NUMBER" in says(bosco.port, "")
    assert "There is no" in says(bosco.port, "take NOPE-1")
    assert "title" in says(bosco.port, "new").casefold()


def test_a_slack_that_is_asked_too_often_is_asked_again(bosco: Running, fake: Slack) -> None:
    fake.too_often = 1
    number, ts = opened(bosco, fake, "Too much at once")
    assert fake.too_often == 0
    assert number in fake.messages[ts].shown


def test_words_elsewhere_and_of_bots_are_not_for_us(bosco: Running, fake: Slack) -> None:
    number, ts = opened(bosco, fake, "Quiet please")
    before = json.dumps(events(bosco, number))
    assert writes(bosco.port, "elsewhere", "999.1", event_id="Ev20") == 200
    assert writes(bosco.port, "a bot", ts, event_id="Ev21", bot_id="B1") == 200
    assert writes(bosco.port, "edited", ts, event_id="Ev22", subtype="message_changed") == 200
    assert json.dumps(events(bosco, number)) == before
