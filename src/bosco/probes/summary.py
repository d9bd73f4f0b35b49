"""What every probe did over a time, in one question: counts, how fast, and how fast most of the time."""
# ruff: noqa: S608 - the names in the SQL are those of our tables, the rest are whole numbers

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bosco.probes.rollup import LOOKS_LADDER, OUTCOMES, TOOK_LADDER
from bosco.probes.took import CLASSES, percentiles
from bosco.services.burn import Events
from bosco.telemetry.grid import DAY, HOUR, MINUTE, Level
from bosco.telemetry.reader import Reader


@dataclass(frozen=True)
class Summary:
    """How often a probe was up, degraded, down or could not be looked at; durations in milliseconds."""

    up: int
    degraded: int
    down: int
    unknown: int
    mean: float | None = None
    p95: float | None = None

    @property
    def share_up(self) -> float | None:
        """Return the share of the looks that saw something and found it answering; None if none saw anything."""
        seen = self.up + self.degraded + self.down
        return (self.up + self.degraded) / seen if seen else None


def events_of(
    numbers: Sequence[int], spans: Sequence[tuple[int, int]], reader: Reader, *, degraded_counts: bool = False
) -> Events:
    """Return the looks within spans at all of those probes together, and how many of them were bad.

    A span begins at a whole minute: at the one before for the first, at the next one behind a hole.
    """
    bad = "sum(down) + sum(degraded)" if degraded_counts else "sum(down)"
    found = Events(0, 0)
    for place, (since, until) in enumerate(spans):
        level: Level = "minute" if until - since <= 12 * HOUR else "hour"
        first = reader.grid.floor(level, since)
        start = first if place == 0 or first == since else first + (HOUR if level == "hour" else MINUTE)
        if start < until:
            rows = reader.rungs(LOOKS_LADDER, level, (start, until), {"probe": numbers})
            sums = f"coalesce({bad}, 0), coalesce(sum(up) + sum(degraded) + sum(down), 0)"
            ((some, total),) = reader.rows(f"SELECT {sums} FROM {rows}")
            found = Events(found.bad + int(some), found.total + int(total))
    return found


def summaries_of(span: tuple[int, int], reader: Reader) -> dict[int, Summary]:
    """Return the summaries by the probes' numbers; the span begins at a whole hour, a long one at a whole day."""
    since, until = span
    level: Level = "minute" if until - since <= 2 * HOUR else "hour" if until - since <= 60 * DAY else "day"
    span = reader.grid.floor(level, since), until
    figures = ", ".join(f"{figure.merging} AS {figure.name}" for figure in LOOKS_LADDER.figures)
    sums = reader.columns(
        f"SELECT probe, {figures} FROM {reader.rungs(LOOKS_LADDER, level, span)} GROUP BY probe ORDER BY probe"
    )
    rows = reader.rungs(TOOK_LADDER, level, span)
    classes = reader.columns(f"SELECT probe, class, CAST(sum(looks) AS BIGINT) AS looks FROM {rows} GROUP BY ALL")
    probes = sums["probe"].tolist()
    counts = np.zeros((len(probes), CLASSES), dtype=np.int64)
    np.add.at(counts, (np.searchsorted(sums["probe"], classes["probe"]), classes["class"]), classes["looks"])
    columns = zip(
        probes,
        *(sums[name].tolist() for name in (*OUTCOMES, "took")),
        *(np.ma.filled(sums[name], 0).tolist() for name in ("least", "most")),
        counts,
        strict=True,
    )
    return {
        probe: Summary(
            up,
            degraded,
            down,
            unknown,
            mean=round(took / (up + degraded) / 1000, 3) if up + degraded else None,
            p95=round(percentiles(row, [0.95], least, most)[0] / 1000, 3) if up + degraded else None,
        )
        for probe, up, degraded, down, unknown, took, least, most, row in columns
    }
