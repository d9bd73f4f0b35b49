"""The pages of services and probes in a real browser: for everybody, live, and whole without scripts."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import DESKTOP, PHONE, Look, browser, findings, heard
from tests.probes.pages_world import House, watching

__all__ = ["browser"]

pytestmark = pytest.mark.browser
WALL = {"width": 1920, "height": 1080}
PATHS = ("/services", "/services/api", "/probes", "/probes/api-health", "/probes/web", "/probes/backup")
LOOKS = [
    *[(DESKTOP, path, "en-GB", "light") for path in PATHS],
    *[(DESKTOP, path, "fr-FR", "dark") for path in PATHS],
    *[(PHONE, path, "fr-FR", "light") for path in PATHS],
    *[(PHONE, path, "en-GB", "dark") for path in ("/services", "/services/web", "/probes")],
    (WALL, "/services?wall=1", "fr-FR", "dark"),
    (WALL, "/probes?wall=1", "en-GB", "light"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("browser")) as opened:
        opened.alive.until("/api/v1/probes/api-health", lambda answer: answer.json()["probe"]["state"] == "down")
        opened.alive.until("/api/v1/probes/web", lambda answer: answer.json()["probe"]["state"] == "up")
        opened.alive.until("/probes/web", lambda answer: 'id="answers-data"' in answer.text)
        yield opened


def enter(
    browser: Browser, house: House, look: Look | None = None, role: str = "manager", **more: Any
) -> tuple[BrowserContext, Page]:
    proof = {"Authorization": f"Bearer {house.tokens[role]}"}
    context = (look or Look()).open(browser, base_url=f"http://127.0.0.1:{house.alive.port}", **more)
    context.set_extra_http_headers(proof)
    return context, context.new_page()


@pytest.mark.parametrize(("device", "path", "language", "theme"), LOOKS)
def test_nothing_keeps_anybody_out(
    browser: Browser, house: House, device: Any, path: str, language: str, theme: str
) -> None:
    context, page = enter(browser, house, Look(device, language, theme))
    complaints = heard(page)
    page.goto(path)
    expect(page.locator(".chart canvas")).to_have_count(page.locator(".chart").count())
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => (fold.open = true))")
    assert findings(page) == []
    assert complaints == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than its window"
    context.close()


def test_check_now_shows_what_was_seen_and_its_row_without_a_reload(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    complaints = heard(page)
    house.told.answers["/parts/health"] = (200, {"status": "up", "checks": {"cellar": "up"}})
    page.goto("/probes/parts")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#now .nested")).to_contain_text("cellar")
    expect(page.locator("#looks tbody tr")).not_to_have_count(0)
    assert page.evaluate("window.same") is True
    assert complaints == []
    context.close()


def test_check_now_works_without_scripts(browser: Browser, house: House) -> None:
    context, page = enter(browser, house, java_script_enabled=False)
    page.goto("/probes/parts")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Bosco has looked:")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("parts")
    context.close()


def test_a_change_of_state_arrives_by_itself(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    page.goto("/services/database")
    expect(page.locator("#now .banner")).to_contain_text("Up")
    page.evaluate("window.same = true")
    house.told.answers["/database"] = (503, {"status": "down"})
    expect(page.locator("#now .banner")).to_contain_text("Down", timeout=20_000)
    expect(page.locator("#now .banner")).to_contain_text("status (503)")
    del house.told.answers["/database"]
    expect(page.locator("#now .banner")).to_contain_text("Up", timeout=20_000)
    assert page.evaluate("window.same") is True
    context.close()


def test_the_list_narrows_while_one_types_and_keeps_its_address(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    page.goto("/probes")
    rows = page.locator("#probes tbody tr")
    expect(rows).to_have_count(6)
    page.keyboard.press("/")
    page.keyboard.type("api")
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Search", exact=True).last).to_be_focused()
    assert "q=api" in page.url
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Search", exact=True).last.fill("")
    expect(rows).to_have_count(6)
    page.get_by_label("Service", exact=True).select_option("web")
    expect(rows).to_have_count(2)
    context.close()


def test_the_keyboard_goes_from_the_list_to_a_probe_and_checks_it(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    page.goto("/probes?q=parts")
    page.get_by_role("link", name="parts").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/probes/parts")
    page.get_by_role("button", name="Check now").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#now .checks")).to_be_visible()
    context.close()


def test_a_hostile_answer_runs_nothing(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    complaints = heard(page)
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    for path in ("/probes/api-health", "/services/api", "/services/database", "/services"):
        page.goto(path)
        expect(page.locator("main img")).to_have_count(0)
    assert complaints == []
    context.close()
