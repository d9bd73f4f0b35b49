"""Whom a line of the plan speaks of: a person, a group, a rotation, whoever is on call, a support level."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo

from bosco.kit.words import Message, Text, msg
from bosco.people.section import ON_CALL, TEAM, members_of, people_at_level, shown_name
from bosco.plan.ledger import UnknownName, ledger_of
from bosco.plan.load import Plan
from bosco.plan.part import Names

ON_CALL_WORDS = ("on-call", "on call", "oncall", "astreinte", "d'astreinte")
_LEVEL = re.compile(r"(?:level|niveau|n|l)\s?(\d)", re.IGNORECASE)


def level_of(target: str) -> int | None:
    """Return the support level that a target names: `level 3`, `niveau 3`, `N3`."""
    found = _LEVEL.fullmatch(target.strip())
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Targets(Names):
    """Marks a field as whom something is told to.

    A name near a declared one is a slip of the pen, and a mistake; a name that is like no other is somebody whom the
    plan does not declare yet, and a warning.
    """

    section: str = "team"
    also: tuple[str, ...] = ("on_call", *ON_CALL_WORDS)

    def accepts(self, name: str) -> bool:
        """Say whether a target needs no declaration."""
        return name in self.also or level_of(name) is not None

    def _check(self, value: Any, info: ValidationInfo) -> Any:
        try:
            return super()._check(value, info)
        except UnknownName as unknown:
            if unknown.nearest and ledger_of(info.context).names(self.section) is not None:
                raise
            return value


Target = Annotated[
    str, Targets(), AfterValidator(lambda target: f"level {found}" if (found := level_of(target)) else target)
]


def target_name(plan: Plan, target: str) -> Message | Text | str:
    """Return how a target of the plan is called."""
    return word_said(target) or shown_name(plan, target)


def word_said(target: str) -> Message | None:
    """Return how a target is said that needs no declaration; None for a name of the plan."""
    if target in ON_CALL_WORDS:
        return msg("who is on call")
    level = level_of(target)
    return None if level is None else msg("level {level}", level=level)


def unknown_targets(plan: Plan, targets: tuple[str, ...]) -> Iterator[str]:
    """Return the targets that stand for nobody in the plan."""
    for target in targets:
        level = level_of(target)
        if level is not None:
            stands = bool(people_at_level(plan, level))
        else:
            stands = (
                target in plan[TEAM] or target in plan[ON_CALL] or (target in ON_CALL_WORDS and bool(plan[ON_CALL]))
            )
        if not stands:
            yield target


def everybody_on(plan: Plan, target: str) -> list[str]:
    """Return every person whom a target may mean, whoever is on call now."""
    if (level := level_of(target)) is not None:
        return people_at_level(plan, level)
    rotations = plan[ON_CALL]
    wanted = [rotations[target]] if target in rotations else rotations.values() if target in ON_CALL_WORDS else []
    found = [
        one
        for rotation in wanted
        for layer in rotation.all_layers
        for name in layer.people
        for one in members_of(plan, name)
    ]
    return list(dict.fromkeys(found or members_of(plan, target)))
