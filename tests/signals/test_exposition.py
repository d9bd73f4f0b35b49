"""What `/metrics` answers, read as Prometheus's own library reads it."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_open
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_text

from bosco.promql.source import Metadata
from bosco.signals.exposition import Exposed, read_exposition
from bosco.signals.wire import Broken

TEXT = """\
# HELP http_requests_total The total number of "HTTP" requests.\\nReally.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3 1395066363000

# A comment
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
odd { a = "x # y" , b="{}" } nan
# TYPE rpc summary
rpc{quantile="0.01"} 3102
rpc_sum 1.7560473e+07
"""


def _read(text: str, *, is_open: bool = False, most: int = 1000, known: dict[bytes, int] | None = None) -> Exposed:
    return read_exposition(text.encode(), is_open=is_open, known=known or {}, most=most)


def _rows(exposed: Exposed) -> list[Any]:
    return sorted((tuple(sorted(one.labels)), repr(one.samples[0][1]), one.samples[0][0]) for one in exposed.loose)


def _theirs(families: Any) -> list[Any]:
    rows = []
    for family in families:
        for one in family.samples:
            at = 0 if one.timestamp is None else round(float(one.timestamp) * 1000)
            rows.append((tuple(sorted({**one.labels, "__name__": one.name}.items())), repr(float(one.value)), at))
    return sorted(rows)


def test_the_text_of_the_documentation_is_read_as_prometheus_reads_it() -> None:
    found = _read(TEXT)
    assert _rows(found) == _theirs(read_text(TEXT))
    assert found.metadata == {
        "http_requests_total": Metadata("counter", 'The total number of "HTTP" requests.\nReally.'),
        "rpc": Metadata("summary"),
    }


VALUES = st.sampled_from([0.0, 1.5, -2.0, 1e300, math.inf, -math.inf, math.nan])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.text(max_size=12), VALUES), max_size=4), st.booleans())
def test_what_the_official_library_writes_is_read_whole(told: list[tuple[str, float]], is_open: bool) -> None:
    registry = CollectorRegistry()
    gauge = Gauge("g", "A\ngauge\\", ["l"], registry=registry)
    hist, summ = Histogram("h", "", registry=registry), Summary("s", "", registry=registry)
    count = Counter("c", "", ["l"], registry=registry)
    Info("i", "", registry=registry).info({"version": "1"})
    for label, value in told:
        gauge.labels(label).set(value)
        count.labels(label).inc(3)
        hist.observe(0.3)
        summ.observe(0.3)
    text = (generate_open if is_open else generate_latest)(registry).decode()
    found = _read(text, is_open=is_open)
    assert _rows(found) == _theirs((read_open if is_open else read_text)(text))
    # Lines that are known by their bytes bring the same values again.
    known = {one.raw: place for place, one in enumerate(found.loose) if one.raw}
    again = read_exposition(text.encode(), is_open=is_open, known=known, most=1000)
    assert len(again.places) == len(known)
    assert len(again) == len(found)
    named = {place: repr(found.loose[place].samples[0][1]) for place in known.values()}
    assert {place: repr(value) for place, value in zip(again.places, again.values, strict=True)} == named


def test_openmetrics_has_examples_seconds_units_and_an_end() -> None:
    text = (
        "# TYPE f histogram\n# UNIT f seconds\n"
        'f_bucket{le="1.0"} 2 1700000000.25 # {trace_id="a # b"} 0.5 1700000000.1\n'
        'f_bucket{le="+Inf"} 3 # {} 4\n# EOF\n'
    )
    found = _read(text, is_open=True)
    assert [one.samples for one in found.loose] == [[(1700000000250, 2.0)], [(0, 3.0)]]
    assert found.metadata["f"] == Metadata("histogram", "", "seconds")
    with pytest.raises(Broken, match="# EOF"):
        _read(text.removesuffix("# EOF\n"), is_open=True)


def test_names_of_any_signs_stand_in_quotes() -> None:
    found = _read('{"my.metric", "a label"="x"} 4\n{"other"} 5\n# TYPE "my.metric" gauge\n')
    assert [sorted(one.labels) for one in found.loose] == [
        [("__name__", "my.metric"), ("a label", "x")],
        [("__name__", "other")],
    ]
    assert found.metadata["my.metric"].type == "gauge"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("<html>", "no name"),
        ("a", "a value is missing"),
        ("a 1 2 3", "more than a value"),
        ("a x", "no number"),
        ("a 1_000", "no number"),
        ("a 1 soon", "instant"),
        ('a{b="c 1', "a label"),
        ("a{b} 1", "no value"),
        ('a{b="c"', "a label"),
        ('{b="c"} 1', "no name"),
    ],
)
def test_a_line_that_is_none_names_itself(line: str, why: str) -> None:
    with pytest.raises(Broken, match=f"line 2 cannot be read.*{why}"):
        _read(f"fine 1\n{line}\n")


def test_what_is_too_much_or_no_text_is_refused() -> None:
    with pytest.raises(Broken, match="more than 5 samples"):
        _read("".join(f"a{n} 1\n" for n in range(9)), most=5)
    with pytest.raises(Broken, match="not UTF-8"):
        read_exposition(b'a{b="\xff"} 1\n', is_open=False, known={}, most=9)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=12), st.integers(0, len(TEXT)), st.integers(0, 9))
def test_no_answer_breaks_the_reader(piece: bytes, at: int, left_out: int) -> None:
    body = TEXT.encode()[:at] + piece + TEXT.encode()[at + left_out :]
    try:
        read_exposition(body, is_open=False, known={}, most=1000)
    except Broken:
        return
