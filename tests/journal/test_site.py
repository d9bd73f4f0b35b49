"""The journal on a page, over the API and as a stream."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.browser import serving
from tests.journal.book import Book
from tests.journal.site import JournalSite

from bosco.journal import audience


@pytest.fixture
def site(book: Book, monkeypatch: pytest.MonkeyPatch) -> JournalSite:
    monkeypatch.setattr(audience, "audiences", lambda: {"secret": "admin"})
    return JournalSite(book.store)


def ask(site: JournalSite, path: str, role: str = "viewer", language: str = "en") -> httpx.Response:
    async def story() -> httpx.Response:
        transport = httpx.ASGITransport(app=site.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        headers = {"x-role": role, "accept-language": language}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
            return await client.get(path)

    return asyncio.run(story())


def places(site: JournalSite, path: str, **more: str) -> list[int]:
    answer = ask(site, path, **more)
    assert answer.status_code == 200, answer.text
    return [line["place"] for line in answer.json()["lines"]]


def test_programs_read_the_journal_page_by_page(site: JournalSite, book: Book) -> None:
    book.fill(25)
    assert places(site, "/api/v1/timeline?limit=3") == [23, 24, 25]
    seen: list[int] = []
    before: int | None = 26
    while before is not None:
        page = ask(site, f"/api/v1/timeline?limit=4&before={before}").json()
        seen = [line["place"] for line in page["lines"]] + seen
        before = page["older"]
    assert seen == list(range(1, 26))
    first = ask(site, "/api/v1/timeline?limit=10&after=0").json()
    assert (first["older"], first["newer"], len(first["lines"])) == (None, 10, 10)
    last = ask(site, "/api/v1/timeline?limit=10&after=20").json()
    assert (last["older"], last["newer"], len(last["lines"])) == (21, None, 5)


def test_a_line_reaches_programs_whole_and_told_in_their_language(site: JournalSite, book: Book) -> None:
    [line_id] = book.write("probe:api", what="probe.went-down", why="status (500) == 200", data={"took": 3})
    book.settle()
    [line] = ask(site, "/api/v1/timeline").json()["lines"]
    assert line == {
        "place": 1,
        "id": line_id,
        "at": "2026-03-02T08:00:00Z",
        "subject": "probe:api",
        "what": "probe.went-down",
        "actor": "bosco",
        "why": "status (500) == 200",
        "data": {"took": 3},
        "says": "api is down: status (500) == 200",
    }
    [french] = ask(site, "/api/v1/timeline", language="fr").json()["lines"]
    assert french["says"] != line["says"]


def test_filters_work_over_the_api(site: JournalSite, book: Book) -> None:
    book.write("probe:a", "probe:b", what="probe.went-down")
    book.write("user:camille", actor="user:camille")
    book.settle()
    assert places(site, "/api/v1/timeline?subject=probe:*") == [1, 2]
    assert places(site, "/api/v1/timeline?what=thing.happened&actor=user:*") == [3]
    assert places(site, "/api/v1/timeline?since=2026-03-02T08:00:00&until=2026-03-02T10:00:00%2B01:00") == [1, 2, 3]
    assert places(site, "/api/v1/timeline?until=2026-03-02T07:59:59Z") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "after=-1",
        "before=99999999999999999999999",
        "since=yesterday",
        "subject=",
        "subject=" + "x" * 301,
    ],
)
def test_half_and_hostile_questions_are_refused(site: JournalSite, query: str) -> None:
    answer = ask(site, f"/api/v1/timeline?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("name", ["%00", "%ED%A0%80", "%27%3B--", "*", "%25*"])
def test_odd_names_find_nothing_and_break_nothing(site: JournalSite, book: Book, name: str) -> None:
    book.fill(2)
    assert ask(site, f"/journal?subject={name}").status_code == 200
    assert len(places(site, f"/api/v1/timeline?what={name}")) == (2 if name == "*" else 0)


def test_strangers_see_nothing(site: JournalSite, book: Book) -> None:
    book.fill(1)
    assert ask(site, "/api/v1/timeline", role="nobody").status_code == 401
    assert ask(site, "/api/v1/timeline/stream", role="nobody").status_code == 401
    assert "n:0" not in ask(site, "/journal", role="nobody").text


def test_what_is_for_some_is_hidden_from_the_others(site: JournalSite, book: Book) -> None:
    book.write("a", what="open.thing")
    book.write("b", what="secret.thing")
    book.write("c", what="secretary.came")
    book.settle()
    assert places(site, "/api/v1/timeline") == [1, 3]
    assert places(site, "/api/v1/timeline", role="admin") == [1, 2, 3]
    assert places(site, "/api/v1/timeline?what=secret.thing") == places(site, "/api/v1/timeline?subject=b") == []
    assert "secret.thing" not in ask(site, "/journal").text
    assert "secret.thing" in ask(site, "/journal", role="admin").text


def test_the_page_tells_what_happened_the_latest_first(site: JournalSite, book: Book) -> None:
    assert "Nothing has happened yet" in ask(site, "/journal").text
    book.write("probe:api", what="probe.went-down", why="<script>alert(1)</script>")
    book.fill(60)
    answer = ask(site, "/journal")
    assert answer.text.index("n:59") < answer.text.index("n:58")
    assert "n:9<" not in answer.text
    assert 'hx-get="/journal"' in answer.text
    older = ask(site, "/journal?before=12")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in older.text
    assert "<script>alert(1)" not in older.text
    assert "hx-get=" not in older.text.split('id="lines"')[1]
    assert "after=11" in older.text
    assert "Rien ne s’est" not in answer.text
    assert "Journal</h1>" in ask(site, "/journal", language="fr").text
    assert "No line fits" in ask(site, "/journal?subject=nobody").text
    assert ask(site, "/journal?before=x").status_code == 400


@pytest.fixture
def served(site: JournalSite) -> Iterator[str]:
    with serving(site.app, site.stopping) as url:
        yield url


def follow(url: str, query: str = "", **headers: str) -> http.client.HTTPResponse:
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    line.request(
        "GET", f"/api/v1/timeline/stream{query}", headers={"x-role": "viewer", "Connection": "close", **headers}
    )
    answer = line.getresponse()
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer


def hear(answer: http.client.HTTPResponse, count: int) -> list[tuple[int, dict[str, Any]]]:
    heard: list[tuple[int, dict[str, Any]]] = []
    place = 0
    while len(heard) < count:
        said = answer.readline().decode().strip()
        if said.startswith("id: "):
            place = int(said[4:])
        elif said.startswith("data: "):
            heard.append((place, json.loads(said[6:])))
    return heard


def test_the_stream_goes_on_where_the_reader_left_off(book: Book, served: str) -> None:
    book.fill(5)
    answer = follow(served, "?after=2")
    assert [place for place, _ in hear(answer, 3)] == [3, 4, 5]
    book.write("b", what="secret.thing")
    book.write("c", why="just now")
    book.settle()
    [(place, line)] = hear(answer, 1)
    assert (place, line["subject"], line["place"], line["why"]) == (7, "c", 7, "just now")
    again = follow(served, "?after=2", **{"Last-Event-ID": "4"})
    assert [place for place, _ in hear(again, 2)] == [5, 7]
    odd = follow(served, "?after=5", **{"Last-Event-ID": "²9".encode().decode("latin-1")})
    assert [place for place, _ in hear(odd, 1)] == [7]


def test_an_open_stream_ends_when_bosco_stops(site: JournalSite) -> None:
    with serving(site.app, site.stopping) as url:
        answer = follow(url)
        ended = threading.Thread(target=answer.read)
        ended.start()
    ended.join(10)
    assert not ended.is_alive()
