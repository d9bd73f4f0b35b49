"""Lists of records: found and sorted page by page, taken out as a table, changed many at once, and as a board."""

import csv
import io
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.probes.pages_world import HOSTILE, House, watching
from tests.records.desk import Desk
from tests.records.test_acts import PLAN

from bosco.records.listing import NOBODY, SORTS, Sort, Wanted, find
from bosco.records.table import cell


def pages(desk: Desk, wanted: Wanted, size: int) -> list[str]:
    """Return the numbers of every page, one after the other."""
    found: list[str] = []
    before: str | None = wanted.before
    while before is not None:
        asked = Wanted(**{**vars(wanted), "before": before})
        rows, before = desk.store.read_now(lambda tx, asked=asked: find(tx, asked, size))  # type: ignore[misc]
        found += [row.number for row in rows]
    return found


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_shows_each_record_once_however_it_is_cut_into_pages(desk: Desk, sort: Sort) -> None:
    for count in range(13):
        number = desk.open(f"panne {count}", priority=("P1", "P2", "P3")[count % 3])
        if count % 4 == 0:
            desk.do(lambda tx, number=number: desk.records.comment(tx, number, "x", by="bosco"))  # type: ignore[misc]
    whole = pages(desk, Wanted(sort=sort), 50)
    assert sorted(whole) == sorted(f"CESIZEN-{count:04}" for count in range(1, 14))
    for size in (1, 3, 5):
        assert pages(desk, Wanted(sort=sort), size) == whole
    if sort == "opened":
        assert whole == sorted(whole, reverse=True)
    if sort == "urgent":
        urgencies = [desk.record(number).priority for number in whole]
        assert urgencies == sorted(urgencies)


@pytest.mark.parametrize("mark", ["x", "1_2_3", "-1", "9" * 30, "2026-01-01_5", "é", "1_", "\N{SUPERSCRIPT TWO}"])
def test_a_mark_that_was_typed_by_hand_breaks_nothing(desk: Desk, mark: str) -> None:
    desk.open()
    for sort in SORTS:
        desk.store.read_now(lambda tx, sort=sort: find(tx, Wanted(sort=sort, before=mark)))  # type: ignore[misc]


def test_a_filter_finds_what_it_says(desk: Desk) -> None:
    mine = desk.open("Panne du paiement", service="api", assignee="backend")
    other = desk.open("Paiement lent", kind="ticket")
    desk.do(lambda tx: desk.records.move(tx, mine, "fixing", by="person:devops"))

    def numbers(**asked: Any) -> list[str]:
        return [row.number for row in desk.store.read_now(lambda tx: find(tx, Wanted(**asked)))[0]]

    assert numbers(stage="fixing") == [mine]
    assert numbers(person="backend") == [mine]
    assert numbers(person=NOBODY) == [other]
    assert numbers(service="api") == [mine]
    assert numbers(q="paiement") == [other, mine]
    assert numbers(q="PAIEM pann") == [mine]
    assert numbers(q="cesizen-0001") == [mine]
    assert numbers(hidden=frozenset({"ticket"})) == [mine]
    assert numbers(over=True) == []


