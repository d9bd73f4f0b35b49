"""Real senders, and a real Bosco that they send to."""

import gzip
import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cramjam
import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from tests.running import Running, running
from tests.signals.writes import request

PLAN = """\
plan: Shop
signals:
  basket: {push: true, unit: ms}
  lost: {sql: "select 1", from: "sqlite:////nowhere/at/all.db", every: 1s}
  logged: {logs: "level=error"}
scrape: {gone: {targets: "http://127.0.0.1:9/metrics", every: 1s}}
"""


@pytest.fixture(scope="module")
def bosco(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("bosco"), PLAN) as alive:
        yield alive


def _send(bosco: Running, path: str, body: bytes, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    told = {"Authorization": f"Bearer {bosco.token}", **headers}
    sent = urllib.request.Request(f"http://127.0.0.1:{bosco.port}{path}", body, told)
    try:
        with urllib.request.urlopen(sent, timeout=20) as answer:
            return answer.status, answer.read(), {key.casefold(): value for key, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, error.read(), {key.casefold(): value for key, value in error.headers.items()}


def _write(bosco: Running, body: bytes, **headers: str) -> int:
    told = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", **headers}
    status, _, answered = _send(bosco, "/api/v1/write", bytes(cramjam.snappy.compress_raw(body)), **told)
    assert "x-prometheus-remote-write-samples-written" in answered
    return status


def _last(bosco: Running, name: str) -> dict[str, float]:
    answer = bosco.ask(f"/api/v1/measures/{name}?limit=10000")
    return {str(one["labels"]): one["value"] for one in answer.json()} if answer.status == 200 else {}


def test_values_are_pushed_in_any_unit(bosco: Running) -> None:
    told = bosco.ask("/api/v1/measures/basket", {"value": 2, "unit": "s", "labels": {"shop": "a"}}).json()
    assert (told["value"], told["unit"], told["labels"]) == (2000, "ms", {"shop": "a"})
    many = [{"name": "basket", "value": 7, "labels": {"shop": "b"}}, {"name": "visitors", "value": 1.5}]
    assert [one["value"] for one in bosco.ask("/api/v1/measures", many).json()] == [7, 1.5]
    assert bosco.ask("/api/v1/measures/basket", {"value": 1, "unit": "MB"}).status == 400
    assert bosco.ask("/api/v1/measures/basket", {"value": 1, "at": "2150-01-01T00:00:00Z"}).status == 400
    assert bosco.ask("/api/v1/measures/basket", {"value": 1}, token="wrong").status == 401
    assert bosco.ask("/api/v1/measures/nothing").status == 404


def test_remote_write_is_answered_as_its_senders_understand(bosco: Running) -> None:
    now = int(time.time() * 1000)
    assert _write(bosco, request(([("__name__", "written"), ("job", "x")], [(now, 1.0)]))) == 204
    assert _write(bosco, request(([("job", "x")], [(now, 1.0)]))) == 400
    assert _write(bosco, b"\x0a\xff\xff") == 400
    assert _write(bosco, request(([("__name__", "x"), ("a", "b")], [(now, 1.0)])).replace(b"a", b"\xff")) == 400
    assert _write(bosco, request(), Authorization="Bearer no") == 401
    assert _last(bosco, "written") == {"{'job': 'x'}": 1}


def test_a_body_so_large_that_it_is_read_in_a_thread_is_read_the_same(bosco: Running) -> None:
    now = int(time.time() * 1000)
    series = [([("__name__", "large"), ("n", str(n)), ("pad", "x" * 60)], [(now + 1, float(n))]) for n in range(4000)]
    for turn in range(2):
        moved = [(labels, [(now + turn, value + turn)]) for labels, [(_, value)] in series]
        assert _write(bosco, request(*moved)) == 204
    found = bosco.ask("/api/v1/measures/large?limit=10000").json()
    assert {int(one["labels"]["n"]): one["value"] for one in found} == {n: n + 1 for n in range(4000)}


@pytest.mark.parametrize("temporality", ["cumulative", "delta"])
def test_a_real_exporter_of_opentelemetry_is_understood(bosco: Running, temporality: str) -> None:
    chosen = AggregationTemporality.DELTA if temporality == "delta" else AggregationTemporality.CUMULATIVE
    exporter = OTLPMetricExporter(
        f"http://127.0.0.1:{bosco.port}/v1/metrics",
        headers={"Authorization": f"Bearer {bosco.token}"},
        preferred_temporality={Counter: chosen, Histogram: chosen},
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    provider = MeterProvider([reader], Resource({"service.name": temporality, "service.instance.id": "1"}))
    meter = provider.get_meter("tests", "1.0")
    hits, took = meter.create_counter("http.hits", unit="{hit}"), meter.create_histogram("http.took", unit="s")
    for _ in range(2):
        hits.add(3, {"http.route": "/"})
        took.record(0.2)
        assert provider.force_flush()
    provider.shutdown()
    found = bosco.ask("/api/v1/measures/http_hits_total").json()
    [mine] = [one for one in found if one["labels"]["job"] == temporality]
    assert mine["value"] == 6
    assert mine["labels"]["http_route"] == "/"
    assert mine["labels"]["otel_scope_name"] == "tests"
    buckets = bosco.ask("/api/v1/measures/http_took_seconds_bucket").json()
    assert {one["value"] for one in buckets if one["labels"]["job"] == temporality} == {0, 2}


def _otlp(*points: dict[str, Any], name: str = "told") -> dict[str, Any]:
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": name, "gauge": {"dataPoints": [*points]}}]}]}]}


def test_otlp_is_answered_in_its_own_words(bosco: Running) -> None:
    now = time.time_ns()
    body = json.dumps(_otlp({"timeUnixNano": str(now), "asDouble": 4})).encode()
    kind = {"Content-Type": "application/json"}
    status, said, _ = _send(bosco, "/otlp/v1/metrics/", gzip.compress(body), **kind, **{"Content-Encoding": "gzip"})
    assert (status, said) == (200, b"{}")
    assert _last(bosco, "told") == {"{}": 4}
    late = json.dumps(_otlp({"timeUnixNano": str(now + 10**13), "asDouble": 4})).encode()
    status, said, _ = _send(bosco, "/v1/metrics", late, **kind)
    assert (status, json.loads(said)["partialSuccess"]["rejectedDataPoints"]) == (200, "1")
    status, said, _ = _send(bosco, "/v1/metrics", b"{", **kind)
    assert (status, "message" in json.loads(said)) == (400, True)
    proto = {"Content-Type": "application/x-protobuf"}
    assert _send(bosco, "/v1/metrics", b"", **proto)[:2] == (200, b"")
    status, said, answered = _send(bosco, "/v1/metrics", b"\x0a\xff", **proto)
    assert (status, said[:1], answered["content-type"].split(";")[0]) == (400, b"\x12", "application/x-protobuf")
    assert _send(bosco, "/v1/metrics", b"", **{"Content-Type": "text/plain"})[0] == 415
    assert (
        _send(bosco, "/v1/metrics", gzip.compress(bytes(30_000_000)), **proto, **{"Content-Encoding": "gzip"})[0] == 413
    )
    assert _send(bosco, "/v1/metrics", b"", **proto, Authorization="Bearer no")[0] == 401
    # As JavaScript's exporters send: without a length, piece by piece.
    connection = http.client.HTTPConnection("127.0.0.1", bosco.port, timeout=20)
    told = {**kind, "Authorization": f"Bearer {bosco.token}"}
    connection.request("POST", "/v1/metrics", iter([body[:20], body[20:]]), told, encode_chunked=True)
    assert connection.getresponse().status == 200


def test_sources_and_targets_tell_how_they_do(bosco: Running) -> None:
    asked = bosco.until("/api/v1/signals", lambda one: any(each["asked_at"] for each in one.json()))
    found = {one["measure"]: one for one in asked.json()}
    assert (found["lost"]["fed"], found["logged"]["fed"], found["basket"]["fed"]) == (False, False, True)
    assert "unable to open" in found["lost"]["why"]
    assert found["logged"]["why"] == "Bosco keeps no logs"
    assert (found["cpu_usage"]["fed"], found["cert_expiry"]["fed"]) == (True, False)
    scraped = bosco.until("/api/v1/scrape", lambda one: one.json()[0]["scraped_at"])
    [gone, itself] = scraped.json()
    assert (gone["job"], gone["up"], itself["job"]) == ("gone", False, "bosco")
    assert "refused the connection" in gone["why"]


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    """Writers send without pause; the process is killed at some moment; nothing that was answered 2xx is lost."""
    answered: list[tuple[str, int]] = []
    start = int(time.time() * 1000)

    def write(bosco: Running, who: str) -> None:
        for turn in range(100_000):
            rows = [([("__name__", "kept"), ("who", who), ("n", str(turn))], [(start, float(turn))])]
            try:
                if _write(bosco, request(*rows)) == 204:
                    answered.append((who, turn))
            except (OSError, http.client.HTTPException):
                return

    def push(bosco: Running, who: str) -> None:
        for turn in range(100_000):
            told = {"value": turn, "labels": {"who": who, "n": str(turn)}}
            try:
                if bosco.ask("/api/v1/measures/kept", told, **{"Idempotency-Key": f"{who} {turn}"}).status == 200:
                    answered.append((who, turn))
            except (OSError, http.client.HTTPException):
                return

    with running(tmp_path, PLAN) as bosco:
        senders = [threading.Thread(target=write, args=(bosco, f"w{n}")) for n in range(3)]
        senders += [threading.Thread(target=push, args=(bosco, f"p{n}")) for n in range(2)]
        for one in senders:
            one.start()
        while len(answered) < 100 + random.Random(start).randint(0, 100):
            time.sleep(0.01)
        bosco.kill()
        for one in senders:
            one.join()
        sender = bosco.token
    with running(tmp_path, PLAN) as bosco:
        found = bosco.ask("/api/v1/measures/kept?limit=10000").json()
        kept = {(one["labels"]["who"], int(one["labels"]["n"])): one["value"] for one in found}
        assert {one for one in answered if kept.get(one) != one[1]} == set()
        # What was answered before the kill is not counted a second time after it.
        who, turn = next(one for one in answered if one[0].startswith("p"))
        told = {"value": 999, "labels": {"who": who, "n": str(turn)}}
        again = bosco.ask("/api/v1/measures/kept", told, token=sender, **{"Idempotency-Key": f"{who} {turn}"})
        assert again.json()["value"] == turn
