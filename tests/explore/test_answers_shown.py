"""An answer as people read it: rows, a chart, a sheet, lines for the plan."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosco.explore.drawn import MOST_DRAWN, drawn_of, sheet_of
from bosco.explore.look import SPANS, look_of
from bosco.explore.plan_lines import plan_lines, signal_name
from bosco.explore.units import unit_of_query
from bosco.plan.load import load_texts
from bosco.promql.budget import MOST_POINTS
from bosco.promql.grid import Grid
from bosco.promql.parse import parse
from bosco.promql.vector import Scalar, Vector

GRID = Grid(1_772_442_000_000, 60_000, 3)


def vector(*rows: tuple[dict[str, str], list[float]]) -> Vector:
    values = np.array([line for _, line in rows])
    return Vector([labels for labels, _ in rows], values, ~np.isnan(values))


def test_the_greatest_rows_are_drawn_and_all_are_counted() -> None:
    shown = drawn_of(vector(*(({"n": str(n)}, [float(n)] * 3) for n in range(30))), GRID)
    assert (shown.count, shown.drawn, len(shown.rows)) == (30, MOST_DRAWN, 30)
    assert [row.name for row in shown.rows[:2]] == ['{n="29"}', '{n="28"}']
    assert shown.chart is not None
    assert shown.chart["at"] == [1772442000, 1772442060, 1772442120]


def test_a_hole_stays_a_hole_and_what_is_no_number_is_no_point() -> None:
    shown = drawn_of(vector(({"a": "b"}, [1.0, float("nan"), float("inf")])), GRID)
    assert shown.chart is not None
    assert shown.chart["series"][0]["values"] == [1.0, None, None]
    assert (shown.rows[0].last, shown.rows[0].most) == (1.0, 1.0)
    assert drawn_of(Scalar(np.array([float("nan")] * 3)), GRID).chart is None


def test_a_sheet_holds_every_value_and_no_formula() -> None:
    sheet = sheet_of(vector(({"__name__": "up", "job": '=cmd|"x"'}, [1.0, float("nan"), 2.5])), GRID).decode()
    assert sheet.splitlines() == [
        "instant,__name__,job,value",
        '2026-03-02T09:00:00Z,up,"\'=cmd|""x""",1',
        '2026-03-02T09:02:00Z,up,"\'=cmd|""x""",2.5',
    ]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("up", "up"),
        ("sum by (job) (rate(http_requests_total[5m]))", "http_requests_total_rate"),
        ('histogram_quantile(0.9, rate(x_bucket{a="b"}[5m]))', "x_bucket_rate_histogram_quantile"),
        ("a:b / c", "a_b_c"),
        ("1 + 1", "measure"),
        ('{__name__="é è"}', "é_è"),
    ],
)
def test_lines_for_the_plan_are_a_plan(query: str, name: str) -> None:
    tree = parse(query).tree
    assert signal_name(tree) == name
    for known in (True, False):
        lines = plan_lines(query, tree, 0.0437, "ms", known)
        loaded = load_texts({"plan.yml": f"plan: Shop\n{lines}\n"})
        assert not loaded.mistakes
    assert json.dumps(query, ensure_ascii=False) in lines
    assert 'warning: "> 0.053", critical: "> 0.066"' in lines


@pytest.mark.parametrize(
    ("query", "unit"),
    [
        ("basket", "ms"),
        ("rate(basket[5m])", "ms/s"),
        ("max by (a) (avg_over_time(basket[1h]))", "ms"),
        ("quantile_over_time(0.9, basket[1h])", "ms"),
        ("count(basket)", ""),
        ("basket / 2", ""),
        ("other", ""),
    ],
)
def test_a_unit_is_told_where_it_is_sure(query: str, unit: str) -> None:
    assert unit_of_query(parse(query).tree, lambda name: "ms" if name == "basket" else "") == unit


@given(
    st.text(max_size=30), st.text(max_size=5) | st.sampled_from(list(SPANS)), st.text(max_size=5), st.text(max_size=14)
)
def test_any_address_is_a_look(query: str, span: str, step: str, until: str) -> None:
    look = look_of(query, span, step, until)
    assert 1 <= look.length // look.step_ms < MOST_POINTS
    assert look.address().startswith("/explore")
