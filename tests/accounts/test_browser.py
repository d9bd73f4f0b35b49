"""A real browser signs in with a second factor; nothing on these pages is closed to anybody."""

import asyncio
import base64
import shutil
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.accounts.site import application
from tests.accounts.world import ALICE, AT_HOME, BOB, World, secret_of, with_proofs
from tests.browser import PHONE, Look, axe, browser, findings, heard, serving

from bosco.accounts.invitations import Newcomer
from bosco.accounts.tokens import Wish
from bosco.accounts.totp import code_of, step_of
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.store import Store

T = TypeVar("T")
__all__ = ["axe", "browser"]
pytestmark = pytest.mark.browser


@pytest.fixture
def served(migrated_folder: Path, tmp_path: Path) -> Iterator[tuple[World, str]]:
    """Every page, served the way Bosco serves them."""
    shutil.copytree(migrated_folder, tmp_path / "data")
    clock, ids = RealClock(), RealIds()
    store = Store.open(tmp_path / "data", clock, ids, durable=False)
    world = World(store, clock, ids, tmp_path / "data")
    with serving(application(world)) as address:
        yield world, address
    store.close()


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """Return what the coroutine returns; Playwright already runs a loop in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def unforeseen(complaints: list[str]) -> list[str]:
    """Return what went wrong besides the one form that the test fills in wrongly: the browser tells its status."""
    return [said for said in complaints if "status of 400" not in said]


def code(key: str) -> str:
    """Return what a telephone shows that has scanned that key."""
    return code_of(base64.b32decode(key.replace(" ", "")), step_of(RealClock().read()))


def test_the_first_administrator_is_made_and_signs_in_with_the_keyboard_alone(
    served: tuple[World, str], browser: Browser, axe: Callable[[Page], list[str]]
) -> None:
    world, address = served
    page = Look().open(browser).new_page()
    complaints = heard(page)
    link = awaited(world.accounts.first_link())
    page.goto(f"{address}{link}")
    assert axe(page) == []
    for text in ("alice", "Alice Martin", "alice@example.org", ALICE, ALICE):
        page.keyboard.press("Tab") if text != "alice" else page.get_by_label("Login").focus()
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    picture = page.get_by_role("img", name="A picture for the authenticator application")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert axe(page) == []
    page.get_by_text("I cannot scan it").click()
    key = page.locator(".copyable code").inner_text()
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This code does not fit")).to_be_visible()
    assert axe(page) == []
    page.get_by_label("Code").fill(code(key))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keep these recovery codes")
    assert axe(page) == []
    codes = page.locator(".code code").inner_text().split()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    page.get_by_role("button", name="Sign out").first.click()
    page.goto(f"{address}/accounts")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert axe(page) == []
    page.get_by_label("Login or e-mail address").fill("alice@example.org")
    page.get_by_label("Password").fill(ALICE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    assert axe(page) == []
    # The code of this half minute is used up; a recovery code is always good.
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Accounts")
    page.context.close()
    assert unforeseen(complaints) == []


PAGES = [
    "/account",
    "/account/password",
    "/account/recovery-codes",
    "/account/second-factor",
    "/account/second-factor/forget",
    "/accounts",
    "/accounts/tokens",
    "/accounts/invite",
    "/accounts/people/alice",
    "/accounts/people/bob",
]


@pytest.mark.parametrize(
    "look", [Look(), Look(PHONE, "fr-FR", "dark")], ids=["desk-light-english", "phone-dark-french"]
)
def test_no_page_is_closed_to_anybody(served: tuple[World, str], browser: Browser, look: Look) -> None:
    world, address = served

    async def people() -> str:
        link = await world.accounts.first_link()
        entered = await world.invitations.accept(secret_of(link or ""), Newcomer("alice"), ALICE, AT_HOME)
        here = with_proofs(AT_HOME, entered)
        _, secret = await world.second_factor.begin(here)
        entered, _ = await world.second_factor.confirm(code(base64.b32encode(secret).decode()), None, here)
        _, link = await world.team.add("bob", "responder", name="", email=None, language=None, actor="user:alice")
        await world.invitations.accept(secret_of(link), None, BOB, AT_HOME)
        for owner, lasts in (("alice", None), ("bob", timedelta(days=30))):
            token, _ = await world.tokens.make(Wish("CI", "viewer", owner, lasts), actor=f"user:{owner}")
        await world.tokens.revoke(token.id, actor="user:bob")
        return entered.session

    session = awaited(people())
    context = look.open(browser)
    context.add_cookies([{"name": "bosco_session", "value": session, "url": address}])
    shown = context.new_page()
    complaints = heard(shown)
    for path in PAGES:
        shown.goto(f"{address}{path}")
        assert findings(shown) == [], path
        wider = shown.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path
    shown.goto(f"{address}/account")
    shown.locator("[name=email]").fill("not an address")
    shown.locator("form[action='/account']").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    expect(shown.locator("#f-email-wrong")).to_be_visible()
    assert shown.locator("[name=email]").get_attribute("aria-describedby") == "f-email-hint f-email-wrong"
    assert findings(shown) == []
    context.close()
    assert unforeseen(complaints) == []
