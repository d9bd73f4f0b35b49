"""Clients of Prometheus find in Bosco what they know: asked the same over HTTP, both answer the same."""

import base64
import json
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.explore.past import Past, past
from tests.promql.generated import queries
from tests.promql.test_beside_prometheus import END, RANGES, difference
from tests.promql.world import START, world
from tests.stores import skip
from tests.targets.prometheus_server import Prometheus, prometheus_server

from bosco.explore.queries import Queries
from bosco.promql.budget import Limits

NOW = datetime.fromtimestamp(END / 1000 + 60, UTC)
INSIDE = {"start": START / 1000, "end": END / 1000}


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    for server in prometheus_server(tmp_path_factory.mktemp("prometheus")):
        server.write(world())
        yield server


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with past(tmp_path_factory.mktemp("bosco"), "plan: Shop\n", NOW) as opened:
        yield opened


@pytest.fixture(scope="module")
def bosco(house: Past) -> Prometheus:
    # What Grafana calls basic authentication: any name, and the token as the password.
    Prometheus(f"{house.address}/prometheus", _basic(house.token("responder"))).write(world())
    return Prometheus(f"{house.address}/prometheus", f"Bearer {house.token('viewer')}")


def _basic(token: str) -> str:
    return "Basic " + base64.b64encode(f"grafana:{token}".encode()).decode()


def _answer(server: Prometheus, path: str, form: dict[str, Any]) -> Any:
    status, said = server.told(path, form)
    if said["status"] == "success":
        assert status == 200
        return said["data"]
    assert status == {"bad_data": 400, "execution": 422}[said["errorType"]], said
    return said["errorType"]


def test_queries_over_http_agree(judge: Prometheus, house: Past, bosco: Prometheus) -> None:
    found = []
    for number, query in enumerate(queries(200, seed=3)):
        start, end, step = RANGES[number % 3]
        # Every other one is answered in many slices of time, as long ranges are.
        house.house.wiring.get(Queries).limits = Limits(slice=20_000 if number % 2 else 10**9)
        form = {"query": query, "start": start / 1000, "end": end / 1000, "step": step / 1000}
        path = "query_range"
        if number % 4 == 3:
            form, path = {"query": query, "time": start / 1000}, "query"
        mine, other = _answer(bosco, path, form), _answer(judge, path, form)
        if isinstance(mine, str) or isinstance(other, str):
            differs = None if mine == other else f"{mine} is not {other}"
        else:
            differs = difference(query, mine, other)
        if differs:
            found.append(f"{query} {form}\n    {differs}")
    assert found == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("labels", INSIDE),
        ("labels", {**INSIDE, "match[]": ["size", 'odd{n="1"}']}),
        ("series", {**INSIDE, "match[]": ["size", 'requests_total{job=~"a.*"}']}),
        ("series", {**INSIDE, "match[]": "nothing"}),
        ("series", {"match[]": "owner"}),
        ("series", {"match[]": "size", "start": 2, "end": 1}),
        ("label/__name__/values", INSIDE),
        ("label/job/values", {**INSIDE, "match[]": "size"}),
        ("label/nowhere/values", INSIDE),
        ("query", {"query": "up"}),
        ("query", {"query": "1 + 1", "time": "2026-03-02T09:00:00Z"}),
        ("query", {"query": "1 + 1", "time": 1772442000.25}),
        ("query", {"query": '"text"', "time": 1772442000}),
        ("query", {"query": "size[1m]", "time": 1772442000}),
        ("query_range", {"query": "sum(size)", **INSIDE, "step": "1h30m"}),
        ("query_range", {"query": "vector(1e20) or vector(1e22)", **INSIDE, "step": "1h"}),
        ("query_exemplars", {**INSIDE, "query": "size"}),
    ],
)
def test_answers_have_the_same_shape(judge: Prometheus, bosco: Prometheus, path: str, form: dict[str, Any]) -> None:
    if path.startswith("label/"):
        path, form = f"{path}?{urllib.parse.urlencode(form, doseq=True)}", {}
        mine, other = bosco.told(path), judge.told(path)
    else:
        mine, other = bosco.told(path, form), judge.told(path, form)
    # The order of rows is nobody's promise.
    for said in (mine[1], other[1]):
        rows = said["data"]["result"] if "result" in said["data"] else said["data"]
        if rows and isinstance(rows[0], dict):
            rows.sort(key=lambda one: sorted(one.get("metric", one).items()))
    if path == "query" and "time" not in form:
        assert mine[1]["data"] == {"resultType": "vector", "result": []}
        return
    assert mine == other


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("query", {"query": ""}),
        ("query", {"query": "sum(size", "time": 1}),
        ("query", {"query": "size", "time": "yesterday"}),
        ("query", {"query": "size", "timeout": "soon"}),
        ("query", {"query": "{}"}),
        ("query", {"query": 'label_replace(size, "1x", "", "job", "")', "time": 1772442000}),
        ("query_range", {"query": "size", "start": 1, "end": 2}),
        ("query_range", {"query": "size", "start": 2, "end": 1, "step": 1}),
        ("query_range", {"query": "size", "start": 1, "end": 2, "step": 0}),
        ("query_range", {"query": "size", "start": 1, "end": 2, "step": -1}),
        ("query_range", {"query": "size", "start": 1, "end": 20_000, "step": 1}),
        ("query_range", {"query": "size[1m]", "start": 1, "end": 2, "step": 1}),
        ("query_range", {"query": "size + on (job) group_left twice", **INSIDE, "step": 60}),
        ("series", {}),
        ("series", {"match[]": "sum(size)"}),
        ("labels", {"match[]": "size{"}),
        ("format_query", {"query": "sum("}),
    ],
)
def test_refusals_are_told_alike(judge: Prometheus, bosco: Prometheus, path: str, form: dict[str, Any]) -> None:
    mine, other = bosco.told(path, form), judge.told(path, form)
    assert (mine[0], mine[1]["status"], mine[1]["errorType"]) == (other[0], other[1]["status"], other[1]["errorType"])
    assert mine[1]["error"]


