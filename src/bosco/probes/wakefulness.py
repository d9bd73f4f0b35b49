"""Whether Bosco was awake all the time: a laptop's sleep, a stopped process and a clock that jumps leave a gap."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Somebody compares the two clocks at least this often.
PULSE = timedelta(seconds=20)
# The wall clock may run ahead of the steady one by this much (NTP correcting itself).
DRIFT = timedelta(seconds=10)
# A wake-up may be this late (a busy machine) before the process counts as having stood still.
STALL = timedelta(seconds=30)


@dataclass(frozen=True)
class Gap:
    """A time in which Bosco saw nothing."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Moment:
    """One instant on both clocks."""

    wall: datetime
    steady: float


def gap_between(before: Moment, now: Moment) -> Gap | None:
    """Return the gap between two moments that should be at most a pulse apart, if there is one."""
    wall = now.wall - before.wall
    steady = timedelta(seconds=now.steady - before.steady)
    # The steady clock of some systems stops while a laptop sleeps, that of others goes on.
    if wall - steady > DRIFT or steady > PULSE + STALL:
        return Gap(before.wall, max(now.wall, before.wall))
    return None


def stepped(before: Moment, now: Moment) -> bool:
    """Say whether the wall clock was moved, in either direction."""
    return abs((now.wall - before.wall) - timedelta(seconds=now.steady - before.steady)) > timedelta(seconds=1)
