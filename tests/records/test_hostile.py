"""A hostile text in every field of every type is refused or shown as a text: on the page, in lists and in tables."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest
from tests.probes.pages_world import HOSTILE, House, watching
from tests.probes.pages_world import PLAN as WATCHED

from bosco.records.section import FieldType
from bosco.records.targets import address_of

TYPES = [*get_args(FieldType)]
TEXTS = [
    HOSTILE,
    "javascript:alert(1)",
    'https://x.example/"onmouseover="alert(1)',
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1)) <svg/onload=alert(1)>",
    "{{ 7*7 }} {number} %s \u202e\u0000",
    "=1+1",
]
FIELDS = "\n".join(
    f'      f-{place}: {{type: "{kind}"' + (", options: [a, b]" if kind in ("choice", "checklist") else "") + "}"
    for place, kind in enumerate(TYPES)
)
PLAN = f"{WATCHED}records:\n  sheet:\n    code: SHEET\n    flow: [open, closed]\n    fields:\n{FIELDS}\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("hostile"), PLAN) as opened:
        yield opened


@pytest.mark.parametrize("text", TEXTS)
def test_a_hostile_text_in_any_field_is_refused_or_shown_as_a_text(house: House, text: str) -> None:
    made = house.alive.ask("/api/v1/records", {"title": text, "kind": "sheet"}, token=house.tokens["responder"]).json()
    at = f"/records/{made['number']}"
    for place, kind in enumerate(TYPES):
        answer = house.post(f"{at}/edit", "responder", **{f"f-{place}": text, f"f-{place}-shown": "1"})
        assert answer.status in (200, 422), (kind, answer.status)
        assert_calm(answer.text)
    for path in (at, "/records", "/records/board?kind=sheet", "/records/new?kind=sheet", "/journal"):
        assert_calm(house.page(path).text)
    table = house.page("/records.csv?kind=sheet").text
    assert "\r\n=" not in table
    assert ",=1" not in table


def assert_calm(page: str) -> None:
    """Refuse a page in which something of it would run."""
    for bad in (HOSTILE, "<img src=x", "<svg/onload", 'href="javascript:', ">49<"):
        assert bad not in page, bad
    assert not re.search(r'<[^>]*"onmouseover=', page)


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "https://x/<script>", "x", "record:"])
def test_a_link_leads_nowhere_it_should_not(target: str) -> None:
    assert address_of(target) is None


def test_a_link_leads_to_what_it_names() -> None:
    assert address_of("record:ZB-1/../x") == "/records/ZB-1%2F..%2Fx"
    assert address_of("measure:up{job='a'}") == "/explore?query=up%7Bjob%3D%27a%27%7D"
    assert address_of("https://example.org/a?b=c") == "https://example.org/a?b=c"
