"""What a request says, read without looking whether it can be taken: in any thread."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from bosco.promql.source import Metadata, Times, Values
from bosco.signals.latest import Places

MOST_REASONS = 5


@dataclass(slots=True)
class Loose:
    """Samples of one series by its labels, which may come in any order; `raw` is how its sender writes them."""

    labels: list[tuple[str, str]]
    samples: list[tuple[int, float]]
    raw: bytes = b""
    # The first of the two series that a native histogram becomes.
    native: bool = False
    # A further series of a point that another one counts.
    part: bool = False
    # Its samples are differences from the one before.
    grows: bool = False


@dataclass
class Read:
    """Samples whose series is known by its bytes, as columns; all others one by one; what is said of metrics."""

    known: tuple[Places, Times, Values] = field(
        default_factory=lambda: (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float64))
    )
    loose: list[Loose] = field(default_factory=list)
    metadata: dict[str, Metadata] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    def refuse(self, why: str, samples: int = 1) -> None:
        """Note that samples cannot be taken; only the first few reasons are told."""
        refuse(self.refused, why, samples)


def refuse(refused: Counter[str], why: str, samples: int = 1) -> None:
    """Note that samples cannot be taken; only the first few reasons are told."""
    if not samples and why in refused:
        return
    why = why if len(refused) < MOST_REASONS or why in refused else "…"
    refused[why] += samples
