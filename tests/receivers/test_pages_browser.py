"""The pages of receivers in a real browser: what arrives, what was refused and why, how to set up, trying out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser import DESKTOP, PHONE, Look, browser, nothing_keeps_anybody_out
from tests.probes.pages_world import House, watching

__all__ = ["browser"]

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }}"
PLAN = """\
plan: Shop
language: en
services:
  api: {name: Core API}
receivers:
  orders: {name: "Orders <b>", json: token, key: order.id, title: "Order {order.id}: {message}"}
  code: {github: "${NOT_SET}", service: api}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("receivers"), PLAN) as opened:
        alive, proof = opened.alive, opened.tokens["responder"]
        sent = {"order": {"id": HOSTILE}, "message": HOSTILE, "service": "api"}
        assert alive.ask("/api/v1/receive/orders", sent, token=proof).status == 202
        assert alive.ask("/api/v1/receive/orders", {"order": HOSTILE}, token=proof).status == 400
        assert alive.ask("/api/v2/alerts", [], token="").status == 401
        yield opened


def enter(
    browser: Browser, house: House, look: Look | None = None, role: str = "manager"
) -> tuple[BrowserContext, Page]:
    context = (look or Look()).open(browser, base_url=f"http://127.0.0.1:{house.alive.port}")
    context.set_extra_http_headers({"Authorization": f"Bearer {house.tokens[role]}"})
    return context, context.new_page()


LOOKS = [Look(DESKTOP, "fr-FR", "light"), Look(DESKTOP, "en-GB", "dark"), Look(PHONE, "fr-FR", "dark")]


@pytest.mark.parametrize("path", ["/receivers", "/receivers/orders", "/receivers/alertmanager"])
@pytest.mark.parametrize("look", LOOKS, ids=["desk", "night", "phone"])
def test_nothing_keeps_anybody_out(browser: Browser, house: House, path: str, look: Look) -> None:
    context, page = enter(browser, house, look)
    nothing_keeps_anybody_out(page, path)
    context.close()


def test_what_arrives_and_what_is_refused_stands_in_the_list(browser: Browser, house: House) -> None:
    context, page = enter(browser, house)
    page.goto("/receivers")
    row = page.get_by_role("row", name="Orders <b>")
    expect(row).to_contain_text("an API token")
    expect(row).to_contain_text("The body has no “order.id”.")
    expect(page.get_by_role("row", name="code")).to_contain_text("everything is refused")
    expect(page.get_by_role("row", name="prometheus")).to_contain_text("An API token of Bosco is needed here")
    page.get_by_role("link", name="Orders <b>").click()
    expect(page.locator("main")).to_contain_text("/api/v1/receive/orders")
    context.close()


def test_a_body_is_tried_out_without_anything_happening(browser: Browser, house: House) -> None:
    before = house.alive.ask("/api/v1/alerts?state=all").text
    context, page = enter(browser, house)
    page.goto("/receivers/orders")
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("row", name="Order disk-web1: Disk of web1 is full")).to_contain_text("critical")
    page.get_by_label("Body").fill('{"order": {}}')
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator(".wrong")).to_contain_text("order.id: The body has no “order.id”.")
    expect(page.get_by_label("Body")).to_have_value('{"order": {}}')
    assert house.alive.ask("/api/v1/alerts?state=all").text == before
    context.close()


@pytest.mark.parametrize(
    "body", ["", "nonsense", "[" * 50_000, '{"order": ' * 5000, "x" * 300_000, "null", '"' + HOSTILE]
)
def test_whatever_is_tried_out_is_read_or_refused(house: House, body: str) -> None:
    for receiver in ("orders", "code", "alertmanager", "grafana", "pagerduty", "sentry", "prometheus"):
        assert house.post(f"/receivers/{receiver}/try", "responder", body=body).status in (200, 413, 422)


def test_a_viewer_sees_and_cannot_act(house: House) -> None:
    assert "Try it out" not in house.page("/receivers/orders", "viewer").text
    assert house.post("/receivers/orders/try", "viewer", body="{}").status == 403
    assert house.page("/receivers/nobody", "viewer").status == 404
