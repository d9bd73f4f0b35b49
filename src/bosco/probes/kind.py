"""What a kind of probe is: options from the plan, and one verb, `read`."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Literal

from bosco.kit.clock import Clock
from bosco.kit.net import Net
from bosco.kit.processes import Processes
from bosco.kit.words import Sayable
from bosco.plan.part import PlanPart
from bosco.plan.secrets import Secrets

Outcome = Literal["up", "degraded", "down", "unknown"]


@dataclass(frozen=True)
class Expectation:
    """One thing that was expected, with what was seen: `status (500) == 200`."""

    seen: str
    held: bool
    # What a failure means: most expectations say down; a slow answer says degraded.
    failing: Outcome = "down"


@dataclass(frozen=True)
class Reading:
    """What one look saw; `unknown` means that Bosco could not look, and is never up."""

    outcome: Outcome
    because: Sayable = ""
    expectations: tuple[Expectation, ...] = ()
    phases: dict[str, timedelta] = field(default_factory=dict)
    parts: dict[str, Outcome] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
    took: timedelta = timedelta(0)


@dataclass(frozen=True)
class Eyes:
    """What a probe may use to look; the time limit is kept around `read`, and told here for protocols that want it."""

    net: Net
    processes: Processes
    clock: Clock
    secrets: Secrets
    limit: timedelta


class Kind(PlanPart):
    """A way to look at something: fields are its words in the plan, the one named like its file is the target.

    `read` neither retries nor times itself nor guards: that is done once, around it. It raises what the doors raise
    (NetFailed; OSError from a program that cannot start) and the Refusal of a secret that is not set, nothing else.
    """

    every_default: ClassVar[timedelta] = timedelta(minutes=1)
    # The other side comes to us (a heartbeat): `read` is never called.
    comes_to_us: ClassVar[bool] = False
    # It looks at this machine or runs a program on it, so the plan's file alone may name it, never a browser.
    on_this_machine: ClassVar[bool] = False

    async def read(self, eyes: Eyes) -> Reading:
        """Look once."""
        raise NotImplementedError

    def target(self) -> str:
        """Return the host that per-host limits are counted on, or an empty string."""
        return ""
