"""Promises beyond those that the rest of the plan makes by itself."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import model_validator

from bosco.kit.numbers import Unreadable
from bosco.kit.words import msg
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.read_recurrence import recurrence
from bosco.plan.section import Remark, Section, Table, cell
from bosco.plan.words import Day, GoalText, Name, OneOrMany, PlanText, Span, name_from
from bosco.signals.section import measure_name, unfed


class Commitment(PlanPart):
    """A promise, and what would prove it."""

    promise: PlanText
    to: PlanText | None = None
    # Proven by a measure that meets its target…
    measure: str | None = None
    target: GoalText | None = None
    over: Span | None = None
    # …by something that comes in its rhythm, or by something done by a day.
    every: str | None = None
    by: Day | None = None
    service: Annotated[str, Names("services")] | None = None
    owner: PlanText | None = None
    evidence: OneOrMany[PlanText] = ()

    @model_validator(mode="after")
    def _can_be_judged(self) -> "Commitment":
        if (self.measure is None) != (self.target is None):
            held, lacks = ("measure", "target") if self.measure else ("target", "measure")
            raise Misplaced(
                msg("{held} stands without {lacks}", held=held, lacks=lacks),
                held,
                msg("both, or neither"),
                of_word=True,
            )
        if self.every is not None:
            try:
                recurrence(self.every)
            except Unreadable as error:
                raise Misplaced(error.says, "every", error.expected) from None
        return self


def _unfed(plan: Plan) -> Iterator[Remark]:
    for key, one in plan[COMMITMENTS].items():
        if one.measure and (says := unfed(plan, one.measure)):
            yield Remark(("commitments", key, "measure"), says)


def _table(commitments: Mapping[str, Commitment], plan: Plan) -> Table:
    rows = []
    for one in commitments.values():
        measure = measure_name(plan, one.measure) if one.measure else None
        target = one.target if one.target else one.every or (one.by.isoformat() if one.by else None)
        rows.append((cell(one.promise, tone="strong"), cell(measure), cell(target), cell(one.owner)))
    return Table((msg("Promise"), msg("Measure"), msg("Target"), msg("Responsible")), tuple(rows))


COMMITMENTS: Section[Mapping[str, Commitment]] = Section(
    "commitments",
    Mapping[Name, Commitment],
    default=lambda: MappingProxyType({}),
    title=msg("Commitments"),
    order=900,
    named=True,
    name_of=name_from("promise"),
    warn=(_unfed,),
    table=_table,
)
SECTION = COMMITMENTS
