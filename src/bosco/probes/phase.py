"""At which instants a probe looks: always the same ones, spread by its name, whatever restarts or changes around it."""

from hashlib import blake2b
from math import floor

# Instants fall on hundredths of a second, so that those that fall together are started together.
TICKS = 100


def phase(name: str, every: float) -> float:
    """Return where in its rhythm a probe looks, in seconds from the rhythm's beginning."""
    spread = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    return spread % max(1, round(every * TICKS)) / TICKS


def next_due(at: float, every: float, after: float) -> float:
    """Return the first instant of the rhythm after that one; instants are seconds since 1970."""
    due = at + (floor((after - at) / every) + 1) * every
    # Floating point may land on `after` itself.
    return due if due > after else due + every
