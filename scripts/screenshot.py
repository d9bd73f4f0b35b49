"""Take the pictures of the README and the manual from the running demonstration, in headless Chromium."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs/images"
PAGES = {"overview": "/", "plan": "/plan", "services": "/services"}
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the demonstration did not start")


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("this needs Chromium")
    port = free_port()
    demo = subprocess.Popen([sys.executable, "-m", "bosco", "demo", "--port", str(port)])
    try:
        wait_for(f"http://127.0.0.1:{port}")
        # Long enough for the first bad moment of the bundled application to be confirmed.
        time.sleep(55)
        IMAGES.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
            context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB", color_scheme="light")
            page = context.new_page()
            for name, path in PAGES.items():
                page.goto(f"http://127.0.0.1:{port}{path}")
                page.wait_for_timeout(800)
                page.screenshot(path=IMAGES / f"{name}.png")
            browser.close()
    finally:
        demo.terminate()
        demo.wait(20)


main()
