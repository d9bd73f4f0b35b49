"""Bodies that mean no good, and more than Bosco can hold: refused cheaply, in words that each sender understands."""

import contextlib
import json

import msgspec
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from tests.signals.writes import block, request, request_2, sample, varint

from bosco.kit.clock import RealClock
from bosco.kit.refusal import Code, Refusal
from bosco.signals.api import ValueIn
from bosco.signals.exposition import read_exposition
from bosco.signals.gate import LARGE, MOST, Gate
from bosco.signals.otlp import JSON, PROTOBUF, Form
from bosco.signals.otlp_json import read_json
from bosco.signals.otlp_read import Reader
from bosco.signals.remote_write import read_v1
from bosco.signals.remote_write_2 import read_v2
from bosco.signals.wire import Broken
from bosco.signals.writing import Unwelcome, refused, unpacked

MILLION = 1_000_000
NOW = 1_772_438_400_000


def test_a_million_labels_are_counted_and_not_read() -> None:
    label = block(1, block(1, b"a") + block(2, b"b"))
    series = label * MILLION + block(2, sample(NOW, 1.0))
    assert read_v1(block(1, series), {}).refused == {"a series has more than 100 labels": 1}
    refs = block(1, b"\x01\x02" * MILLION) + block(2, sample(NOW, 1.0))
    told = block(4, b"") + block(4, b"a") + block(4, b"b") + block(5, refs)
    assert read_v2(told, {}).refused == {"a series has more than 100 labels": 1}


def test_a_million_attributes_are_counted_and_not_read() -> None:
    told = {"key": "a", "value": {"stringValue": "b"}}
    point = {"timeUnixNano": "1", "asInt": 1, "attributes": [told] * 100_000}
    metric = {"name": "m", "gauge": {"dataPoints": [point]}}
    body = json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}).encode()
    message = read_json(body, ExportMetricsServiceRequest())
    assert Reader().walk(message).refused == {"a point has more than 100 attributes": 1}
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps({"value": 1, "labels": {str(n): "x" for n in range(101)}}), type=ValueIn)


def test_texts_that_are_none_are_refused() -> None:
    bad = [("__name__", "up"), ("a", "x")]
    v1 = request((bad, [(NOW, 1.0)])).replace(b"x", b"\xff")
    v2 = request_2((bad, [(NOW, 1.0)])).replace(b"x", b"\xff")
    for reading in (lambda: read_v1(v1, {}), lambda: read_v2(v2, {})):
        with pytest.raises(Broken, match="UTF-8"):
            reading()
    with pytest.raises(Broken, match="UTF-8"):
        read_exposition(b'a{b="\xff"} 1\n', is_open=False, known={}, most=9)


def test_a_body_that_promises_more_than_it_holds_is_refused() -> None:
    for body in (varint(30_000_000) + b"\x00a", varint(MILLION) + b"\xfe\x01\x00" * 20, b"\xff" * 9 + b"\x01"):
        with pytest.raises(Unwelcome):
            unpacked(body)


def test_more_than_fits_waits_outside_and_a_single_body_always_fits() -> None:
    gate = Gate(RealClock())
    with gate.room(MOST + 1), pytest.raises(Refusal) as turned, gate.room(1):
        pass
    assert turned.value.code == Code.UNAVAILABLE
    assert gate.turned_away == 1
    with contextlib.ExitStack() as inside:
        for _ in range(MOST // LARGE):
            inside.enter_context(gate.room(LARGE))
        with pytest.raises(Refusal), gate.room(1):
            pass
    with gate.room(MOST):
        pass


@pytest.mark.parametrize("code", [Code.TOO_MANY, Code.UNAVAILABLE])
def test_overload_is_told_so_that_nothing_is_lost(code: Code) -> None:
    """429 loses data with Prometheus, 500 with OpenTelemetry; both send again what is answered with 503."""
    refusal = Refusal(code, "too much")
    for answer in (refused(refusal), Form(JSON).refused(refusal), Form(PROTOBUF).refused(refusal)):
        assert answer.status_code == 503
        # OpenTelemetry's exporters give up at once when they are to wait for longer than they have.
        assert answer.headers["Retry-After"] == "1"
    assert refused(Refusal(Code.UNAUTHENTICATED, "who?")).status_code == 401
    assert Form(JSON).refused(Refusal(Code.FORBIDDEN, "no")).status_code == 403
