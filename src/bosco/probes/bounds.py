"""Bounds of what is measured: what must hold (`< 500ms`), or from where on it is bad (`{warning: 70%}`)."""

from dataclasses import replace
from typing import Annotated

from bosco.kit.numbers import write_number
from bosco.kit.units import Quantity
from bosco.plan.compared import Between, Compare, Level
from bosco.plan.condition import as_target, parse
from bosco.plan.part import PlanPart
from bosco.plan.seen import Condition, Direction, Seen
from bosco.plan.words import Reads
from bosco.probes.kind import Expectation, Outcome

Bound = Annotated[
    Condition,
    Reads(lambda value: as_target(parse(value)), str, "What must hold: < 500ms, > 30 days, 10-20.", "< 500ms"),
]
Bad = Annotated[Condition, Reads(parse, str, "From where on it is bad: 70%, > 500ms.", "70%")]

_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Levels(PlanPart):
    """From where on a measure is degraded, and from where on it is down."""

    warning: Bad | None = None
    critical: Bad | None = None


def shown(quantity: Quantity) -> str:
    """Return a number with its unit, as expectations show it: `812 ms`, `85%`."""
    return f"{write_number(quantity.value)}{'' if quantity.unit in ('', '%') else ' '}{quantity.unit}"


def hold(measure: str, value: Quantity, bound: Condition, failing: Outcome, good: Direction = "down") -> Expectation:
    """Hold a value against what must be."""
    verdict = bound.judge(Seen(measure, value.value, value.unit, good=good))
    return Expectation(f"{measure} ({shown(value)}) {_required(bound, good)}", verdict.holds is True, failing)


def hold_levels(measure: str, value: Quantity, levels: Levels, good: Direction = "down") -> list[Expectation]:
    """Hold a value against the levels from which it is bad; only the worst that it reaches is told."""
    seen = Seen(measure, value.value, value.unit, good=good)
    told: list[Expectation] = []
    steps: tuple[tuple[Condition | None, Outcome], ...] = ((levels.critical, "down"), (levels.warning, "degraded"))
    for written, failing in steps:
        if written is None:
            continue
        level = _from_its_bad_side(written, good)
        reached = level.judge(seen).holds is not False
        told.append(Expectation(f"{measure} ({shown(value)}) {_avoided(level, good)}", not reached, failing))
        if reached:
            break
    return told


def _from_its_bad_side(level: Condition, good: Direction) -> Condition:
    """Turn `cpu: < 85%` round: nobody means that little use is bad, but that it must stay so."""
    wanted = ("<", "<=") if good == "down" else (">", ">=")
    if isinstance(level, Compare) and level.sign in wanted:
        return replace(level, sign=_OPPOSITE[level.sign])
    return level


def within(
    measure: str, value: Quantity, wanted: "Condition | Levels | None", failing: Outcome, good: Direction = "down"
) -> list[Expectation]:
    """Hold a value against whichever way its bound is written."""
    if wanted is None:
        return []
    if isinstance(wanted, Levels):
        return hold_levels(measure, value, wanted, good)
    return [hold(measure, value, wanted, failing, good)]


def _required(bound: Condition, good: Direction) -> str:
    if isinstance(bound, Compare):
        return f"{bound.sign} {shown(bound.bound)}"
    if isinstance(bound, Level):
        return f"{'<=' if good == 'down' else '>='} {shown(bound.bound)}"
    if isinstance(bound, Between):
        return f"∈ {shown(bound.low)}-{shown(bound.high)}"
    return str(bound)


def _avoided(level: Condition, good: Direction) -> str:
    if isinstance(level, Compare):
        return f"{_OPPOSITE[level.sign]} {shown(level.bound)}"
    if isinstance(level, Level):
        return f"{'<' if good == 'down' else '>'} {shown(level.bound)}"
    return f"∉ {level}"
