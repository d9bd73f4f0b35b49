"""How urgent something is, as pages show the priorities of the plan."""

from dataclasses import dataclass

from bosco.kit.words import Text
from bosco.notices.section import PRIORITIES
from bosco.plan.load import Plan

# Colours of the plan that pages call otherwise.
_TONES = {"purple": "violet", "white": "grey", "black": "grey"}


@dataclass(frozen=True)
class Urgency:
    """A priority as it is shown."""

    code: str
    color: str
    blink: bool
    name: Text | str | None


def urgency_of(plan: Plan, code: str | None, *, down: bool = True) -> Urgency | None:
    """Return how a priority is shown; one without a colour of its own takes that of the trouble."""
    if code is None:
        return None
    found = plan[PRIORITIES].get(code)
    color = (found.color if found else None) or ("red" if down else "amber")
    return Urgency(code, _TONES.get(color, color), bool(found and found.blink), found.name if found else None)
