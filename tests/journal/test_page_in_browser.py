"""The journal in a real browser: reachable by everybody, and alive."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import DESKTOP, PHONE, Look, browser, findings, heard, serving
from tests.journal.site import JournalSite

from bosco import journal
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.migrate import migrate
from bosco.store.store import Store

__all__ = ["browser"]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, JournalSite, Store]]:
    store = Store.open(tmp_path_factory.mktemp("data"), RealClock(), RealIds(), durable=False)
    migrate(store)
    site = JournalSite(store)
    with serving(site.app, site.stopping) as url:
        yield url, site, store
    store.close()


def write(site: JournalSite, store: Store, count: int, why: str) -> None:
    for n in range(count):
        store.write_now(
            lambda tx, n=n: journal.write(tx, subject=f"probe:p{n}", what="probe.went-down", actor="bosco", why=why)  # type: ignore[misc]
        )
    # The browser keeps an event loop running in this thread; the journal is settled in another one.
    settling = threading.Thread(target=lambda: asyncio.run(site.journal.settle()))
    settling.start()
    settling.join()


@pytest.mark.parametrize(("device", "language", "theme"), [(DESKTOP, "fr-FR", "light"), (PHONE, "en-GB", "dark")])
def test_nothing_keeps_anybody_out_of_the_journal(
    browser: Browser, shown: tuple[str, JournalSite, Store], device: dict[str, int], language: str, theme: str
) -> None:
    url, site, store = shown
    context = Look(device, language, theme).open(browser, extra_http_headers={"x-role": "viewer"})
    page = context.new_page()
    complaints = heard(page)
    page.goto(f"{url}/journal?subject=nobody")
    assert findings(page) == []
    write(site, store, 60, "status (500) == 200")
    page.goto(f"{url}/journal")
    assert findings(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than its window"
    page.get_by_role("link", name="Older" if language == "en-GB" else "Plus ancien").click()
    expect(page.locator(".timeline > li").first).to_be_visible()
    assert complaints == []
    context.close()


def test_the_newest_page_follows_what_happens(browser: Browser, shown: tuple[str, JournalSite, Store]) -> None:
    url, site, store = shown
    context = Look().open(browser, extra_http_headers={"x-role": "viewer"})
    page = context.new_page()
    page.goto(f"{url}/journal")
    expect(page.locator("#lines")).not_to_contain_text("a fresh reason")
    write(site, store, 1, "a fresh reason")
    # What the engine of live pages does for every line.
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live:journal'))")
    expect(page.locator("#lines")).to_contain_text("a fresh reason")
    context.close()
