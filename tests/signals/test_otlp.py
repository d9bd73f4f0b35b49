"""Metrics as OpenTelemetry sends them."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from tests.conftest import START
from tests.signals.sampled import sampled

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.promql.source import Matcher, is_stale
from bosco.signals.batch import Batch
from bosco.signals.otlp_json import read_json
from bosco.signals.otlp_names import label_name, metric_name
from bosco.signals.otlp_read import Reader
from bosco.signals.reading import Read
from bosco.signals.samples import Samples
from bosco.signals.unpack import NotUnderstood, TooLarge, unpack
from bosco.signals.wire import Broken

NOW = int(START.timestamp() * 1000)
NANO = 1_000_000


def _attributes(held: Any, **told: Any) -> None:
    for key, value in told.items():
        one = held.add()
        one.key = key.replace("__", ".")
        kind = {bool: "bool_value", int: "int_value", float: "double_value"}.get(type(value), "string_value")
        setattr(one.value, kind, value)


def _request(*metrics: dict[str, Any], **resource: Any) -> ExportMetricsServiceRequest:
    """Make a request of metrics: name, kind, points of attributes and fields."""
    request = ExportMetricsServiceRequest()
    held = request.resource_metrics.add()
    _attributes(held.resource.attributes, **resource)
    scope = held.scope_metrics.add()
    for told in metrics:
        metric = scope.metrics.add()
        metric.name, metric.unit = told["name"], told.get("unit", "")
        data = getattr(metric, told["kind"])
        data.SetInParent()
        if told["kind"] not in ("gauge", "summary"):
            data.aggregation_temporality = told.get("temporality", 2)
        if told["kind"] == "sum":
            data.is_monotonic = told.get("monotonic", True)
        for fields in told["points"]:
            point = data.data_points.add()
            point.time_unix_nano = fields.pop("at", NOW) * NANO
            _attributes(point.attributes, **fields.pop("labels", {}))
            for quantile, value in fields.pop("quantiles", {}).items():
                one = point.quantile_values.add()
                one.quantile, one.value = quantile, value
            for name, value in fields.items():
                getattr(point, name).extend(value) if isinstance(value, list) else setattr(point, name, value)
    return request


def _series(read: Read) -> dict[str, float]:
    return {",".join(f"{name}={value}" for name, value in sorted(one.labels)): one.samples[0][1] for one in read.loose}


@pytest.mark.parametrize(
    ("name", "unit", "kind", "made"),
    [
        ("http.server.duration", "s", "", "http_server_duration_seconds"),
        ("system.memory.usage", "By", "gauge", "system_memory_usage_bytes"),
        ("cpu.utilization", "1", "gauge", "cpu_utilization_ratio"),
        ("http.requests", "{request}", "counter", "http_requests_total"),
        ("io", "By", "counter", "io_bytes_total"),
        ("speed", "m/s", "gauge", "speed_meters_per_second"),
        ("io_total", "", "counter", "io_total"),
        ("wait_seconds", "s", "gauge", "wait_seconds"),
        ("2nd try", "", "", "_2nd_try"),
        ("été", "", "", "t"),
    ],
)
def test_names_become_those_that_prometheus_gives_them(name: str, unit: str, kind: str, made: str) -> None:
    assert metric_name(name, unit, counts=kind == "counter", is_gauge=kind == "gauge") == made


def test_attributes_become_labels() -> None:
    assert [label_name(name) for name in ("http.method", "9x", "a-b")] == ["http_method", "key_9x", "a_b"]


def test_every_kind_of_metric_becomes_series() -> None:
    request = _request(
        {"name": "temp", "kind": "gauge", "unit": "Cel", "points": [{"as_double": 21.5, "labels": {"room__id": 7}}]},
        {"name": "hits", "kind": "sum", "points": [{"as_int": 12}, {"as_int": 1, "flags": 1, "labels": {"a": True}}]},
        {"name": "open", "kind": "sum", "monotonic": False, "points": [{"as_int": -3}]},
        {
            "name": "took",
            "kind": "histogram",
            "unit": "s",
            "points": [{"count": 6, "sum": 9.5, "bucket_counts": [1, 2, 3], "explicit_bounds": [0.1, 5]}],
        },
        {"name": "size", "kind": "exponential_histogram", "points": [{"count": 4, "sum": 10, "scale": 2}]},
        {"name": "rpc", "kind": "summary", "points": [{"count": 2, "sum": 3, "quantiles": {0.5: 1, 0.99: 2}}]},
        service__name="shop",
        service__namespace="eu",
        service__instance__id="i-1",
        host__name="h",
    )
    told = Reader().walk(request)
    found = {key.replace(",instance=i-1,job=eu/shop", ""): value for key, value in _series(told).items()}
    stale = found.pop("__name__=hits_total,a=true")
    assert stale != stale  # noqa: PLR0124
    assert found == {
        "__name__=temp_celsius,room_id=7": 21.5,
        "__name__=hits_total": 12,
        "__name__=open": -3,
        "__name__=took_seconds_count": 6,
        "__name__=took_seconds_sum": 9.5,
        "__name__=took_seconds_bucket,le=0.1": 1,
        "__name__=took_seconds_bucket,le=5": 3,
        "__name__=took_seconds_bucket,le=+Inf": 6,
        "__name__=size_count": 4,
        "__name__=size_sum": 10,
        "__name__=rpc_count": 2,
        "__name__=rpc_sum": 3,
        "__name__=rpc,quantile=0.5": 1,
        "__name__=rpc,quantile=0.99": 2,
        "__name__=target_info,host_name=h": 1,
    }
    assert {name: one.type for name, one in told.metadata.items()} == {
        "temp_celsius": "gauge",
        "hits_total": "counter",
        "open": "gauge",
        "took_seconds": "histogram",
        "size": "histogram",
        "rpc": "summary",
    }


def _delta(*points: tuple[int, int]) -> ExportMetricsServiceRequest:
    told = [{"at": NOW + at, "as_int": value} for at, value in points]
    return _request({"name": "hits", "kind": "sum", "temporality": 1, "points": told})


def test_differences_are_added_up_once_even_after_a_restart(tmp_path: Path, clock: VirtualClock) -> None:
    async def send(samples: Samples, request: ExportMetricsServiceRequest) -> Batch:
        batch = Batch(samples, clock, "OTLP test")
        await batch.take(Reader().walk(request))
        await batch.keep()
        return batch

    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            await send(samples, _delta((1000, 5), (2000, 3)))
            # The answer was lost, and the same comes again.
            assert not (await send(samples, _delta((2000, 3)))).refused
            late = await send(samples, _delta((1500, 7)))
            assert late.told() == "1 refused: a difference came after a later one"
        async with sampled(tmp_path, clock) as samples:
            await send(samples, _delta((3000, 2)))
            [found] = await samples.select([Matcher("__name__", "=", "hits_total")], NOW, NOW + 9000)
            assert list(zip(found.times.tolist(), found.values.tolist(), strict=True)) == [
                (NOW + 1000, 5),
                (NOW + 2000, 8),
                (NOW + 3000, 10),
            ]

    run_virtually(clock, story)


def test_a_point_that_cannot_be_taken_is_told_and_harms_no_other(tmp_path: Path, clock: VirtualClock) -> None:
    good = {"name": "fine", "kind": "gauge", "points": [{"as_double": 1}]}
    request = _request(
        {"name": "", "kind": "gauge", "points": [{"as_double": 1}]},
        {"name": "x", "kind": "sum", "temporality": 0, "points": [{"as_int": 1}, {"as_int": 2}]},
        {"name": "wide", "kind": "gauge", "points": [{"as_double": 1, "labels": {f"l{n}": "x" for n in range(101)}}]},
        {"name": "late", "kind": "gauge", "points": [{"as_double": 1, "at": NOW + 10**7}]},
        {"name": "fat", "kind": "histogram", "points": [{"count": 1, "bucket_counts": [0] * 1001}]},
        good,
    )

    async def story() -> None:
        async with sampled(tmp_path, clock) as samples:
            batch = Batch(samples, clock, "OTLP test")
            await batch.take(Reader().walk(request))
            assert await batch.keep() == 1
            assert batch.refused.total() == 6

    run_virtually(clock, story)


POINTS = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(1, NOW),
            "as_double": st.sampled_from([0.0, -1.5, math.inf, -math.inf, math.nan, 5e-324]),
            "labels": st.dictionaries(st.sampled_from(["a", "b__c"]), st.one_of(st.text(max_size=5), st.booleans())),
        }
    ),
    max_size=3,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(POINTS)
def test_json_reads_the_same_as_protobuf(points: Any) -> None:
    request = _request({"name": "m", "kind": "gauge", "points": points}, service__name="s")
    told = MessageToDict(request)
    # Trace ids are hexadecimal, and unknown words are passed over.
    told["resourceMetrics"][0] |= {"somethingNew": [1, {"a": None}]}
    read = read_json(json.dumps(told).encode(), ExportMetricsServiceRequest())
    assert read.SerializeToString(deterministic=True) == request.SerializeToString(deterministic=True)


def test_json_as_javascript_writes_it_is_read() -> None:
    point = {"timeUnixNano": str(NOW * NANO), "asInt": 7, "exemplars": [{"traceId": "0af7651916cd43dd", "asInt": "1"}]}
    told = {"name": "n", "sum": {"isMonotonic": True, "aggregationTemporality": 2, "dataPoints": [point]}}
    body = json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": [told]}]}]}).encode()
    read = Reader().walk(read_json(body, ExportMetricsServiceRequest()))
    assert _series(read) == {"__name__=n_total": 7}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"resourceMetrics": {}}',
        b'{"resourceMetrics": [1]}',
        b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": 5}]}]}]}',
        b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"gauge": {"dataPoints": [{"timeUnixNano": "x"}]}}]}]}]}',
        b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"gauge": {"dataPoints": [{"asInt": 1e30}]}}]}]}]}',
        b'{"resourceMetrics": [{"resource": {"attributes": [{"value": ' + b'{"arrayValue": {"values": [' * 60,
        b"\xff\xfe",
    ],
)
def test_json_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(Broken):
        read_json(body, ExportMetricsServiceRequest())


def test_bombs_are_never_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with pytest.raises(TooLarge):
        unpack(bomb, "gzip", 1_000_000)
    assert unpack(gzip.compress(b"x" * 9), "gzip", 9) == b"x" * 9
    for broken in (b"", b"x", gzip.compress(b"abc")[:-3]):
        with pytest.raises(Broken):
            unpack(broken, "gzip", 100)
    with pytest.raises(NotUnderstood):
        unpack(b"", "br", 100)


def test_the_end_of_a_series_keeps_its_bits() -> None:
    request = _request({"name": "g", "kind": "gauge", "points": [{"flags": 1}]})
    [one] = Reader().walk(request).loose
    assert is_stale(np.array([value for _, value in one.samples])).all()
