"""The pages of measures and queries, as people read them."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from tests.explore.past import Past, past
from tests.explore.shop import HOSTILE, shop
from tests.running import Answer


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


def page(house: Past, path: str, language: str = "en", **query: str) -> Answer:
    address = f"{house.address}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
    request = urllib.request.Request(address)
    request.add_header("Authorization", f"Bearer {house.token('viewer')}")
    request.add_header("Accept", "text/html")
    request.add_header("Accept-Language", language)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.read().decode(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode(), dict(error.headers))


@pytest.mark.parametrize(("language", "words"), [("en", "Make it a signal or a level"), ("fr", "En faire un signal")])
def test_a_query_is_answered_by_chart_table_and_lines_for_the_plan(house: Past, language: str, words: str) -> None:
    found = page(house, "/explore", language, q="sum by (job) (rate(requests_total[5m]))", span="6h")
    assert found.status == 200
    assert 'id="answer-chart-data"' in found.text
    assert "{job=&#34;job12&#34;}" in found.text
    assert "requests_total_rate" in found.text
    assert words in found.text


def test_a_mistake_is_shown_in_place_with_a_way_out(house: Past) -> None:
    found = page(house, "/explore", q="sum(rate(requests_total[5m]) by (job)")
    assert found.status == 422
    assert "<mark>" in found.text
    assert 'value="sum(rate(requests_total[5m]) by (job)"' in found.text
    nearly = page(house, "/explore", q="requests_totl")
    assert nearly.status == 200
    assert "Did you mean requests_total?" in nearly.text
    assert "Bosco does not compute" in page(house, "/explore", q="info(up)").text


def test_a_measure_of_any_name_is_a_query(house: Past) -> None:
    assert 'id="answer-chart-data"' in page(house, "/explore", q="weird/name é").text
    link = re.search(r'href="(/measures/weird[^"]+)"', page(house, "/measures", q="weird").text)
    assert link
    one = page(house, link[1])
    assert (one.status, "weird/name é" in one.text) == (200, True)


def test_what_others_send_is_never_run(house: Past) -> None:
    for path, query in (("/explore", {"q": "odd"}), ("/measures/odd", {}), ("/explore", {"q": HOSTILE})):
        assert HOSTILE not in page(house, path, **query).text


def test_the_sheet_holds_the_whole_answer(house: Past) -> None:
    sheet = page(house, "/explore/sheet", q="many", span="15m", step="1m")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert len({line.split(",")[2] for line in sheet.text.splitlines()[1:]}) == 120
    assert page(house, "/explore/sheet", q="sum(").status == 400


def test_words_are_offered_while_typing(house: Past) -> None:
    def offered(text: str) -> list[str]:
        said = json.loads(page(house, "/explore/complete", text=text, at=str(len(text))).text)
        return [one["text"] for one in said["items"]]

    assert offered("req")[0] == "requests_total"
    assert offered("sum(hist") == ["histogram_quantile"]
    assert offered("requests_total{") == ["code", "job"]
    assert offered('requests_total{job="job1')[:2] == ["job1", "job10"]
    assert "n" in offered("sum by (")


def test_all_measures_are_listed_and_what_nobody_feeds_is_told(house: Past) -> None:
    found = page(house, "/measures")
    names = re.findall(r'<th scope="row"><a href="/measures/([^"]+)"', found.text)
    assert names[:3] == ["basket", "forgotten", "many"]
    assert len(names) == 50
    assert "1 to 50 of 68" in found.text
    second = re.findall(r'<th scope="row"><a href="/measures/([^"]+)"', page(house, "/measures", page="2").text)
    assert len(second) == 18
    unfed = page(house, "/measures", which="unfed").text
    assert re.findall(r'<th scope="row"><a href="/measures/([^"]+)"', unfed) == ["forgotten", "slow"]
    assert unfed.count("Nobody</span>") == 2
    assert re.findall(
        r'<th scope="row"><a href="/measures/([^"]+)"', page(house, "/measures", q="panier", language="fr").text
    ) == ["basket"]
    for order in ("series", "rate", "oldest", "odd"):
        assert page(house, "/measures", order=order).status == 200
    first = re.search(r'<th scope="row"><a href="/measures/([^"]+)"', page(house, "/measures", order="series").text)
    assert first
    assert first[1] == "many"
    assert page(house, "/measures", q="nothing like it").status == 200


def test_one_measure_tells_its_series_feeds_and_rules(house: Past) -> None:
    depth = page(house, "/measures/queue_depth").text
    assert "remote-write responder" in depth
    assert re.search(r"<a href=\"/rules/[^\"]+queue_depth[^\"]*\">above 120", depth)
    assert "plan.yml:9" in depth
    chart = re.search(r'id="measure-chart-data" hidden>(.*?)</div>', depth)
    assert chart
    assert json.loads(chart[1])["levels"] == [{"value": 120, "tone": "red"}, {"value": 80, "tone": "amber"}]
    assert "Slow answers" in page(house, "/measures/requests_total").text
    many = page(house, "/measures/many", page="3").text
    assert "{n=&#34;119&#34;}" in many
    forgotten = page(house, "/measures/forgotten")
    assert (forgotten.status, "Nobody feeds it" in forgotten.text) == (200, True)
    assert page(house, "/measures/never-heard-of").status == 404
    assert "31.5" in page(house, "/measures/basket").text


def test_before_anything_arrives_the_pages_say_how_it_may(
    house: Past, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with past(tmp_path_factory.mktemp("empty"), "plan: Shop\n", datetime(2026, 3, 2, tzinfo=UTC)) as empty:
        assert "remote_write" in page(empty, "/explore").text
        assert "curl" in page(empty, "/measures").text
        assert page(empty, "/explore", q="up").status == 200
