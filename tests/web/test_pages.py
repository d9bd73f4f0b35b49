"""Pages in a real browser: reachable by everybody, calm, live, and whole without scripts."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import DESKTOP, PHONE, Look, browser, findings, heard, serving
from tests.web.conftest import Served
from tests.web.world import World

__all__ = ["browser"]

pytestmark = pytest.mark.browser
WALL = {"width": 1920, "height": 1080}
THEMES = ("light", "dark")


def enter(browser: Browser, url: str, look: Look | None = None, **more: Any) -> tuple[BrowserContext, Page]:
    context = (look or Look()).open(browser, **more)
    context.add_cookies([{"name": "role", "value": "admin", "url": url}])
    return context, context.new_page()


LOOKS = [
    *[
        (device, "/design", language, theme)
        for device in (DESKTOP, PHONE)
        for language in ("en-GB", "fr-FR")
        for theme in THEMES
    ],
    (WALL, "/design?wall=1", "fr-FR", "dark"),
    (WALL, "/design?wall=1", "en-GB", "light"),
    (PHONE, "/nope", "fr-FR", "light"),
    (DESKTOP, "/api", "en-GB", "dark"),
]


@pytest.mark.parametrize(("device", "path", "language", "theme"), LOOKS)
def test_nothing_keeps_anybody_out(
    browser: Browser, served: Served, device: Any, path: str, language: str, theme: str
) -> None:
    context, page = enter(browser, served.url, Look(device, language, theme))
    complaints = heard(page)
    page.goto(served.url + path)
    expect(page.locator(".chart canvas")).to_have_count(page.locator(".chart").count())
    assert findings(page) == []
    # The browser itself complains about the status of /nope; anything else is ours.
    assert [one for one in complaints if "404" not in one] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than its window"
    context.close()


def test_a_stranger_sees_a_page_that_stands_alone(browser: Browser, served: Served) -> None:
    context = Look(PHONE).open(browser)
    page = context.new_page()
    page.goto(f"{served.url}/nope")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert findings(page) == []
    context.close()


def test_without_scripts_everything_stands_there_and_can_be_used(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url, java_script_enabled=False)
    page.goto(f"{served.url}/design")
    expect(page.get_by_role("heading", name="Everything keeps")).to_be_visible()
    expect(page.locator(".chart .spark").first).to_be_visible()
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", name="Tout tient")).to_be_visible()
    page.get_by_role("button", name="Sombre").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_label("Nom", exact=True).fill("Ada")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("4 points à corriger.")).to_be_visible()
    assert page.get_by_label("Nom", exact=True).input_value() == "Ada"
    context.close()


def test_the_keyboard_reaches_everything(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url)
    page.goto(f"{served.url}/design")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("api/core")
    page.keyboard.press("Enter")
    expect(page.get_by_text("sought api/core")).to_be_visible()
    context.close()


def test_on_a_phone_the_menu_opens_and_fingers_hit_what_they_mean(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url, Look(PHONE), is_mobile=True)
    page.goto(f"{served.url}/design")
    menu = page.get_by_role("navigation", name="Main navigation")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(menu).to_be_visible()
    expect(menu.get_by_role("link", name="Administration")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    small = page.evaluate(
        """[...document.querySelectorAll("main .button:not(.tight), .tabbar :is(a, button), main .input, .tick")]
           .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.9)
           .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []
    context.close()


def test_a_part_of_the_page_refreshes_when_its_topic_is_told(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url)
    page.goto(f"{served.url}/design")
    expect(page.locator(".side .live")).to_have_attribute("data-state", "connected")
    expect(page.locator(".side .live")).to_have_text("Live")
    page.evaluate("document.getElementById('now').dataset.old = ''")
    page.request.get(f"{served.url}/tell/other")
    page.request.get(f"{served.url}/tell/design")
    expect(page.locator("#now[data-old]")).to_have_count(0)
    expect(page.locator("#now")).to_contain_text("Written at")
    context.close()