@pytest.mark.parametrize(
    ("limits", "query", "status", "kind"),
    [
        (Limits(samples=100), "sum(rate(requests_total[5m]))", 422, "execution"),
        (Limits(samples=2000), "sum(rate(requests_total[5m]))", 422, "execution"),
        (Limits(seconds=0.0001), "sum(rate(requests_total[5m]))", 503, "timeout"),
        (Limits(), "size", 200, None),
    ],
)
def test_a_query_that_costs_too_much_is_told_so(
    house: Past, bosco: Prometheus, limits: Limits, query: str, status: int, kind: str | None
) -> None:
    queries = house.house.wiring.get(Queries)
    before, queries.limits = queries.limits, limits
    answer = bosco.told("query_range", {"query": query, **INSIDE, "step": 60})
    queries.limits = before
    assert (answer[0], answer[1].get("errorType")) == (status, kind)
    late = bosco.told("query", {"query": query, "timeout": "1ms", "time": END / 1000})
    assert (late[0], late[1].get("errorType")) in {(200, None), (503, "timeout")}


def test_a_mistake_is_shown_where_it_stands(bosco: Prometheus) -> None:
    said = bosco.ask("query", query="sum(size)\n  by job")
    assert said["error"].startswith("invalid parameter “query”: 2:")
    said = bosco.ask("query", query="sort_by_nothing(size)")
    assert "sort_by_nothing" in said["error"]


def test_only_a_token_opens(house: Past, bosco: Prometheus) -> None:
    assert Prometheus(f"{house.address}/prometheus").told("query?query=1")[0] == 401
    assert Prometheus(f"{house.address}/prometheus", "Bearer nonsense").told("query", {"query": "1"})[0] == 401
    basic = Prometheus(f"{house.address}/prometheus", _basic(house.token("viewer")))
    assert basic.told("query?query=1")[1]["data"]["result"][1] == "1"
    assert basic.told("alertmanagers")[1]["errorType"] == "not_found"


def test_clients_learn_what_they_talk_to(bosco: Prometheus) -> None:
    assert bosco.get("status/buildinfo")["data"]["version"].startswith("2.")
    assert bosco.ask("format_query", query="sum by(job)(rate(x[5m]))")["status"] == "success"
    assert bosco.get("metadata")["data"] == {}


@pytest.mark.parametrize("body", [b"query=" + b"(" * 100_000, b"\xff\xfe=%ff&query=%ff", b"match[]=%00" * 2000])
def test_hostile_forms_are_refused(house: Past, bosco: Prometheus, body: bytes) -> None:
    for path in ("query", "series", "query_range"):
        request = urllib.request.Request(f"{house.address}/prometheus/api/v1/{path}", body)
        request.add_header("Authorization", f"Bearer {house.token('viewer')}")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20)
        assert refused.value.code == 400
        assert json.load(refused.value)["errorType"] == "bad_data"


def test_the_client_of_prometheus_itself_is_content(house: Past, bosco: Prometheus) -> None:
    if shutil.which("promtool") is None:
        skip("promtool is not on this machine")
    where = house.address.replace("http://", f"http://any:{house.token('viewer')}@") + "/prometheus"
    span = [f"--start={START // 1000 + 3600}", f"--end={START // 1000 + 3720}"]

    def said(*words: str) -> str:
        ran = subprocess.run(["promtool", "query", *words], capture_output=True, text=True, timeout=30, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "scalar: 2 @[" in said("instant", where, "1 + 1")
    found = said("range", *span, "--step=60s", where, "sum by (job) (size)")
    assert found.count('{job="') == 2
    assert found.count("@[") == 6
    assert 'owner", job="api"' in said("series", "--match=owner", *span, where)
    assert said("labels", where, "job").split() == ["api", "web"]
    refused = subprocess.run(
        ["promtool", "query", "instant", where, "sum(1 +"], capture_output=True, text=True, timeout=30, check=False
    )
    assert "bad_data" in refused.stderr
