"""What one query may cost: samples held at once, and time."""

from collections.abc import Callable
from dataclasses import dataclass

from bosco.kit.words import msg
from bosco.promql.refusals import too_long, too_much

# Points of one series in an answer, as Prometheus has it.
MOST_POINTS = 11_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How many samples a query may hold at once, and for how many seconds it may run."""

    samples: int = 50_000_000
    seconds: float = 60.0
    # Samples of one slice of a long range: so few that the processor's caches hold what is laid in order.
    slice: int = 1_500_000


class Budget:
    """What is left of the limits; asked often, in whichever thread computes."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float], since: float | None = None) -> None:
        self.limits = limits
        self._monotonic = monotonic
        self._until = (monotonic() if since is None else since) + limits.seconds
        self.samples = 0

    def hold(self, samples: int) -> None:
        """Count samples before they are held."""
        self.samples += samples
        if self.samples > self.limits.samples:
            raise too_much(
                msg("The query would hold more than {most} samples at once.", most=self.limits.samples),
                msg("Ask for fewer series, a shorter span or a longer step."),
            )

    def look(self) -> None:
        """Refuse to go on once the time is over."""
        if self._monotonic() > self._until:
            raise too_long(self.limits.seconds)

    @property
    def left(self) -> float:
        """Return how many seconds are left."""
        return max(0.0, self._until - self._monotonic())
