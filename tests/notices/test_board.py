"""The page of what was told and what comes, the choice of each person, and Bosco's own messages, on a running Bosco."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import DESKTOP, PHONE, Look, browser, findings, heard
from tests.channels.test_bring import Server
from tests.probes.pages_world import House, Told, target
from tests.running import Answer, bosco, running

__all__ = ["browser"]

pytestmark = pytest.mark.browser
PLAN = """\
plan: Shop
language: en
url: https://ops.example.org
team:
  devops: {name: DevOps, email: devops@example.org, roles: [admin], level: 2}
  boss: {name: "<b>Boss</b>", email: boss@example.org, level: 3}
on_call: {duty: {people: [devops], rotate: weekly}}
services: {api: {name: API Core, down: P1}}
probes: {api: {http: "http://127.0.0.1:PORT/api", service: api, every: 1s, confirm: 1}}
channels: {hook: {webhook: "http://127.0.0.1:FAR/x"}, gone: {webhook: "${UNSET}"}}
priorities: {P1: {color: red, resolve: 2h}, P2: {resolve: 4h}, P3: {resolve: 8h}}
notify: {P1: {hook: now, gone: now, in-app: now}}
escalation: {P1: [{at: 50%, to: level 3}]}
watchdog: "http://127.0.0.1:FAR/alive"
"""
LOOKS = [
    *[
        (DESKTOP, path, "en-GB", "light")
        for path in ("/notices?which=coming", "/notices/mine", "/inbox", "/channels/hook", "/self-audit")
    ],
    *[(PHONE, path, "fr-FR", "dark") for path in ("/notices", "/inbox", "/channels", "/letters", "/self-audit")],
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    told, far = Told(), Server()
    told.answers["/api"] = (500, {})
    with target(told) as port:
        plan = PLAN.replace("PORT", str(port)).replace("FAR", str(far.port))
        folder = tmp_path_factory.mktemp("board")
        with running(folder, plan) as alive:
            bosco("user", "add", "devops", "--role", "responder", "--data", str(folder / "data"))
            alive.until("/api/v1/letters?channel=in-app&state=delivered", lambda answer: bool(answer.json()))
            alive.until("/api/v1/letters?state=failed", lambda answer: bool(answer.json()))
            yield House(alive, told)
    far.close()


def page(house: House, path: str, language: str = "en") -> Answer:
    found = house.page(path, language=language)
    assert found.status == 200
    assert "<b>Boss</b>" not in found.text
    return found


def test_the_board_says_who_was_told_why_and_what_comes(house: House) -> None:
    told = page(house, "/notices").text
    assert "API Core" in told
    assert "because: it has just begun" in told
    assert "The secret UNSET is not set" in told
    coming = page(house, "/notices?which=coming").text
    assert "level 3 is told" in coming
    assert re.search(r"50\s?% of 2\s?h", coming)
    assert "niveau 3" in page(house, "/notices?which=coming", "fr").text
    assert house.page("/notices?which=%00&before=%27").status == 200


def test_the_bell_counts_what_is_not_read(house: House) -> None:
    bell = page(house, "/inbox/count").text
    assert re.search(r"\d+ unread message", bell)
    listed = page(house, "/inbox").text
    latest = re.search(r'name="upto" value="([0-9A-Z]+)"', listed)
    assert latest
    assert "https://ops.example.org/alerts/" in listed
    assert house.post("/inbox/read", "manager", upto=latest[1]).status == 200
    assert "unread" not in page(house, "/inbox/count").text
    assert house.post("/inbox/read", "manager", upto="").status == 200
    assert "unread" not in page(house, "/inbox/count").text


def test_only_people_of_the_plan_choose_and_mistakes_are_told(house: House) -> None:
    assert house.post("/notices/mine", "responder", quiet_from="22:00", quiet_until="07:00").status == 403
    assert "The plan does not know you." in page(house, "/notices/mine").text


def test_bosco_looks_at_itself_on_a_page(house: House) -> None:
    house.alive.until("/api/v1/self-audit", lambda answer: answer.json()["heartbeat"] == "arrived")
    # The first look of all comes before everything has started.
    assert house.post("/self-audit/look", "responder").status == 200
    shown = page(house, "/self-audit").text
    assert "gone: a secret is not set: UNSET" in shown
    assert "Bosco is well" in shown
    assert house.post("/self-audit/look", "viewer").status == 403


@pytest.mark.parametrize(("device", "path", "language", "theme"), LOOKS)
def test_nothing_keeps_anybody_out(
    browser: Browser, house: House, device: object, path: str, language: str, theme: str
) -> None:
    context = Look(device, language, theme).open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")  # type: ignore[arg-type]
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens['responder']}"})
    opened = context.new_page()
    complaints = heard(opened)
    opened.goto(path)
    expect(opened.locator("[data-unread]").first).to_be_attached()
    assert findings(opened) == []
    assert complaints == []
    wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than its window"
    context.close()
