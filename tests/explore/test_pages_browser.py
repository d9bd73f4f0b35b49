"""Queries and measures in a real browser: for everybody, and by the keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import DESKTOP, PHONE, Look, browser, findings, heard
from tests.explore.past import Past
from tests.explore.shop import shop

__all__ = ["browser"]

pytestmark = pytest.mark.browser
QUERY = "/explore?q=sum+by+(job)+(rate(requests_total[5m]))&span=24h"
LOOKS = [
    *[(DESKTOP, path, "en-GB", "light") for path in (QUERY, "/measures", "/measures/queue_depth")],
    *[(PHONE, path, "fr-FR", "dark") for path in (QUERY, "/measures")],
    (DESKTOP, "/measures/forgotten", "fr-FR", "dark"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


def enter(browser: Browser, house: Past, look: Look | None = None) -> tuple[BrowserContext, Page]:
    context = (look or Look()).open(browser, base_url=house.address)
    context.set_extra_http_headers({"Authorization": f"Bearer {house.token('viewer')}"})
    return context, context.new_page()


@pytest.mark.parametrize(("device", "path", "language", "theme"), LOOKS)
def test_nothing_keeps_anybody_out(
    browser: Browser, house: Past, device: Any, path: str, language: str, theme: str
) -> None:
    context, page = enter(browser, house, Look(device, language, theme))
    complaints = heard(page)
    page.goto(path)
    expect(page.locator(".chart canvas")).to_have_count(page.locator(".chart").count())
    page.evaluate("document.querySelectorAll('main details').forEach((fold) => (fold.open = true))")
    assert findings(page) == []
    assert [one for one in complaints if "422" not in one] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than its window"
    context.close()


def test_a_query_is_written_and_asked_by_the_keyboard_alone(browser: Browser, house: Past) -> None:
    context, page = enter(browser, house)
    complaints = heard(page)
    page.goto("/explore")
    page.keyboard.press("/")
    page.keyboard.type("sum(requests_t")
    expect(page.locator("#words [role=option]")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.type('{job="')
    expect(page.locator("#words [role=option]")).to_have_count(12)
    assert findings(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q")).to_have_attribute("aria-activedescendant", "word-1")
    page.keyboard.press("Enter")
    page.keyboard.type('"})')
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value('sum(requests_total{job="job10"})')
    page.evaluate("window.same = true")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .chart canvas")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 row")).to_have_count(1)
    assert page.evaluate("window.same") is True
    assert "q=sum" in page.url
    page.locator("#span").select_option("6h")
    page.wait_for_url("**span=6h**")
    page.locator("#q").fill("sum(")
    page.keyboard.press("Enter")
    expect(page.locator("#answer .spot mark")).to_have_count(1)
    assert [one for one in complaints if "422" not in one] == []
    context.close()
