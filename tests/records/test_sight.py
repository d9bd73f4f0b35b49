"""A kind with `seen_by` is kept from everybody else: in the list, the search, the page, the API and the journal."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.probes.pages_world import PLAN as WATCHED
from tests.probes.pages_world import House, watching
from tests.running import Answer

SECRET = "leaked-keys"
PLAN = (
    WATCHED
    + """\
records:
  secret: {code: SECRET, flow: [open, closed], seen_by: manager, calls: yes}
  sheet: {code: SHEET, flow: [open, closed]}
notify: {P1: {in-app: now}}
"""
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("sight"), PLAN) as opened:
        for kind, title in (("secret", SECRET), ("sheet", "an open matter")):
            made = ask(opened, "", "manager", {"title": title, "kind": kind, "priority": "P1"})
            assert made.status == 201, made.text
        yield opened


def ask(house: House, path: str, role: str, body: Any = None) -> Answer:
    return house.alive.ask(f"/api/v1/records{path}", body, token=house.tokens[role])


@pytest.mark.parametrize("path", ["/records", "/records?q=leaked", "/records?kind=secret", "/journal", "/"])
def test_no_page_tells_it_to_others(house: House, path: str) -> None:
    seen, kept = house.page(path, role="manager"), house.page(path, role="responder")
    assert (seen.status, kept.status) == (200, 200)
    if path != "/":
        house.alive.until("/journal", lambda _: SECRET in house.page(path, role="manager").text)
    assert SECRET not in house.page(path, role="responder").text
    assert "SECRET-0001" not in house.page(path, role="responder").text


@pytest.mark.parametrize("path", ["/notices", "/letters", "/inbox", "/channels/in-app"])
def test_no_list_of_what_was_told_tells_it_to_others(house: House, path: str) -> None:
    house.alive.until("/livez", lambda _: SECRET in house.page(path, role="manager").text)
    assert SECRET not in house.page(path, role="responder").text


def test_no_letter_about_it_is_told_to_the_programs_of_others(house: House) -> None:
    def letters(role: str) -> str:
        return house.alive.ask("/api/v1/letters", token=house.tokens[role]).text

    house.alive.until("/livez", lambda _: SECRET in letters("manager"))
    assert SECRET not in letters("responder")


def test_its_own_page_and_everything_behind_it_is_not_there_for_others(house: House) -> None:
    assert house.page("/records/SECRET-0001").status == 200
    assert house.page("/records/SECRET-0001", role="responder").status == 404
    assert house.post("/records/SECRET-0001/comment", "responder", text="x").status == 404
    for path in ("", "/events"):
        assert ask(house, f"/SECRET-0001{path}", "responder").status == 404
        assert ask(house, f"/SECRET-0001{path}", "manager").status == 200
    for path, body in (("/moves", {"stage": "closed"}), ("/fields", {"values": {"title": "x"}, "seen": 1})):
        assert ask(house, f"/SECRET-0001{path}", "responder", body).status == 404


def test_nobody_learns_of_it_by_linking_or_joining(house: House) -> None:
    assert ask(house, "/SHEET-0001/links", "responder", {"target": "SECRET-0001"}).status == 404
    assert ask(house, "/SHEET-0001/merge", "responder", {"into": "SECRET-0001"}).status == 404
    assert house.post("/records/SHEET-0001/link", "responder", target="SECRET-0001").status == 422
    assert ask(house, "", "responder", {"title": "x", "kind": "secret", "priority": "P1"}).status == 403


def test_the_lists_of_programs_leave_it_out(house: House) -> None:
    def numbers(role: str) -> list[str]:
        return [one["number"] for one in ask(house, "", role).json()["records"]]

    assert "SECRET-0001" in numbers("manager")
    assert "SECRET-0001" not in numbers("responder")
    assert "SHEET-0001" in numbers("responder")

    def told(role: str) -> list[str]:
        answer = house.alive.ask("/api/v1/timeline?subject=record:*", token=house.tokens[role])
        return [line["subject"] for line in answer.json()["lines"]]

    house.alive.until("/api/v1/timeline", lambda _: "record:SHEET-0001" in told("responder"))
    assert "record:SECRET-0001" in told("manager")
    assert "record:SECRET-0001" not in told("responder")
