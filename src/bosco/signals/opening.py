"""What Bosco needs in memory when it starts: the series that still live, with the last sample of each."""
# ruff: noqa: S608 - the names in the SQL are our own, the rest are whole numbers

from dataclasses import dataclass
from sys import intern

import numpy as np

from bosco.promql.source import Metadata
from bosco.signals.archive import read_key
from bosco.signals.labels import Key
from bosco.signals.sample_tables import LADDER, METADATA, SAMPLES, SERIES, read
from bosco.telemetry.grid import DAY
from bosco.telemetry.reader import Reader

OWN_SINCE = 40 * DAY


@dataclass(frozen=True)
class Living:
    """One series and its last sample; the time is in milliseconds."""

    key: Key
    number: int
    source: str
    own: bool
    time: int
    value: float


@dataclass(frozen=True)
class Opened:
    """What was found on disk."""

    living: list[Living]
    next_number: int
    metadata: dict[str, Metadata]


def open_samples(reader: Reader, since: int, now: int) -> Opened:
    """Return the series with a sample since that instant; those of the plan's own measures live longer."""
    last = _last_samples(reader, since)
    last.update(_last_values(reader, now))
    top = reader.rows(f"SELECT coalesce(max(number), -1) + 1 FROM {SERIES.name}")[0][0]
    living = []
    # The same labels may have had several numbers: the latest is the one that lives.
    rows = reader.rows(f"SELECT number, labels, source, own FROM {SERIES.name} ORDER BY number DESC") if last else []
    for number, labels, source, own in rows:
        if number in last:
            key = tuple(intern(part) for part in read_key(labels))
            living.append(Living(key, number, source, own, *last[number]))
    return Opened(living, top, _metadata(reader))


def _last_samples(reader: Reader, since: int) -> dict[int, tuple[int, float]]:
    found = reader.columns(
        f"SELECT series, max(instant) AS moment, arg_max(value, instant) AS value, "
        f"arg_max(special, instant) AS special FROM {SAMPLES.name} WHERE instant >= {since} GROUP BY series"
    )
    values = read(np.asarray(found["value"]), np.asarray(found["special"], dtype=bool))
    times = np.asarray(found["moment"]) // 1000
    return dict(
        zip(np.asarray(found["series"]).tolist(), zip(times.tolist(), values.tolist(), strict=True), strict=True)
    )


def _last_values(reader: Reader, now: int) -> dict[int, tuple[int, float]]:
    start = reader.grid.floor("day", max(1, now - OWN_SINCE))
    rungs = reader.rungs(LADDER, "day", (start, now + DAY))
    rows = reader.rows(f"SELECT series, max(moment), arg_max(latest, moment) FROM {rungs} GROUP BY series")
    return {series: (at // 1000, value) for series, at, value in rows}


def _metadata(reader: Reader) -> dict[str, Metadata]:
    rows = reader.rows(f"SELECT metric, type, help, unit FROM {METADATA.name} ORDER BY instant")
    return {metric: Metadata(kind, told, unit) for metric, kind, told, unit in rows}
