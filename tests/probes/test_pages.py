"""The pages of services and probes, out of the real process: what they say, and to whom."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.probes.pages_world import HOSTILE, House, watching

PAGES = (
    "/services",
    "/services/web",
    "/services/api",
    "/services/database",
    "/services/alone",
    "/probes",
    "/probes/web",
    "/probes/api-health?span=30d",
    "/probes/resting",
    "/probes/backup",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with watching(tmp_path_factory.mktemp("pages")) as opened:
        opened.alive.until("/api/v1/probes/api-health", lambda answer: answer.json()["probe"]["state"] == "down")
        opened.alive.until("/api/v1/probes/web", lambda answer: answer.json()["probe"]["state"] == "up")
        opened.alive.until("/api/v1/probes/database", lambda answer: answer.json()["probe"]["state"] == "up")
        yield opened


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_answers_in_both_languages(house: House, path: str, language: str) -> None:
    answer = house.page(path, language=language)
    assert answer.status == 200
    assert f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_what_a_plan_or_a_server_smuggles_in_is_text(house: House, path: str) -> None:
    text = house.page(path).text
    assert HOSTILE not in text
    assert "<img src=x" not in text
    assert "<b>now</b>" not in text
    assert "secret@" not in text


def test_a_service_that_is_down_says_why_since_when_what_it_means_and_what_comes_next(house: House) -> None:
    text = house.page("/services/api").text
    assert "status (500) == 200" in text
    assert "since" in text
    assert re.search(r'class="priority red blink"[^>]*>P1<', text)
    assert "Beyond its promise: Penalty &lt;b&gt;now&lt;/b&gt;." in text
    assert "Web application needs it." in text
    assert "Next look" in text


def test_a_probe_shows_what_was_expected_and_what_was_seen(house: House) -> None:
    text = house.page("/probes/api-health").text
    assert "<code>status (500) == 200</code>" in text
    assert "not held:" in text
    assert "&lt;script&gt;" in text
    assert "API Core is down because of it." in text


def test_the_services_stand_below_those_that_need_them_and_the_board_of_environments_below_all(house: House) -> None:
    text = house.page("/services").text
    assert "API Core is down" in text
    assert re.search(r'data-depth="1".*?href="/services/database"', text, re.S)
    assert text.index("Environments") < text.index("Staging") < text.index("Production")
    board = text[text.index("Environments") :]
    # Production has no probe of its own, but the address of a service.
    assert board.count("dot") == 0
    assert "Not watched" not in board
    assert "promised 99%" in board


def test_nested_parts_are_told_one_by_one(house: House) -> None:
    house.told.answers["/parts/health"] = (200, {"status": "degraded", "checks": {"redis": "down", "queue": "up"}})
    answer = house.post("/probes/parts/check", "responder")
    assert answer.status == 200
    assert "Its parts" in answer.text
    assert "redis" in answer.text


def test_check_now_is_for_responders_and_shows_what_was_seen(house: House) -> None:
    assert house.post("/probes/web/check", "viewer").status == 403
    assert "/probes/web/check" not in house.page("/probes/web", role="viewer").text
    answer = house.post("/probes/web/check", "responder")
    assert answer.status == 200
    assert 'id="now"' in answer.text
    assert "<html" not in answer.text
    assert house.post("/probes/nothing/check", "responder").status == 404
    assert house.post("/probes/resting/check", "responder").status == 409
    assert house.post("/probes/backup/check", "responder").status == 409


def test_the_address_of_a_job_is_shown_to_responders_alone(house: House) -> None:
    assert "/ping/" not in house.page("/probes/backup", role="viewer").text
    text = house.page("/probes/backup", role="responder").text
    found = re.search(r"http://127\.0\.0\.1:\d+(/ping/[0-9a-f-]{36})", text)
    assert found
    assert "30 2 * * *  /path/to/job.sh &amp;&amp; curl" in text
    assert "Waits for its first ping" in text
    assert house.alive.ask(f"{found[1]}/start", token="").status == 200
    assert house.alive.ask(f"{found[1]}/3", token="").status == 200
    text = house.page("/probes/backup", role="responder").text
    assert "the job ended with exit status 3" in text
    assert text.index("Last pings") < text.index("Where the job reports")
    assert "Last pings" not in house.page("/probes/backup", role="viewer").text


def test_the_list_is_searched_and_filtered_by_state_and_service(house: House) -> None:
    def names(query: str) -> list[str]:
        return re.findall(r'<th scope="row"><a href="/probes/([\w-]+)"', house.page(f"/probes?{query}").text)

    assert names("state=down&service=api") == ["api-health"]
    assert names("state=down&service=web") == []
    assert "api-health" in names("")[:2]
    assert sorted(names("service=web")) == ["parts", "web"]
    assert names("q=HEARTBEAT") == ["backup"]
    assert names("q=api+core") == ["api-health"]
    assert names("order=name") == sorted(names("order=name"))
    assert set(names("state=nonsense&order=odd&service=nobody")) == set(names(""))
    assert "No probe matches" in house.page("/probes?q=zzz").text


@pytest.mark.parametrize("path", ["/probes/nothing", "/services/nothing", "/probes/%3Cscript%3E", "/services/..%2f"])
def test_what_does_not_exist_is_refused_calmly(house: House, path: str) -> None:
    answer = house.page(path)
    assert answer.status == 404
    assert "<script>" not in answer.text.replace("<script src", "").replace('<script type="application/json"', "")


@pytest.mark.parametrize("query", ["before=-1", "before=99999999999999999999", "before=x", "before=9007199254740993"])
def test_a_page_of_looks_that_cannot_be_is_refused(house: House, query: str) -> None:
    assert house.page(f"/probes/web?{query}").status == 400


def test_looks_are_paged_by_their_instant(house: House) -> None:
    house.alive.until("/probes/web", lambda answer: "?before=" in answer.text)
    first = house.page("/probes/web").text
    older = re.search(r'href="(/probes/web\?before=\d+)#looks"', first)
    assert older
    text = house.page(older[1]).text
    assert "Newer" in text
    assert house.page("/probes/web?before=0").text.count("No look is kept from before") == 1
    # The oldest look of the first page is not told again on the second.
    times = re.compile(r'<tr><th scope="row"><time datetime="([^"]+)"')
    assert min(times.findall(first)) > max(times.findall(text))


@pytest.mark.parametrize("span", ["24h", "7d", "30d", "90d", "nonsense"])
def test_charts_are_drawn_for_every_span(house: House, span: str) -> None:
    text = house.page(f"/probes/web?span={span}").text
    assert 'id="answers-data"' in text
    assert "The figures as a table" in text
    assert 'id="answers-data"' in house.page(f"/services/web?span={span}&probe=web").text


def test_a_manager_corrects_what_was_counted_and_the_reason_stands_in_the_journal(house: House) -> None:
    now = datetime.now(ZoneInfo("Europe/Paris"))
    start, end = now - timedelta(minutes=50), now - timedelta(minutes=20)
    fields = {
        "start": start.strftime("%Y-%m-%dT%H:%M"),
        "end": end.strftime("%Y-%m-%dT%H:%M"),
        "says": "down",
        "reason": f"The provider's report 42 {HOSTILE}",
    }
    assert house.post("/services/web/corrections", "responder", **fields).status == 403
    assert "Correct what was counted" not in house.page("/services/web", role="responder").text
    wrong = house.post("/services/web/corrections", "manager", **{**fields, "end": fields["start"]})
    assert wrong.status == 422
    assert "A correction ends after it begins." in wrong.text
    assert "report 42" in wrong.text
    assert house.post("/services/web/corrections", "manager", **{**fields, "reason": " "}).status == 422
    assert house.post("/services/web/corrections", "manager", **{**fields, "says": "nonsense"}).status == 422
    assert house.post("/services/nothing/corrections", "manager", **fields).status == 404
    assert "report 42" not in house.page("/services/web").text

    kept = house.post("/services/web/corrections", "manager", **fields)
    assert kept.status == 200
    assert kept.headers["hx-redirect"] == "/services/web#months"
    text = house.page("/services/web").text
    assert "it was down" in text
    assert "report 42 &lt;script&gt;" in text
    assert "30 min of downtime" in text.replace("\u00a0", " ")
    lines = house.alive.until("/journal?subject=service:web", lambda answer: "report 42" in answer.text).text
    assert "corrected what counts of web" in lines


def test_a_deployment_stands_beside_the_charts_the_days_and_on_the_board(house: House) -> None:
    told = {"version": "v1.4.2 <b>", "service": "web", "environment": "production", "link": "https://example.org/1"}

    def deploy(role: str, **more: str) -> int:
        return house.alive.ask("/api/v1/deployments", {**told, **more}, token=house.tokens[role]).status

    assert deploy("viewer") == 403
    assert deploy("responder", link="javascript:alert(1)") == 400
    assert [deploy("responder"), deploy("responder")] == [201, 201]
    text = house.page("/services/web").text
    link = '<a href="https://example.org/1" rel="noreferrer noopener">v1.4.2 &lt;b&gt; was deployed</a>'
    assert text.count(link) == 1
    # In the data of both charts, as JSON that is safe in a page.
    assert 'v1.4.2 \\u003cb\\u003e"' in text
    board = house.page("/services").text
    assert re.search(r'data-label="Release"><span><a href="https://example.org/1"[^>]*>v1.4.2 &lt;b&gt;</a>', board)
    assert "a été déployée" in house.page("/journal?subject=service:web", language="fr").text


def test_planned_work_is_told_while_it_is_under_way_and_before(house: House) -> None:
    text = house.page("/services/alone").text
    assert "Planned work" in text
    assert "Move &lt;b&gt;now&lt;/b&gt;" in text
    assert "under way" in text
    assert "Planned work" not in house.page("/services/database").text


def test_parts_of_pages_are_fetched_without_the_frame(house: House) -> None:
    for path in PAGES:
        answer = house.page(path, **{"HX-Request": "true"})
        assert answer.status == 200
        assert "<html" not in answer.text
        assert "hx-get" in answer.text
    assert "<html" not in house.page("/probes/web/looks").text


def test_a_stranger_sees_nothing(house: House) -> None:
    for path in ("/services", "/services/web", "/probes", "/probes/web", "/probes/web/looks"):
        assert "API Core" not in house.alive.ask(path, token="").text
        assert house.alive.ask(path, token="nonsense", Accept="application/json").status == 401


def test_an_empty_plan_shows_the_way_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    with watching(tmp_path_factory.mktemp("empty"), "plan: Empty\n") as empty:
        for path, says in (("/services", "The plan names no service yet"), ("/probes", "The plan has no probe yet")):
            answer = empty.page(path)
            assert answer.status == 200
            assert says in answer.text
            assert 'href="/plan"' in answer.text


def test_seven_hundred_probes_open_in_one_page_below_300_kb(tmp_path_factory: pytest.TempPathFactory) -> None:
    services = "".join(f"  shop-{at:02}: {{name: Boutique de la ville {at:02}}}\n" for at in range(70))
    probes = "".join(
        f'  shop-{at // 10:02}-part-{at:03}: {{tcp: "127.0.0.1:9", every: 2s, confirm: 1, service: shop-{at // 10:02}}}'
        "\n"
        for at in range(700)
    )
    plan = f"plan: Many\nservices:\n{services}probes:\n{probes}"
    with watching(tmp_path_factory.mktemp("many"), plan) as many:
        # The worst there is: every one of them is down, and says why.
        down = many.alive.until("/probes?state=down", lambda answer: answer.text.count("<tr><td>") == 700)
        assert down.text.count("<p>") >= 700
        page = many.page("/probes", language="fr")
        assert page.text.count("<tr><td>") == 700
        assert len(page.text.encode()) < 300_000
