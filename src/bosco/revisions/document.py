"""The plan as chapters of tables, in the order in which a team would write its document."""

from collections.abc import Iterator
from dataclasses import dataclass

from bosco.kit.words import Message
from bosco.plan.load import Plan
from bosco.plan.section import Table


@dataclass(frozen=True)
class Chapter:
    """One section that has something to show."""

    key: str
    title: Message
    table: Table


def chapters(plan: Plan) -> list[Chapter]:
    """Return the plan's sections as tables."""
    return list(_chapters(plan))


def _chapters(plan: Plan) -> Iterator[Chapter]:
    for section in plan.sections:
        table = section.table(plan[section], plan) if section.table else None
        if table and table.rows:
            yield Chapter(section.key, section.title, table)
