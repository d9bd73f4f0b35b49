"""A real server and a real browser for every room: `serving(app)`, and the fixtures `browser`, `page` and `axe`.

A test module that needs them writes `from tests.browser import axe, browser, page` and marks itself `browser`.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bosco.web.events import Stopping

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Everything that WCAG 2.2 asks on levels A and AA, and what is simply good.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP = {"width": 1360, "height": 900}
PHONE = {"width": 390, "height": 844}


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(app: Any, stopping: Stopping | None = None) -> Iterator[str]:
    """Serve the ASGI application the way Bosco does, in a thread of its own; give its address."""
    port = free_port()
    threads = _native_threads()
    begun = threading.Event()
    world: dict[str, Any] = {}

    async def main() -> None:
        server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False)
        world.update(server=server, loop=asyncio.get_running_loop())
        begun.set()
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    begun.wait()
    address = f"http://127.0.0.1:{port}"
    _wait_for(address)

    def stop() -> None:
        if stopping:
            stopping.set()
        world["server"].stop()

    try:
        yield address
    finally:
        world["loop"].call_soon_threadsafe(stop)
        thread.join(15)
        assert not thread.is_alive(), "the server did not stop"
        _let_threads_end(threads)


def _native_threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 0


def _let_threads_end(before: int) -> None:
    # The server's own threads outlive its stop by a moment; a Python that ends under them aborts the process.
    for _ in range(100):
        if _native_threads() <= before:
            return
        threading.Event().wait(0.05)


def _wait_for(address: str) -> None:
    for _ in range(200):
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{address}/robots.txt").close()
            return
        threading.Event().wait(0.05)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for each test module.

    Not one for the session: while it is open Playwright keeps an event loop running in this thread, and no other test
    could run its own. For the same reason a module with a browser holds no test with `run_virtually`.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("BOSCO_TEST_NOTHING_SKIPPED") == "1":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        yield opened
        opened.close()


class Look:
    """One way of looking at pages: device, language, theme."""

    def __init__(self, device: dict[str, int] | None = None, language: str = "en-GB", theme: str = "light") -> None:
        self.device = device or DESKTOP
        self.language = language
        self.theme = theme

    def open(self, browser: Browser, **more: Any) -> BrowserContext:
        """Return a fresh browser context that looks this way."""
        return browser.new_context(
            viewport=self.device,  # type: ignore[arg-type]
            locale=self.language,
            color_scheme=self.theme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            has_touch=self.device["width"] < 600,
            timezone_id="Europe/Paris",
            **more,
        )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page at a desk; what its console complains about fails the test."""
    context = Look().open(browser)
    opened = context.new_page()
    complaints = heard(opened)
    yield opened
    context.close()
    assert complaints == []


def heard(page: Page) -> list[str]:
    """Return a list that fills with what goes wrong on the page: script errors, refused styles, missing files."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    return complaints


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Return a function that lists what axe-core finds wrong on a page."""
    return findings


def findings(page: Page) -> list[str]:
    """List what axe-core finds wrong on the page, each with the elements concerned."""
    if not page.evaluate("Boolean(window.axe)"):
        # Evaluated rather than added as a script: our own content policy would refuse it.
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: Any = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{one['id']}: {one['help']} — {node['target']} {node.get('any', [{}])[:1]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def nothing_keeps_anybody_out(page: Page, path: str) -> None:
    """Open a page; find that everybody can use it, that the browser does not complain, and that it fits its window."""
    complaints = heard(page)
    page.goto(path)
    assert findings(page) == []
    assert complaints == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than its window"
