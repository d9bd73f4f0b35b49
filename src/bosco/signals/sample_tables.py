"""The telemetry of samples: series, what senders measured, what the plan's own measures were, what metrics mean."""

from datetime import timedelta

import numpy as np

from bosco.promql.source import Values
from bosco.telemetry.columns import Array
from bosco.telemetry.grid import Level
from bosco.telemetry.table import Figure, Ladder, TelemetryTable

SERIES = TelemetryTable(
    "metric_series",
    {
        "number": "INTEGER",
        "metric": "VARCHAR",
        "labels": "VARCHAR",
        "source": "VARCHAR",
        # Whether its samples stand among those of the plan's own measures.
        "own": "BOOLEAN",
        "instant": "BIGINT",
    },
    referred=True,
)
METADATA = TelemetryTable(
    "metric_metadata",
    {"metric": "VARCHAR", "type": "VARCHAR", "unit": "VARCHAR", "help": "VARCHAR", "instant": "BIGINT"},
    keep=timedelta(days=90),
)
# `special` marks a NaN: DuckDB takes NaN for nothing and forgets its bits, so `value` holds them as a whole number.
_SAMPLE = {"series": "INTEGER", "instant": "BIGINT", "value": "DOUBLE", "special": "BOOLEAN"}
SAMPLES = TelemetryTable("metric_samples", dict(_SAMPLE), keep=timedelta(days=30), kept_as="samples")

DAYS: dict[Level, timedelta | None] = {"minute": timedelta(days=14), "hour": timedelta(days=800), "day": None}
LADDER = Ladder(
    name="measure_values",
    of="measure_values",
    key=("series",),
    figures=(
        Figure("samples", "UINTEGER", "count(*)"),
        Figure("total", "DOUBLE", "sum(value)"),
        Figure("least", "DOUBLE", "min(value)", "min({})"),
        Figure("most", "DOUBLE", "max(value)", "max({})"),
        Figure("latest", "DOUBLE", "arg_max(value, instant)", "arg_max(latest, moment)"),
        Figure("moment", "BIGINT", "max(instant)", "max({})"),
    ),
    only="NOT special AND isfinite(value)",
    keep=DAYS,
)
VALUES = TelemetryTable(
    "measure_values", dict(_SAMPLE), keep=timedelta(days=100), kept_as="measures", ladders=(LADDER,)
)

_PAYLOAD = np.uint64(0x000F_FFFF_FFFF_FFFF)
_NAN = np.uint64(0x7FF0_0000_0000_0000)


def laid(values: Values) -> tuple[Values, Array]:
    """Return values as they are kept, and which of them are NaN: those as their bits, a whole number below 2^53."""
    special = np.isnan(values)
    if special.any():
        bits = values.view(np.uint64)[special]
        kept = (bits & _PAYLOAD).astype(np.float64)
        values = values.copy()
        values[special] = np.where(bits >> np.uint64(63), -kept, kept)
    return values, special


def read(values: Values, special: Array) -> Values:
    """Return kept values as they were sent, every bit of a NaN among it."""
    if special.any():
        values = values.copy()
        kept = values[special]
        bits = np.abs(kept).astype(np.uint64) | _NAN
        bits |= np.signbit(kept).astype(np.uint64) << np.uint64(63)
        values.view(np.uint64)[special] = bits
    return values
