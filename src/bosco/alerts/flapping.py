"""Does it change again and again? The last half hour is looked at in twenty parts; newer ones weigh more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SPAN = timedelta(minutes=30)
PARTS = 20
# In percent of all parts, weighed: the fourth recent change begins it.
STARTS_AT = 20.0
# What flaps is over once it has stayed well that long, and is told below the first priority once it has held so long.
CALM_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Flap:
    """How much of the last half hour changed, and how many changes there were."""

    percent: float
    changes: int

    @property
    def flaps(self) -> bool:
        """Say whether that is too much to tell each change."""
        return self.percent >= STARTS_AT


def flap_of(turns: Iterable[datetime], now: datetime) -> Flap:
    """Return how much it flaps; a part in which something changed weighs from 0.75, the oldest, to 1.25, the newest."""
    start = now - SPAN
    recent = [at for at in turns if start < at <= now]
    # Two changes within one part count as two neighbours would: the shorter the trouble, the more it flaps.
    changed = sorted(min(int((at - start) / (SPAN / PARTS)), PARTS - 1) for at in recent)
    weights = sum(0.75 + part * 0.5 / (PARTS - 1) for part in changed)
    return Flap(min(100.0, 100 * weights / PARTS), len(recent))