def test_words_that_stand_everywhere_and_hardly_ever_together_are_found_together(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As with two hundred thousand: a word in more than two records is one that stands everywhere.
    monkeypatch.setattr("bosco.records.listing.RARE", 2)
    for count in range(8):
        desk.open("panne pair" if count % 2 else "panne impair")
    both = desk.open("pair impair")
    for _ in range(4):
        desk.open("panne")

    def numbers(q: str) -> list[str]:
        return [row.number for row in desk.store.read_now(lambda tx: find(tx, Wanted(q=q)))[0]]

    for query in ("pair impair", "impair pair", "pai impai"):
        assert numbers(query) == [both]
    assert len(numbers("panne pair")) == 4
    assert numbers(f"pair {both}") == [both]
    assert numbers("pair impair zzz") == []


@given(st.text(max_size=60))
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell(text).removeprefix("'") in (text, text.removeprefix("'"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("lists"), PLAN) as opened:
        yield opened


def make(house: House, title: str, **more: Any) -> str:
    body = {"title": title, "kind": "sheet", "priority": "P2", **more}
    return str(house.alive.ask("/api/v1/records", body, token=house.tokens["responder"]).json()["number"])


def test_a_table_holds_what_the_list_holds_and_runs_nothing(house: House) -> None:
    number = make(house, '=cmd|" /C calc"!A0', fields={"impact": "+1\nline two", "checks": ["logs", "metrics"]})
    answer = house.page("/records.csv?kind=sheet&q=calc")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["number"] for row in rows] == [number]
    assert rows[0]["title"] == '\'=cmd|" /C calc"!A0'
    assert rows[0]["impact"] == "'+1\nline two"
    assert rows[0]["checks"] == "logs; metrics"


def bulk(house: House, numbers: list[str], role: str = "responder", **fields: str) -> tuple[int, str]:
    pairs = [*fields.items(), *[("number", number) for number in numbers]]
    body = urllib.parse.urlencode(pairs)
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.alive.port}/records/bulk",
        body.encode(),
        {"Authorization": f"Bearer {house.tokens[role]}", "HX-Request": "true", "Accept": "text/html"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers.get("HX-Redirect", "")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_many_are_changed_at_once_and_each_refusal_is_told(house: House) -> None:
    def one(number: str) -> Any:
        return house.alive.ask(f"/api/v1/records/{number}", token=house.tokens["viewer"]).json()

    numbers = [make(house, f"bulk {count}") for count in range(3)]
    assert bulk(house, numbers, act="assign", assign="ada", person="me", q="bulk") == (200, "/records?q=bulk&person=me")
    assert {one(number)["assignee"] for number in numbers} == {"ada"}
    assert bulk(house, numbers, act="priority", priority="P1")[0] == 200
    assert {one(number)["priority"] for number in numbers} == {"P1"}
    assert bulk(house, numbers, act="move", stage="doing")[0] == 200
    house.post(f"/records/{numbers[0]}/edit", "responder", title="bulk 0", cause="code", seen="1")
    # Two lack the cause, and all of them the word of ada: those that are refused undo nothing of the others.
    status, text = bulk(house, [*numbers, "NONE-1"], act="close")
    assert status == 422
    assert numbers[1] in text
    assert "NONE-1" in text
    assert "cause" in text.casefold()
    assert bulk(house, numbers, "viewer", act="close")[0] == 403
    for wrong in ({"act": "explode"}, {"act": "move", "stage": HOSTILE}, {"act": "assign", "assign": HOSTILE}):
        status, text = bulk(house, numbers, **wrong)
        assert status in (400, 422)
        assert HOSTILE not in text
    assert bulk(house, [], act="close")[0] == 400
    assert bulk(house, [f"X-{count}" for count in range(101)], act="close")[0] == 429


def test_the_board_shows_each_in_its_column_and_moves_by_a_plain_form(house: House) -> None:
    number = make(house, "on the board")
    page = house.page("/records/board?kind=sheet").text
    columns = dict(re.findall(r'data-stage="(\w+)"(.*?)</section>', page, re.DOTALL))
    assert number in columns["open"]
    assert f'action="/records/{number}/move"' in columns["open"]
    board = "/records/board?kind=sheet"
    moved = house.post(f"/records/{number}/move", "responder", stage="doing", next=board)
    assert moved.headers["hx-redirect"] == board
    columns = dict(re.findall(r'data-stage="(\w+)"(.*?)</section>', house.page(board).text, re.DOTALL))
    assert number in columns["doing"]
    # What lacks something is told on its own page.
    assert house.post(f"/records/{number}/move", "responder", stage="closed", next=board).status == 422
    away = house.post(f"/records/{number}/move", "responder", stage="open", why="x", next="https://evil.example/")
    assert away.headers["hx-redirect"] == "/"
    assert "<form" not in house.page(board, role="viewer").text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    "query",
    [
        "?sort=due",
        "?sort=urgent&before=1_2026-01-01T00:00:00+00:00_3",
        "?person=me",
        "?person=nobody&broken=1",
        "?over=1",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_usual_list_answers(house: House, query: str, language: str) -> None:
    assert house.page(f"/records{query}", language=language).status == 200
    assert house.page(f"/records.csv{query}").status == 200


def test_a_new_record_keeps_what_was_typed_when_another_kind_is_chosen(house: House) -> None:
    page = house.page("/records/new?title=Panne%20du%20soir&kind=sheet", role="responder").text
    assert 'value="Panne du soir"' in page
    assert 'name="impact"' in page
    made = house.post("/records/new", "responder", kind="sheet", title="Panne", priority="P1", impact="all", day="x")
    assert made.status == 422
    assert "not a day" in made.text
    made = house.post("/records/new", "responder", kind="sheet", title="Panne", priority="P1", impact="everybody")
    assert made.status == 200
    assert "everybody" in house.page(made.headers["hx-redirect"]).text
