import numpy as np
import pytest
from tests.telemetry.things import THINGS

from bosco.kit.refusal import Code, Refusal
from bosco.telemetry.columns import Rows, check, together
from bosco.telemetry.grid import LAST

GOOD = {"kind": [1, 2], "instant": [5, 6], "worth": [7, 8], "said": ["x", None]}


def test_lists_become_columns_of_the_tables_own_types() -> None:
    columns = check(THINGS, GOOD)
    assert columns["kind"].dtype == np.int32
    assert columns["instant"].dtype == np.int64
    assert list(columns["said"]) == ["x", None]


def test_arrays_of_the_right_type_are_not_copied() -> None:
    worth = np.array([7, 8], dtype=np.int64)
    assert check(THINGS, {**GOOD, "worth": worth})["worth"] is worth


@pytest.mark.parametrize(
    "wrong",
    [
        {"worth": [7]},
        {"worth": [7, None]},
        {"worth": ["seven", "eight"]},
        {"worth": [7, 8.5]},
        {"worth": [7, float("nan")]},
        {"worth": [7, 2**63]},
        {"worth": [[7, 8], [9, 10]]},
        {"kind": np.array([1, 2**31], dtype=np.int64)},
        {"instant": [5, 0]},
        {"instant": [5, -1]},
        {"instant": [5, LAST]},
        {"colour": [1, 2]},
    ],
)
def test_columns_that_do_not_fit_are_refused_when_they_are_handed_over(wrong) -> None:
    with pytest.raises(Refusal) as refused:
        check(THINGS, {**GOOD, **wrong})
    assert refused.value.code is Code.INVALID
    assert refused.value.where == "things"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(Refusal, match="worth"):
        check(THINGS, {name: column for name, column in GOOD.items() if name != "worth"})


def test_bytes_that_were_no_text_do_not_stop_the_others() -> None:
    assert list(check(THINGS, {**GOOD, "said": ["caf\udce9", "é\0"]})["said"]) == ["caf?", "é\0"]


def test_parts_of_one_table_are_laid_together_in_their_order() -> None:
    parts = [Rows(THINGS, check(THINGS, {**GOOD, "worth": [n, n + 1]})) for n in (1, 3, 5)]
    (laid,) = together(parts)
    assert laid.columns["worth"].tolist() == [1, 2, 3, 4, 5, 6]
    assert list(laid.columns["said"]) == ["x", None] * 3
