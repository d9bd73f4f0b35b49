"""The telemetry of probes: one row for each look, rolled up by minute, hour and day."""

from datetime import timedelta

from bosco.probes.kind import Outcome
from bosco.telemetry.grid import Level
from bosco.telemetry.table import Figure, Ladder, TelemetryTable

OUTCOMES: tuple[Outcome, ...] = ("up", "degraded", "down", "unknown")
PHASES = ("dns", "connect", "tls", "first_byte", "body")
# Only an answer took its time: how long a failure was waited for says nothing about the target.
ANSWERED = "outcome <= 1"

LOOKS = "probe_looks"
DAYS: dict[Level, timedelta | None] = {"minute": timedelta(days=14), "hour": timedelta(days=400), "day": None}

LOOKS_LADDER = Ladder(
    name=LOOKS,
    of=LOOKS,
    key=("probe",),
    figures=(
        *(Figure(name, "UINTEGER", f"count(*) FILTER (outcome = {code})") for code, name in enumerate(OUTCOMES)),
        Figure("took", "BIGINT", f"coalesce(sum(took) FILTER ({ANSWERED}), 0)"),
        Figure("least", "UINTEGER", f"min(took) FILTER ({ANSWERED})", "min({})"),
        Figure("most", "UINTEGER", f"max(took) FILTER ({ANSWERED})", "max({})"),
        *(Figure(name, "BIGINT", f"coalesce(sum({name}) FILTER ({ANSWERED}), 0)") for name in PHASES),
    ),
    keep=DAYS,
)
TOOK_LADDER = Ladder(
    name="probe_took",
    of=LOOKS,
    key=("probe", "class"),
    figures=(Figure("looks", "UINTEGER", "count(*)"),),
    only=ANSWERED,
    keep=DAYS,
)
LOOKS_TABLE = TelemetryTable(
    LOOKS,
    {
        "probe": "INTEGER",
        "instant": "BIGINT",
        "outcome": "UTINYINT",
        "shown": "UTINYINT",
        "took": "UINTEGER",
        "class": "UTINYINT",
        **dict.fromkeys(PHASES, "UINTEGER"),
        "because": "VARCHAR",
        "seen": "VARCHAR",
    },
    keep=timedelta(days=14),
    kept_as="looks",
    ladders=(LOOKS_LADDER, TOOK_LADDER),
)

MEASURES = "probe_measures"
MEASURES_LADDER = Ladder(
    name=MEASURES,
    of=MEASURES,
    key=("probe", "measure"),
    figures=(
        Figure("looks", "UINTEGER", "count(*)"),
        Figure("total", "DOUBLE", "sum(value)"),
        Figure("least", "DOUBLE", "min(value)", "min({})"),
        Figure("most", "DOUBLE", "max(value)", "max({})"),
    ),
    only="isfinite(value)",
    keep=DAYS,
)
MEASURES_TABLE = TelemetryTable(
    MEASURES,
    {"probe": "INTEGER", "measure": "INTEGER", "instant": "BIGINT", "value": "DOUBLE"},
    keep=timedelta(days=14),
    kept_as="looks",
    ladders=(MEASURES_LADDER,),
)
