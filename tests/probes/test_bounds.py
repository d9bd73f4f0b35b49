"""A bound reads the way its author meant it, from whichever side it is written."""

import pytest

from bosco.kit.units import Quantity
from bosco.plan.condition import parse
from bosco.probes.bounds import Levels, hold_levels


@pytest.mark.parametrize(
    ("written", "used", "held"),
    [("85%", 50, True), ("85%", 90, False), ("> 85%", 90, False), ("< 85%", 50, True), ("< 85%", 90, False)],
)
def test_a_level_of_use_is_where_it_becomes_too_much(written: str, used: float, held: bool) -> None:
    (told,) = hold_levels("cpu", Quantity(used, "%"), Levels(warning=parse(written)))
    assert told.held is held


@pytest.mark.parametrize(
    ("written", "left", "held"), [("< 30 days", 10, False), ("> 30 days", 10, False), ("> 30 days", 40, True)]
)
def test_a_level_of_what_is_left_is_where_it_becomes_too_little(written: str, left: float, held: bool) -> None:
    (told,) = hold_levels("certificate", Quantity(left, "days"), Levels(warning=parse(written)), good="up")
    assert told.held is held
