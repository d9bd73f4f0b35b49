"""From what was expected and seen to one reading: the worst failure decides, and is why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bosco.kit.words import Sayable
from bosco.probes.health import RANK
from bosco.probes.kind import Expectation, Outcome, Reading


def conclude(
    expectations: Sequence[Expectation],
    *,
    phases: Mapping[str, timedelta] | None = None,
    measures: Mapping[str, float] | None = None,
    parts: Mapping[str, Outcome] | None = None,
) -> Reading:
    """Return the reading that these expectations lead to; nothing expected is nothing failed."""
    failed = [one for one in expectations if not one.held]
    outcome: Outcome = max((one.failing for one in failed), key=lambda one: RANK[one], default="up")
    # Not being able to look outweighs whatever else was seen to fail less than fully.
    if any(one.failing == "unknown" for one in failed) and outcome != "down":
        outcome = "unknown"
    because: Sayable = "; ".join(one.seen for one in failed if one.failing == outcome)
    return Reading(
        outcome,
        because,
        tuple(expectations),
        phases=dict(phases or {}),
        parts=dict(parts or {}),
        measures=dict(measures or {}),
    )


class Enough(Exception):  # noqa: N818 - named as what it says
    """The conversation has failed: there is no use in going on."""


@dataclass
class Findings:
    """What a conversation of several steps has shown so far; the first step that fails ends it."""

    told: list[Expectation] = field(default_factory=list)

    def need(self, seen: str, held: bool) -> None:
        """Note what was seen of a step, and end the conversation if it is not as it must be."""
        self.told.append(Expectation(seen, held))
        if not held:
            raise Enough
