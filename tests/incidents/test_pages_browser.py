"""The pages of incidents in a real browser: from the first look to a published post-mortem, for everybody."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import DESKTOP, PHONE, Look, browser, findings, heard
from tests.probes.pages_world import House, watching

__all__ = ["browser"]

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("incidents")) as opened:
        opened.alive.until("/incidents", lambda answer: "API Core" in answer.text)
        yield opened


@pytest.fixture(scope="module")
def number(browser: Browser, house: House) -> str:
    """An incident that a person opened, as far as a published post-mortem; the one of an alert stays open."""
    context, page = enter(browser, house)
    page.goto("/incidents/new")
    page.get_by_label("What is wrong?").fill(f"Nobody can pay {HOSTILE}")
    page.get_by_label("How urgent?").select_option("P1")
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url("**/incidents/CESIZEN-*")
    found = page.url.rsplit("/", 1)[1]
    page.get_by_role("button", name="I take it").click()
    expect(page.get_by_text("has it.")).to_be_visible()
    page.get_by_label("Comment").fill(f"Looking at it {HOSTILE}")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("ol.timeline").get_by_text("Looking at it").first).to_be_visible()
    page.get_by_role("button", name="To: Closed").click()
    expect(page.get_by_text("It is over")).to_be_visible()
    house.alive.until(f"/incidents/{found}", lambda answer: "A post-mortem is owed" in answer.text)
    context.close()
    return found


def enter(
    browser: Browser, house: House, look: Look | None = None, role: str = "manager", **more: Any
) -> tuple[BrowserContext, Page]:
    proof = {"Authorization": f"Bearer {house.tokens[role]}"}
    context = (look or Look()).open(browser, base_url=f"http://127.0.0.1:{house.alive.port}", **more)
    context.set_extra_http_headers(proof)
    return context, context.new_page()


@pytest.mark.parametrize(
    "path",
    [
        "/incidents",
        "/incidents/new",
        "/incidents/figures",
        "/anomalies",
        "/anomalies/import",
        "/incidents/{}",
        "/incidents/{}/postmortem",
    ],
)
@pytest.mark.parametrize(
    "look",
    [Look(DESKTOP, "fr-FR", "light"), Look(DESKTOP, "en-GB", "dark"), Look(PHONE, "fr-FR", "dark")],
    ids=["desk", "night", "phone"],
)
def test_nothing_keeps_anybody_out(browser: Browser, house: House, number: str, path: str, look: Look) -> None:
    context, page = enter(browser, house, look)
    complaints = heard(page)
    page.goto(path.format(number))
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => (fold.open = true))")
    assert findings(page) == []
    assert complaints == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than its window"
    context.close()


def test_what_was_written_over_an_old_version_is_refused_and_not_lost(
    browser: Browser, house: House, number: str
) -> None:
    context, page = enter(browser, house)
    page.goto(f"/incidents/{number}/postmortem")
    page.locator("#well summary").click()
    page.evaluate("document.querySelector('#well [name=version]').value = '77'")
    page.locator("#well textarea").fill("The alarm came early")
    page.locator("#well").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else changed this post-mortem")).to_be_visible()
    expect(page.locator("#well textarea")).to_have_value("The alarm came early")
    context.close()


def test_a_post_mortem_is_written_read_and_published(browser: Browser, house: House, number: str) -> None:
    context, page = enter(browser, house)
    page.goto(f"/incidents/{number}/postmortem")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("is not finished")).to_be_visible()
    for part, words in (("causes", f"No limit {HOSTILE}"), ("actions", "Set a limit")):
        card = page.locator(f"#{part}")
        card.locator("summary").click()
        card.locator("textarea").fill(words)
        card.get_by_role("button", name="Save").click()
        expect(page.locator(f"#{part} ol")).to_contain_text(words)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published").first).to_be_visible()
    answer = page.request.get(f"/incidents/{number}/postmortem.pdf")
    assert answer.body().startswith(b"%PDF-")
    context.close()


def test_a_viewer_sees_and_cannot_act(browser: Browser, house: House, number: str) -> None:
    context, page = enter(browser, house, role="viewer")
    page.goto(f"/incidents/{number}")
    expect(page.get_by_role("button", name="Comment")).to_have_count(0)
    assert page.goto("/incidents/new").status == 403  # type: ignore[union-attr]
    assert page.goto("/incidents/NOPE-1").status == 404  # type: ignore[union-attr]
    context.close()
