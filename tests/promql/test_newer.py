"""What newer Prometheuses than Debian's know: checked against the definitions in their manual."""

import asyncio
import json
import statistics
from pathlib import Path

import pytest
from tests.promql.memory import Memory, series

from bosco.kit.clock import RealClock
from bosco.promql.answer import of_instant
from bosco.promql.evaluate import Means, instant
from bosco.promql.known import FUNCTIONS
from bosco.promql.parse import AGGREGATIONS, parse
from bosco.promql.refusals import QueryRefusal

AT = 1_772_442_000
VALUES = [3.0, 9.0, 4.0, 4.5, 100.0, -2.0]
MEMORY = Memory(
    [
        series("gauge", [(AT - 10 * place, value) for place, value in enumerate(VALUES)][::-1]),
        *(
            series("node", [(AT, float(number))], host=f"node{number}", zone="ab"[number % 2])
            for number in (10, 9, 2, 1)
        ),
    ]
)


def answer(query: str) -> list[tuple[dict[str, str], float]]:
    found = asyncio.run(instant(MEMORY, query, AT * 1000, Means(RealClock())))
    said = json.loads(of_instant(found, AT * 1000))
    return [(row["metric"], float(row["value"][1])) for row in said["result"]]


def test_the_deviation_from_the_middle_is_the_middle_of_the_deviations() -> None:
    middle = statistics.median(VALUES)
    assert answer("mad_over_time(gauge[1m])")[0][1] == statistics.median(abs(value - middle) for value in VALUES)


def test_rows_are_in_the_order_that_people_count_in() -> None:
    names = [labels["host"] for labels, _ in answer('sort_by_label(node, "host")')]
    assert names == ["node1", "node2", "node9", "node10"]
    names = [labels["host"] for labels, _ in answer('sort_by_label_desc(node, "zone", "host")')]
    assert names == ["node9", "node1", "node10", "node2"]


def test_smoothing_is_the_same_under_its_new_name() -> None:
    new, old = (answer(f"{name}(gauge[1m], 0.3, 0.2)") for name in ("double_exponential_smoothing", "holt_winters"))
    assert new == old


@pytest.mark.parametrize(
    "query",
    ["limitk(2, node)", "limit_ratio(0.5, node)", "info(node)", "histogram_avg(node)", "ts_of_max_over_time(node[5m])"],
)
def test_what_is_not_covered_is_refused_by_name(query: str) -> None:
    with pytest.raises(QueryRefusal) as refused:
        parse(query)
    assert query.partition("(")[0] in str(refused.value)


def test_every_function_and_aggregation_is_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs/manual/promql.md").read_text(encoding="utf-8")
    assert [name for name in {*FUNCTIONS, *AGGREGATIONS} if f"`{name}`" not in manual] == []
