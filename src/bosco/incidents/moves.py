"""What moved first around the start of a case, as it is kept and shown: each with the line that it drew."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from bosco.incidents.correlate import Curve, Move

# How long after the start is still looked at; then what was seen is written down.
AFTER = timedelta(minutes=10)
MOST = 12
CHARTS = 6
POINTS = 120


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that left its usual range."""

    name: str
    label: str
    unit: str
    at: datetime
    usual: float
    reached: float
    strength: float
    # Seconds since 1970, and what it said then.
    times: list[int] = []
    values: list[float | None] = []

    @property
    def rising(self) -> bool:
        """Say whether it went up."""
        return self.reached > self.usual

    def drawing(self, began: datetime, called: str) -> dict[str, Any]:
        """Return its chart: its line, what is usual, when it moved, when the case began."""
        return {
            "unit": self.unit,
            "at": [datetime.fromtimestamp(one, UTC) for one in self.times],
            "series": [{"name": self.label, "values": self.values, "tone": "blue"}],
            "levels": [{"value": self.usual, "tone": "grey"}],
            "markers": [
                {"at": self.at, "tone": "orange", "says": ""},
                {"at": began, "tone": "red", "says": called},
            ],
        }


def kept(moves: Sequence[Move], opens: datetime, closes: datetime) -> list[Moved]:
    """Return the first of these as they are kept, their lines thinned out to what a small chart shows."""
    return [_kept(one, opens, closes) for one in moves[:MOST]]


def _kept(move: Move, opens: datetime, closes: datetime) -> Moved:
    times, values = _thinned(move.curve, opens, closes)
    return Moved(
        name=move.name,
        label=move.label,
        unit=move.curve.unit,
        at=move.at,
        usual=move.usual,
        reached=move.reached,
        strength=min(move.strength, 1e9),
        times=times,
        values=values,
    )


def _thinned(curve: Curve, opens: datetime, closes: datetime) -> tuple[list[int], list[float | None]]:
    shown = (curve.times >= opens.timestamp() * 1000) & (curve.times <= closes.timestamp() * 1000)
    times, values = curve.times[shown], curve.values[shown]
    step = max(1, -(-len(times) // POINTS))
    return (
        [int(one) // 1000 for one in times[::step].tolist()],
        [float(one) if np.isfinite(one) else None for one in values[::step].tolist()],
    )
