"""The pages of who is on call in a real browser: seen, changed, exchanged, by hand and by keyboard."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import DESKTOP, PHONE, Look, browser, nothing_keeps_anybody_out
from tests.probes.pages_world import House, watching

__all__ = ["browser"]

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }}"
PLAN = """\
plan: Turns
language: en
timezone: Europe/Paris
team:
  ada: {name: Ada, email: ada@example.org, phone: "+33600000001", roles: [admin], level: 2}
  bea: {name: "Béa <b>", email: bea@example.org, roles: [responder], level: 3}
  silent: {name: Silent}
  direction: {name: Direction, members: [ada, bea]}
on_call:
  phone: {name: {fr: Téléphone, en: The phone}, rotate: weekly, at: "mon 09:00", from: 2026-01-05, people: [ada, bea]}
  days: {name: Office days, people: [ada], hours: office}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("on-call"), PLAN) as opened:
        yield opened


def enter(
    browser: Browser, house: House, look: Look | None = None, role: str = "manager"
) -> tuple[BrowserContext, Page]:
    context = (look or Look()).open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens[role]}"})
    return context, context.new_page()


LOOKS = [Look(DESKTOP, "fr-FR", "light"), Look(DESKTOP, "en-GB", "dark"), Look(PHONE, "fr-FR", "dark")]
PATHS = ["/on-call", "/on-call?rotation=days", "/on-call/stand-in", "/on-call/exchange?rotation=phone", "/people"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("look", LOOKS, ids=["desk", "night", "phone"])
def test_nothing_keeps_anybody_out(browser: Browser, house: House, path: str, look: Look) -> None:
    context, page = enter(browser, house, look)
    nothing_keeps_anybody_out(page, path)
    context.close()


def test_a_day_of_the_calendar_tells_its_turns_and_leads_to_standing_in(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    page.goto("/on-call?rotation=days")
    expect(page.get_by_text("Office days: nobody is on call at times")).to_be_visible()
    # By keyboard: each day is a link.
    page.locator(".month a").nth(7).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**day=*")
    expect(page.locator("#day")).to_contain_text("Nobody")
    page.get_by_role("link", name="Stand in on that day").click()
    page.get_by_label("Who is on call").select_option("bea")
    page.get_by_label("Why").fill(HOSTILE)
    page.get_by_role("button", name="Stand in").click()
    page.wait_for_url("**/on-call?rotation=days")
    expect(page.get_by_text("takes over").first).to_be_visible()
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_text("Everybody takes the turns that the plan gives.")).to_be_visible()
    context.close()


def test_turns_are_exchanged_when_the_other_agrees(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    page.goto("/on-call/exchange?rotation=phone")
    mine = page.get_by_label("Turn to give away").locator("option", has_text="Ada").nth(1)
    theirs = page.get_by_label("Turn to take instead").locator("option", has_text="Béa").nth(2)
    page.get_by_label("Turn to give away").select_option(mine.get_attribute("value"))
    page.get_by_label("Turn to take instead").select_option(theirs.get_attribute("value"))
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Exchanges that wait for an answer")).to_be_visible()
    page.get_by_role("button", name="Agree").click()
    expect(page.get_by_text("stands in for").first).to_be_visible()
    expect(page.get_by_text("Exchanges that wait for an answer")).to_have_count(0)
    context.close()


@pytest.mark.parametrize(
    "fields",
    [
        {"rotation": "phone", "who": "nobody", "start": "2026-13-40T99:99", "end": ""},
        {"rotation": "phone", "who": "ada", "start": "2030-01-02T00:00", "end": "2030-01-01T00:00"},
        {"rotation": "phone", "who": "ada", "whom": "ada", "start": "2030-01-01T00:00", "end": "2030-01-02T00:00"},
        {"rotation": "phone", "who": "ada", "start": "2020-01-01T00:00", "end": "2020-01-02T00:00"},
        {"rotation": "x" * 9999, "who": HOSTILE, "start": "0001-01-01T00:00", "end": "9999-12-31T23:59"},
        {"rotation": "phone", "who": "ada", "start": "0001-01-01T00:00", "end": "9999-12-31T23:59"},
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(house: House, fields: dict[str, str]) -> None:
    answer = house.post("/on-call/stand-in", "responder", **fields)
    assert answer.status == 422
    assert 'class="wrong"' in answer.text


def test_a_file_gives_turns_until_they_are_taken_away(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    page.goto("/on-call?rotation=days")
    page.get_by_text("Take the turns of a file").click()
    soon = f"{datetime.now(UTC) + timedelta(days=300):%Y%m%d}"
    times = [f"DTSTART:{soon}T000000Z", f"DTEND:{soon}T010000Z"]
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", "SUMMARY:Ada", *times, "END:VEVENT", "END:VCALENDAR", ""]
    text = "\r\n".join(lines)
    page.get_by_label("File").set_input_files({"name": "a.ics", "mimeType": "text/calendar", "buffer": text.encode()})
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_text("Entries that count: 1.")).to_be_visible()
    page.get_by_text("Take the turns of a file").click()
    page.get_by_role("button", name="Take them away").click()
    expect(page.get_by_text("The turns are as they were.")).to_be_visible()
    context.close()


def test_a_viewer_sees_and_cannot_act(house: House) -> None:
    assert "The phone" in house.page("/on-call", "viewer").text
    assert house.page("/on-call/stand-in", "viewer").status == 403
    assert house.post("/on-call/exchange/nothing/agree", "viewer").status == 403
    assert house.post("/on-call/exchange/nothing/agree", "responder").status == 404
    assert house.page("/on-call/exchange?rotation=nope", "responder").status == 404


def test_only_who_is_asked_agrees(house: House) -> None:
    answer = house.post("/on-call/exchange", "responder", rotation="phone", first="x", second="y")
    assert answer.status == 422


def test_odd_days_show_the_calendar_all_the_same(house: House) -> None:
    for day in ("0000-00-00", "9999-12-31", "1970-01-01", "2026-11-31", "x" * 150):
        assert house.page(f"/on-call?day={day}").status == 200


def test_who_cannot_be_reached_stands_out_and_addresses_are_hidden_from_others(house: House) -> None:
    others, manager = house.page("/people", "viewer").text, house.page("/people", "manager").text
    assert "1 person cannot be reached" in others
    assert "Nothing reaches them: no e-mail, no phone, no chat." in others
    assert "Takes turns on call without a phone." in others
    for hidden in ("ada@example.org", "+33600000001"):
        assert hidden in manager
        assert hidden not in others
    assert "a…@example.org" in others
    assert "+33…01" in others
