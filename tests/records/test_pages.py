"""Records out of the real process: pages in both languages, hostile texts as texts, and the API beside them."""

from collections.abc import Iterator

import pytest
from tests.probes.pages_world import HOSTILE, House, watching
from tests.probes.pages_world import PLAN as WATCHED

# A kind whose numbers nobody else takes: the trouble that the plan's probes see opens records of its own.
NUMBER = "SHEET-0001"
PLAN = (
    WATCHED
    + """\
records:
  sheet: {code: SHEET, flow: [open, closed], calls: no}
"""
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("records"), PLAN) as opened:
        made = opened.post("/records/new", "responder", kind="sheet", title=HOSTILE, priority="P1", service="api")
        assert made.status == 200, made.text
        yield opened


@pytest.mark.parametrize("path", ["/records", f"/records/{NUMBER}", "/records/new?kind=sheet", "/records?q=nothing"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_answers_in_both_languages_and_shows_hostile_text_as_text(
    house: House, path: str, language: str
) -> None:
    answer = house.page(path, language=language)
    assert answer.status == 200
    assert f'<html lang="{language}"' in answer.text
    assert HOSTILE not in answer.text


def test_a_record_is_found_by_the_beginning_of_a_word(house: House) -> None:
    assert NUMBER in house.page("/records?q=sheet+scri").text
    assert NUMBER not in house.page("/records?q=sheet+zzz").text


def test_a_reader_sees_and_changes_nothing(house: House) -> None:
    assert "/records/new" not in house.page("/records", role="viewer").text
    assert house.post(f"/records/{NUMBER}/comment", "viewer", text="x").status == 403
    assert house.page("/records/new", role="viewer").status == 403


def test_what_somebody_else_wrote_is_shown_beside_what_i_wrote(house: House) -> None:
    number = house.alive.ask("/api/v1/records", {"title": "Panne"}, token=house.tokens["responder"]).json()["number"]
    address, one = f"/records/{number}/edit", {"title": "Panne", "seen": "1"}
    assert house.post(address, "responder", **one, business_impact="their words").status == 200
    clash = house.post(address, "responder", **one, business_impact="my words")
    assert clash.status == 422
    assert "their words" in clash.text
    assert "my words" in clash.text


def test_a_program_opens_moves_comments_and_reads(house: House) -> None:
    def ask(path: str, body: object = None, role: str = "responder") -> object:
        return house.alive.ask(f"/api/v1/records{path}", body, token=house.tokens[role])

    made = ask("", {"title": "API lente", "kind": "incident"}).json()  # type: ignore[attr-defined]
    at = f"/{made['number']}"
    assert ask(f"{at}/moves", {"stage": "analysing"}).json()["stage"] == "analysing"  # type: ignore[attr-defined]
    assert ask(f"{at}/comments", {"text": "on it"}).json()["comments"] == 1  # type: ignore[attr-defined]
    assert ask(f"{at}/moves", {"stage": "nowhere"}).status == 409  # type: ignore[attr-defined]
    assert ask(f"{at}/comments", {"text": "x"}, "viewer").status == 403  # type: ignore[attr-defined]
    words = [event["what"] for event in ask(f"{at}/events").json()]  # type: ignore[attr-defined]
    assert words[0] == "opened"
    assert "commented" in words
    listed = ask("?q=lente").json()["records"]  # type: ignore[attr-defined]
    assert [one["number"] for one in listed] == [made["number"]]
