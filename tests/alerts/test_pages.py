"""The pages of alerts and silences on a running Bosco, for those who may act and those who may not."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser
from tests.browser import DESKTOP, PHONE, Look, browser, findings
from tests.probes.pages_world import PLAN, House, watching

__all__ = ["browser"]

pytestmark = pytest.mark.browser
LEVELS = """
supervision:
  infra:
    - queue_depth: {warning: 80, critical: "> 90 for 5m"}
    - never_sent: {warning: 80%}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("alerts"), PLAN + LEVELS) as opened:
        start = datetime.now(UTC) - timedelta(days=2)
        told = [
            {"value": 95 if 200 < number < 300 else 40, "at": (start + number * timedelta(minutes=5)).isoformat()}
            for number in range(577)
        ]
        values = [{"name": "queue_depth", "labels": {"host": "<b>db1</b>"}, **one} for one in told]
        assert opened.alive.ask("/api/v1/measures", values).status == 200
        opened.alive.until("/alerts", lambda answer: "API Core" in answer.text)
        yield opened


def path_of(house: House) -> str:
    found = re.search(r'href="(/alerts/[0-9A-Z]{26})">API Core', house.page("/alerts").text)
    assert found
    return found[1]


@pytest.mark.parametrize(("language", "words"), [("en", "It holds"), ("fr", "Elle est en cours")])
def test_an_alert_says_what_since_when_and_whose(house: House, language: str, words: str) -> None:
    page = house.page(path_of(house), language=language)
    assert page.status == 200
    assert words in page.text
    assert "<script>alert(1)</script>" not in page.text


@pytest.mark.parametrize(
    ("device", "path", "language", "theme"),
    [
        (DESKTOP, "/alerts", "fr-FR", "light"),
        (PHONE, "/alerts", "en-GB", "dark"),
        (DESKTOP, "ALERT", "en-GB", "dark"),
        (PHONE, "ALERT", "fr-FR", "light"),
        (DESKTOP, "/silences/new", "fr-FR", "dark"),
        (PHONE, "/silences", "fr-FR", "light"),
        (DESKTOP, "/silences?over=1", "en-GB", "light"),
        (DESKTOP, "/rules", "fr-FR", "light"),
        (PHONE, "/rules/infra/queue_depth/warning", "en-GB", "dark"),
        (DESKTOP, "/past/rules/infra/queue_depth/critical", "fr-FR", "light"),
    ],
)
def test_nothing_keeps_anybody_out(
    browser: Browser, house: House, device: dict[str, int], path: str, language: str, theme: str
) -> None:
    context = Look(device, language, theme).open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")  # type: ignore[arg-type]
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens['manager']}"})
    page = context.new_page()
    page.goto(path_of(house) if path == "ALERT" else path)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_the_list_is_walked_with_the_keyboard(browser: Browser, house: House) -> None:
    context = Look(DESKTOP, "en-GB", "light").open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens['viewer']}"})
    page = context.new_page()
    page.goto("/alerts")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/*")
    context.close()


def test_what_somebody_is_typing_stays_when_the_page_refreshes(browser: Browser, house: House) -> None:
    context = Look(DESKTOP, "en-GB", "light").open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens['responder']}"})
    page = context.new_page()
    page.goto(path_of(house))
    page.locator("#forms input[name=reason]").first.fill("we know")
    with page.expect_response(lambda answer: "/alerts/" in answer.url):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:again'))")
    page.wait_for_timeout(200)
    assert page.locator("#forms input[name=reason]").first.input_value() == "we know"
    context.close()


def test_a_silence_shows_what_it_mutes_before_and_after_it_is_made(house: House) -> None:
    path, form = path_of(house), {"scope": "service", "lasts": "1h", "reason": "we know <b>it</b>"}
    start = {"from": path.rpartition("/")[2], **form}
    shown = house.post("/silences/new", "responder", **start, step="preview")
    assert "API Core" in shown.text.partition('id="preview"')[2]
    assert house.post("/silences/new", "viewer", **start).status == 403
    assert house.post("/silences/new", "responder", **{**start, "reason": " "}).status == 422
    assert house.post("/silences/new", "responder", **{**start, "until": "2020-01-01T00:00"}).status == 422
    assert house.post("/silences/new", "responder", **start).status == 200
    assert "we know &lt;b&gt;it&lt;/b&gt;" in house.page(path).text
    listed = house.page("/silences", language="fr").text
    assert "API Core" in listed
    assert "we know &lt;b&gt;it&lt;/b&gt;" in house.page("/alerts?which=held").text
    found = re.search(r'action="(/silences/[0-9A-Z]{26}/end)"', listed)
    assert found
    assert house.post(found[1], "responder").status == 200
    assert "It holds, and nobody is told" not in house.page(path).text
    assert "we know" in house.page("/silences?over=1").text


@pytest.mark.parametrize(
    "fields",
    [
        {"lasts": "1h", "reason": "x"},
        {"labels": "nonsense", "lasts": "1h", "reason": "x"},
        {"service": "api", "lasts": "soon", "reason": "x"},
        {"service": "api", "until": "never", "reason": "x"},
        {"service": "api", "until": "9999-12-31T23:59", "reason": "x"},
    ],
)
def test_a_silence_that_makes_no_sense_is_told_beside_its_field(house: House, fields: dict[str, str]) -> None:
    answer = house.post("/silences/new", "responder", **fields)
    assert (answer.status, "wrong" in answer.text) == (422, True)


def test_it_is_taken_given_back_and_closed_by_those_who_may(house: House) -> None:
    path = path_of(house)
    assert house.post(f"{path}/acknowledge", "viewer").status == 403
    assert house.post(f"{path}/close", "responder", reason="").status == 422
    assert house.post(f"{path}/acknowledge", "responder").status == 200
    assert "Nobody yet" not in house.page(path).text
    assert house.post(f"{path}/give-back", "viewer").status == 403
    assert house.post(f"{path}/give-back", "responder").status == 200
    assert house.post(f"{path}/close", "responder", reason="seen").status == 200
    assert "It is over" in house.page(path).text


def test_a_level_shows_how_it_stands_and_what_it_would_have_told(house: House) -> None:
    listed = house.alive.until("/rules", lambda answer: "Not reached" in answer.text).text
    assert "Never heard of" in listed
    page = house.page("/rules/infra/queue_depth/warning").text
    assert "&lt;b&gt;db1&lt;/b&gt;" in page
    past = house.page("/past/rules/infra/queue_depth/warning")
    assert past.status == 200
    assert "It would have been told once, and lasted 8" in past.text
    other = house.page("/past/rules/infra/queue_depth/warning?level=%3E+30&lasts=1h").text
    assert "As if the plan said" in other
    assert "Nothing." in house.page("/past/rules/infra/queue_depth/warning?level=%3E+99").text
    assert "wrong" in house.page("/past/rules/infra/queue_depth/warning?level=nonsense+at+all").text
    assert house.page("/past/rules/infra/never_sent/warning").status == 200
    assert house.page("/rules/infra/nothing/warning").status == 404


def test_what_is_not_there_is_said(house: House) -> None:
    assert house.page("/alerts/NOPE").status == 404
    assert house.page("/silences/new?from=NOPE").status == 404
    for query in ("which=odd&before=%00", "before=999.x", "before=0.%ED%A0%80", "service=%00&priority=nope"):
        assert house.page(f"/alerts?{query}").status == 200
