"""The pages of records in a real browser: nothing keeps anybody out, on a desk and on a phone, in both languages."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser import DESKTOP, PHONE, Look, browser, findings
from tests.probes.pages_world import House, watching
from tests.records.test_pages import NUMBER, PLAN

__all__ = ["browser"]

pytestmark = pytest.mark.browser
LOOKS = [
    (DESKTOP, f"/records/{NUMBER}", "fr-FR", "light"),
    (PHONE, f"/records/{NUMBER}", "en-GB", "dark"),
    (DESKTOP, "/records", "en-GB", "dark"),
    (PHONE, "/records", "fr-FR", "light"),
    (DESKTOP, "/records/new?kind=sheet", "fr-FR", "light"),
    (DESKTOP, "/records/board?kind=sheet", "fr-FR", "dark"),
    (PHONE, "/records/board?kind=sheet", "en-GB", "light"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("looks"), PLAN) as opened:
        made = opened.post("/records/new", "responder", kind="sheet", title="Paiement refusé", priority="P1")
        assert made.status == 200, made.text
        yield opened


@pytest.mark.parametrize(("device", "path", "language", "theme"), LOOKS)
def test_nothing_keeps_anybody_out(
    browser: Browser, house: House, device: Any, path: str, language: str, theme: Any
) -> None:
    context = Look(device, language, theme).open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens['manager']}"})
    page = context.new_page()
    page.goto(path)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_every_part_of_a_record_is_reached_with_nothing_in_the_way_and_keys_lead_about(
    browser: Browser, house: House
) -> None:
    context = Look(DESKTOP, "en-GB", "light").open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens['manager']}"})
    page = context.new_page()
    page.goto(f"/records/{NUMBER}")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert findings(page) == []
    page.goto("/records")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("/records/")
    page.keyboard.press("x")
    assert page.locator("tbody input:checked").count() == 1
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/records/new")
    assert page.evaluate("document.activeElement.name") == "title"
    page.locator("select[name=kind]").select_option("sheet")
    page.keyboard.press("Tab")
    context.close()
