"""What Bosco finds when it looks at itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bosco.kit.words import Sayable, msg

SAYINGS = {
    "watchdog.fell-silent": msg("the heartbeat outward is held back: {because}"),
    "watchdog.spoke-again": msg("the heartbeat outward leaves again"),
    "watchdog.unheard": msg("the heartbeat outward did not arrive: {because}"),
    "watchdog.heard": msg("the heartbeat outward arrives again"),
}
Check = Literal["parts", "steps", "rows", "heard", "ways"]
CHECKS: dict[Check, Sayable] = {
    "parts": msg("Everything that was started runs"),
    "steps": msg("Every open alert has its next step"),
    "rows": msg("Nothing that is due waits"),
    "heard": msg("Somebody could be told of everything"),
    "ways": msg("Every way out works"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be; what is grave is an alarm, and holds the heartbeat back."""

    check: Check
    key: str
    says: Sayable
    path: str | None = None
    grave: bool = True


@dataclass(frozen=True)
class Beat:
    """What came of the last heartbeat outward: it arrived, was held back, or nobody took it."""

    state: Literal["arrived", "held back", "unheard"]
    at: datetime
    because: Sayable | None = None


@dataclass(frozen=True)
class Audit:
    """One look at itself; `looked_at` counts what was looked at for each check."""

    at: datetime
    findings: tuple[Finding, ...] = ()
    looked_at: tuple[tuple[Check, int], ...] = ()

    @property
    def grave(self) -> tuple[Finding, ...]:
        """Return what is an alarm."""
        return tuple(one for one in self.findings if one.grave)

    def of(self, check: Check) -> list[Finding]:
        """Return what a check found."""
        return [one for one in self.findings if one.check == check]
