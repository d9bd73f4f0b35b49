"""The main proof: a real Prometheus holds the same samples, and answers the same."""

import asyncio
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.promql.generated import OF_VECTOR, queries
from tests.promql.memory import Memory
from tests.promql.world import SPAN, START, world
from tests.targets.prometheus_server import Prometheus, prometheus_server

from bosco.kit.clock import RealClock
from bosco.promql.answer import of_instant, of_range
from bosco.promql.budget import Limits
from bosco.promql.evaluate import Means, instant, over
from bosco.promql.known import FUNCTIONS
from bosco.promql.parse import AGGREGATIONS
from bosco.promql.refusals import QueryRefusal

MEANS = Means(RealClock())
EACH = [f"{name}(size)" for name in OF_VECTOR]
# What Debian's Prometheus does not know yet; `test_newer.py` checks it.
NEWER = {"mad_over_time", "sort_by_label", "sort_by_label_desc", "double_exponential_smoothing"}
END = START + SPAN
RANGES = [
    (START + 1_800_000, END - 600_000, 60_000),
    (START - 600_000, END + 600_000, 420_000),
    (START + 3_600_123, START + 5_400_000, 15_000),
]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    for server in prometheus_server(tmp_path_factory.mktemp("prometheus")):
        server.write(world())
        yield server


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory(world())


def ours(memory: Memory, query: str, start: int, end: int, step: int, means: Means = MEANS) -> Any:
    try:
        if step:
            return json.loads(of_range(*asyncio.run(over(memory, query, (start, end), step, means))))
        return json.loads(of_instant(asyncio.run(instant(memory, query, start, MEANS)), start))
    except QueryRefusal as refusal:
        return refusal


def theirs(judge: Prometheus, query: str, start: int, end: int, step: int) -> Any:
    if step:
        said = judge.ask("query_range", query=query, start=start / 1000, end=end / 1000, step=step / 1000)
    else:
        said = judge.ask("query", query=query, time=start / 1000)
    return said["data"] if said["status"] == "success" else said["errorType"]


def difference(query: str, mine: Any, other: Any) -> str | None:
    """Say in what two answers differ; None if they agree."""
    if isinstance(mine, QueryRefusal) or isinstance(other, str):
        refused = mine.trouble if isinstance(mine, QueryRefusal) else None
        judged = other if isinstance(other, str) else None
        return None if refused == judged else f"{refused} ({mine if refused else ''}) but {judged}"
    if mine["resultType"] != other["resultType"]:
        return f"{mine['resultType']} is not {other['resultType']}"
    if mine["resultType"] in {"scalar", "string"}:
        return None if same(mine["result"][1], other["result"][1], query) else f"{mine['result']} {other['result']}"
    left, right = rows(mine), rows(other)
    if left.keys() != right.keys():
        mine, other = sorted(left.keys() - right.keys())[:3], sorted(right.keys() - left.keys())[:3]
        return f"only ours: {mine}, only theirs: {other}"
    for key, points in left.items():
        if points.keys() != right[key].keys():
            return f"{key}: other instants, {sorted(points.keys() ^ right[key].keys())[:3]}"
        for at, text in points.items():
            if not same(text, right[key][at], query):
                return f"{key} at {at}: {text} is not {right[key][at]}"
    return None


def rows(answer: Any) -> dict[Any, dict[float, str]]:
    found = {}
    for row in answer["result"]:
        points = row["values"] if "values" in row else [row["value"]]
        found[tuple(sorted(row["metric"].items()))] = dict(map(tuple, points))
    return found


def same(mine: str, other: str, query: str) -> bool:
    if mine == other:
        return True
    a, b = float(mine), float(other)
    if math.isnan(a) or math.isnan(b) or math.isinf(a) or math.isinf(b):
        return math.isnan(a) and math.isnan(b)
    # What squares differences of large numbers keeps fewer digits, here and there.
    close = 1e-6 if any(word in query for word in ("std", "deriv", "predict")) else 1e-9
    return math.isclose(a, b, rel_tol=close, abs_tol=close)


def compare(judge: Prometheus, memory: Memory, asked: list[str], spans: list[tuple[int, int, int]]) -> list[str]:
    found = []
    for number, query in enumerate(asked):
        start, end, step = spans[number % len(spans)]
        differs = difference(query, ours(memory, query, start, end, step), theirs(judge, query, start, end, step))
        if differs:
            found.append(f"{query}  [{start} {end} {step}]\n    {differs}")
    return found


def test_generated_range_queries_agree_with_prometheus(judge: Prometheus, memory: Memory) -> None:
    assert compare(judge, memory, queries(600, seed=1), RANGES) == []


def test_generated_instant_queries_agree_with_prometheus(judge: Prometheus, memory: Memory) -> None:
    instants = [(START + offset, 0, 0) for offset in (3_600_000, 5_000_123, 600_000, SPAN - 15_000, SPAN + 200_000)]
    assert compare(judge, memory, [*queries(500, seed=2), *EACH], instants) == []


def test_every_function_is_among_what_is_asked() -> None:
    asked = " ".join([*queries(600, seed=1), *queries(500, seed=2), *EACH])
    known = {*FUNCTIONS, *AGGREGATIONS} - NEWER
    assert {name for name in known if not re.search(rf"\b{name}( by| without)? ?\(", asked)} == set()
    words = [" offset ", " @ ", " bool ", " and ", " or ", " unless ", "group_left", "group_right", ":30s]", "atan2"]
    assert [word for word in words if word not in asked] == []


def test_what_prometheus_has_and_bosco_has_not_is_refused_by_name(judge: Prometheus, memory: Memory) -> None:
    for name, query in {
        "histogram_count()": "histogram_count(size)",
        "histogram_sum()": "histogram_sum(size)",
        "histogram_fraction()": "histogram_fraction(0, 1, size)",
    }.items():
        assert theirs(judge, query, START + 3_600_000, 0, 0) == {"resultType": "vector", "result": []}
        refused = ours(memory, query, START + 3_600_000, 0, 0)
        assert isinstance(refused, QueryRefusal)
        assert name in str(refused)


def test_a_query_in_slices_answers_as_one_that_is_whole(memory: Memory) -> None:
    small = Means(RealClock(), Limits(slice=300))
    found = []
    for number, query in enumerate([*queries(150, seed=4), "requests_total @ end()", "vector(1)", "time()"]):
        start, end, step = RANGES[number % len(RANGES)]
        whole, sliced = ours(memory, query, start, end, step), ours(memory, query, start, end, step, small)
        if isinstance(whole, QueryRefusal) and not isinstance(sliced, QueryRefusal):
            # Rows that become alike are refused only where they meet in one slice.
            assert "same labels" in str(whole), query
            continue
        other = whole.trouble if isinstance(whole, QueryRefusal) else whole
        if differs := difference(query, sliced, other):
            found.append(f"{query}  [{start} {end} {step}]\n    {differs}")
    assert found == []