def test_a_lost_line_is_told_and_what_was_missed_is_fetched(browser: Browser) -> None:
    world = World()
    with serving(world.app, world.stopping) as url:
        context, page = enter(browser, url)
        page.goto(f"{url}/design")
        live = page.locator(".side .live")
        expect(live).to_have_attribute("data-state", "connected")
        page.evaluate("document.getElementById('now').dataset.old = ''")
        context.set_offline(True)
        expect(live).not_to_have_attribute("data-state", "connected")
        context.set_offline(False)
        expect(live).to_have_attribute("data-state", "connected", timeout=15000)
        expect(page.locator("#now[data-old]")).to_have_count(0)
    # Bosco has stopped: the page says so, without a toast for every part of it.
    expect(live).not_to_have_attribute("data-state", "connected", timeout=15000)
    expect(page.locator("#toasts .toast")).to_have_count(0)
    context.close()


def test_a_refusal_comes_as_a_toast_and_leaves_the_page_as_it_was(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url)
    page.goto(f"{served.url}/design")
    before = page.locator("#now").inner_text()
    page.get_by_role("button", name="Break something").click()
    toast = page.locator("#toasts .toast")
    expect(toast).to_contain_text("We could not finish this.")
    assert page.locator("#now").inner_text() == before
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)
    context.set_offline(True)
    page.get_by_role("button", name="Break something").click()
    expect(page.locator("#toasts .toast")).to_contain_text("Bosco could not be reached.")
    context.close()


def test_a_question_is_asked_and_answered_in_a_dialog(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url)
    page.goto(f"{served.url}/design")
    page.get_by_role("button", name="Close…").click()
    dialog = page.get_by_role("dialog", name="Close the incident?")
    expect(dialog).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    context.close()


def test_a_chart_can_be_zoomed_and_has_its_figures_behind_it(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url)
    page.goto(f"{served.url}/design")
    chart = page.locator("#answers")
    over = chart.locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 60)
    expect(chart.locator(".u-legend .u-value").nth(1)).to_contain_text("ms")
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 60, steps=4)
    page.mouse.up()
    back = chart.get_by_role("button", name="Show all")
    expect(back).to_be_visible()
    back.click()
    expect(back).to_be_hidden()
    chart.get_by_text("The figures as a table").click()
    assert chart.locator(".fold tbody tr").count() == 58
    expect(chart.locator(".fold thead th").nth(1)).to_have_text("Answer (ms)")
    context.close()


def test_a_key_can_be_copied(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{served.url}/design")
    button = page.locator(".copyable button")
    button.click()
    expect(button).to_have_attribute("data-done", "")
    assert page.evaluate("navigator.clipboard.readText()") == "01JQ8Z6X2M4V"
    context.close()


def test_what_blinks_rests_for_those_who_asked_for_rest(browser: Browser, served: Served) -> None:
    blinking = "getComputedStyle(document.querySelector('.banner.blink')).animationName"
    context, page = enter(browser, served.url)
    page.goto(f"{served.url}/design")
    assert page.evaluate(blinking) == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(blinking) == "glow"
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(browser: Browser, served: Served, theme: str) -> None:
    context, page = enter(browser, served.url, Look(theme=theme))
    page.goto(f"{served.url}/design")
    ratios: dict[str, float] = page.evaluate(CONTRASTS)
    assert {
        name: ratio for name, ratio in ratios.items() if ratio < 7 and not name.startswith(("ink-3", "accent"))
    } == {}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}
    context.close()


CONTRASTS = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement("i"));
  const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = (name) => {
    probe.style.color = `var(--${name})`;
    paint.fillStyle = getComputedStyle(probe).color;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = ["paper", "surface", "raised", "sunken"];
  const tones = ["red", "orange", "amber", "green", "blue", "violet", "grey"];
  const pairs = [
    ["on-accent", "accent"],
    ...["ink", "ink-2", "ink-3", "accent"].flatMap((ink) => grounds.map((behind) => [ink, behind])),
    ...tones.flatMap((tone) => [`${tone}-soft`, "surface", "paper"].map((behind) => [`${tone}-text`, behind])),
    ...tones.map((tone) => ["ink-2", `${tone}-soft`]),
  ];
  return Object.fromEntries(pairs.map(([ink, behind]) => {
    const [a, b] = [light(ink), light(behind)].sort((x, y) => y - x);
    return [`${ink} on ${behind}`, (a + 0.05) / (b + 0.05)];
  }));
}"""


def test_on_paper_there_are_no_buttons(browser: Browser, served: Served) -> None:
    context, page = enter(browser, served.url)
    page.goto(f"{served.url}/design")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main navigation")).to_be_hidden()
    expect(page.locator("main .button").first).to_be_hidden()
    expect(page.get_by_role("heading", name="Everything keeps")).to_be_visible()
    context.close()
