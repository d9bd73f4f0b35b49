"""Where named measures come from, as the plan writes it."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from bosco.kit.units import say_duration
from bosco.kit.words import Text, msg
from bosco.plan.by_kind import OfKind, by_kind
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Section, Table, cell
from bosco.plan.words import GoalText, Name, PlanText, SecretText, Span

# Measures that Bosco feeds by itself, and the unit they come in.
BUILT_IN: Mapping[str, str] = MappingProxyType(
    {
        "cpu_usage": "%",
        "memory_usage": "%",
        "disk_space": "%",
        "network_latency": "ms",
        "api_response_time": "ms",
        "error_rate": "%",
        "database_connections": "%",
        "cert_expiry": "days",
        "failed_logins": "/min",
    }
)


class Normal(PlanPart):
    """What a measure is compared with when it is held against its own normal."""

    over: Span = timedelta(weeks=4)
    same: Literal["hour-of-week", "hour-of-day", "day-of-week", "any"] = "hour-of-week"


class Signal(OfKind):
    """A measure by its name: its unit, which way is good, and what it should be."""

    name: PlanText | None = None
    description: PlanText | None = None
    unit: str = ""
    good: Literal["up", "down"] = "down"
    target: GoalText | None = None
    normal: Normal = Normal()
    service: Annotated[str, Names("services")] | None = None
    every: Span | None = None
    # Without a value for that long, it is unknown.
    stale: Span | None = None


class Promql(PlanPart):
    """A question to the stored metrics, in PromQL."""

    promql: str


class Logs(PlanPart):
    """Log lines that match, counted or measured."""

    logs: str
    take: str = "rate per minute"


class Sql(PlanPart):
    """The first number that a question to a database returns."""

    sql: str
    from_: Annotated[SecretText, Field(alias="from")]


class Http(PlanPart):
    """A number in what a web address answers."""

    http: SecretText
    json_: Annotated[str | None, Field(alias="json")] = None
    headers: Mapping[str, SecretText] = Field(default_factory=dict)


class Push(PlanPart):
    """A measure that is sent to Bosco over its API."""

    push: bool = True


class Probed(PlanPart):
    """A figure that a probe tells beside its state."""

    probe: Annotated[str, Names("probes")]
    take: str = "time"


KINDS: dict[str, type[PlanPart]] = {
    "promql": Promql,
    "logs": Logs,
    "sql": Sql,
    "http": Http,
    "probe": Probed,
    "push": Push,
}
_CALLED = {
    "promql": msg("metrics"),
    "logs": msg("logs"),
    "sql": msg("database"),
    "http": msg("web address"),
    "probe": msg("probe"),
    "push": msg("sent to Bosco"),
}


def measure_name(plan: Plan, key: str) -> Text | str:
    """Return how a measure is called."""
    found = plan[SIGNALS].get(key)
    return (found.name if found else None) or key


def unit_of(plan: Plan, measure: str) -> str:
    """Return the unit in which a measure comes, empty if nobody says."""
    found = plan[SIGNALS].get(measure)
    return (found.unit if found else "") or BUILT_IN.get(measure, "")


def is_fed(plan: Plan, measure: str) -> bool:
    """Say whether the plan or Bosco itself names a source for a measure."""
    return measure in plan[SIGNALS] or measure in BUILT_IN


def _table(signals: Mapping[str, Signal], plan: Plan) -> Table:
    rows = []
    for key, signal in signals.items():
        every = say_duration(signal.every) if signal.every else None
        goal = signal.target if signal.target else None
        name = signal.name or key
        rows.append((cell(name, tone="strong"), cell(_CALLED[signal.kind]), cell(signal.unit), cell(goal), cell(every)))
    return Table((msg("Measure"), msg("Source"), msg("Unit"), msg("Target"), msg("Every")), tuple(rows))


SIGNALS: Section[Mapping[str, Signal]] = Section(
    "signals",
    Mapping[Name, by_kind(Signal, KINDS, msg("this measure has no source"), otherwise="push")],  # type: ignore[misc]
    default=lambda: MappingProxyType({}),
    title=msg("Measures"),
    order=310,
    named=True,
    table=_table,
)
SECTION = SIGNALS
