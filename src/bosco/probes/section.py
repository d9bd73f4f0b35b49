"""Probes, as the plan writes them: what every probe has, and the words of its kind."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, cast

from pydantic import Field, model_validator

from bosco.kit.numbers import Unreadable
from bosco.kit.registry import kinds
from bosco.kit.units import say_duration
from bosco.kit.words import Text, msg
from bosco.notices.section import PRIORITIES
from bosco.plan.by_kind import OfKind, by_kind
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Remark, Section, Table, cell
from bosco.plan.words import Name, OneOrMany, PlanText, Reads, Span, slug
from bosco.probes import kinds as folder
from bosco.probes.kind import Kind
from bosco.services.section import SERVICES, service_name

USUAL_LIMIT = timedelta(seconds=10)


@dataclass(frozen=True)
class Window:
    """That many failures among the last looks make a probe down."""

    failures: int
    of: int

    def __str__(self) -> str:
        return f"{self.failures} of {self.of}"


def _window(value: Any) -> Window:
    if isinstance(value, Window):
        return value
    found = re.fullmatch(
        r"(\d{1,3})\s*(?:/|of(?: the)?(?: last)?|sur(?: les)?|parmi les)\s*(\d{1,3})(?: derni[eè]re?s)?",
        str(value).strip(),
    )
    window = Window(int(found[1]), int(found[2])) if found else Window(0, 0)
    if not 0 < window.failures <= window.of <= 100:
        raise Unreadable(
            msg("“{text}” is not a number of failures among the last looks", text=str(value)[:40]),
            expected=msg("something like {example}", example="3 of 5"),
        )
    return window


def _limit(data: dict[str, Any]) -> timedelta:
    """Give a look its usual limit, less for a probe that looks more often."""
    return min(USUAL_LIMIT, data.get("every") or USUAL_LIMIT)


class Probe(OfKind):
    """Something that Bosco looks at, again and again; it is also its own kind: `probe.look` reads."""

    name: PlanText | None = None
    service: Annotated[str, Names("services")] | None = None
    environment: Annotated[str, Names("environments")] | None = None
    every: Span = timedelta(minutes=1)
    timeout: Annotated[Span, Field(default_factory=_limit, validate_default=False)]
    # That many failures in a row, or that many among the last looks, before it is down; successes before it is up.
    confirm: Annotated[int, Field(ge=1, le=100)] = 2
    window: Annotated[Window, Reads(_window, str, "Failures among the last looks: 3 of 5.", "3 of 5")] | None = None
    recover: Annotated[int, Field(ge=1, le=100)] = 1
    # The priority of its being down, when it is another than the service's.
    down: Annotated[str, Names("priorities")] | None = None
    degraded: Annotated[str, Names("priorities")] | None = None
    # When it looks at all.
    hours: Annotated[str, Names("hours")] = "always"
    # The places that look; none means where Bosco runs.
    places: OneOrMany[str] = ()
    paused: bool = False

    @model_validator(mode="after")
    def _in_time(self) -> "Probe":
        if self.timeout > self.every:
            raise Misplaced(
                msg(
                    "a look may take longer ({timeout}) than the time between two looks ({every})",
                    timeout=say_duration(self.timeout),
                    every=say_duration(self.every),
                ),
                "timeout",
                msg("at most {limit}", limit=say_duration(self.every)),
            )
        return self

    @property
    def look(self) -> Kind:
        """Return the kind, ready to read: it is the probe itself."""
        return cast(Kind, self)

    @property
    def rule(self) -> Window:
        """Return how many failures among how many looks make it down."""
        return self.window or Window(self.confirm, self.confirm)


@cache
def every_kind() -> dict[str, type[Kind]]:
    """Return every kind of probe by its word."""
    return kinds(folder, Kind)


def _defaults(kind: type[PlanPart]) -> dict[str, Any]:
    return {"every": kind.every_default} if issubclass(kind, Kind) else {}


def _derived_name(entry: Any) -> str:
    """Return the name of a probe that stands in a list: its own, or what it looks at."""
    if not isinstance(entry, Mapping):
        return "probe"
    if entry.get("name"):
        return slug(entry["name"], "probe")
    for word in entry:
        if word in every_kind():
            target = entry[word] if isinstance(entry[word], str) else ""
            return slug(re.sub(r"^\w+://(?:[^@/]*@)?(?:www\.)?|\$\{\w+\}", "", target), word)
    return "probe"


def probe_name(plan: Plan, key: str) -> Text | str:
    """Return how a probe is called."""
    found = plan[PROBES].get(key)
    return (found.name if found else None) or key


def _unwatched(plan: Plan) -> Iterator[Remark]:
    watched = {probe.service for probe in plan[PROBES].values()}
    for key in plan[SERVICES]:
        if key not in watched:
            says = msg("no probe watches {name}: nothing will prove that it is up", name=service_name(plan, key))
            yield Remark(("services", key), says)


def _too_late(plan: Plan) -> Iterator[Remark]:
    """Warn of probes that notice later than what was promised of their service."""
    services, priorities = plan[SERVICES], plan[PRIORITIES]
    for key, probe in plan[PROBES].items():
        service = services.get(probe.service or "")
        priority = priorities.get(probe.down or (service.down if service else None) or "")
        notices = probe.every * probe.rule.failures
        said = {"name": probe.name or key, "span": say_duration(notices)}
        if priority and priority.resolve and notices >= priority.resolve:
            limit = say_duration(priority.resolve)
            says = msg("{name} notices after {span} what is promised to be solved within {limit}", **said, limit=limit)
            yield Remark(("probes", key), says)
        elif service and service.downtime_a_month and notices > service.downtime_a_month:
            limit = say_duration(service.downtime_a_month // timedelta(seconds=1) * timedelta(seconds=1))
            says = msg("{name} notices after {span} what may last {limit} a month", **said, limit=limit)
            yield Remark(("probes", key), says)


def _table(probes: Mapping[str, Probe], plan: Plan) -> Table:
    rows = []
    for key, probe in probes.items():
        target = getattr(probe, probe.kind.replace("-", "_"), None)
        shown = re.sub(r"//[^@/]*@", "//", str(target)) if isinstance(target, str) or hasattr(target, "port") else None
        rule = probe.rule
        confirm = msg("{failures} of {of}", failures=rule.failures, of=rule.of) if probe.window else str(probe.confirm)
        rows.append(
            (
                cell(probe.name or key, tone="quiet" if probe.paused else "strong"),
                cell(probe.kind),
                cell(shown),
                cell(service_name(plan, probe.service) if probe.service else None),
                cell(say_duration(probe.every)),
                cell(confirm),
            )
        )
    return Table(
        (msg("Probe"), msg("Kind"), msg("Target"), msg("Service"), msg("Every"), msg("Failures before down")),
        tuple(rows),
    )


_NO_KIND = msg("this probe does not say what it looks at")
PROBES: Section[Mapping[str, Probe]] = Section(
    "probes",
    Mapping[Name, by_kind(Probe, every_kind(), _NO_KIND, defaults=_defaults)],  # type: ignore[misc]
    default=lambda: MappingProxyType({}),
    title=msg("Probes"),
    order=300,
    named=True,
    name_of=_derived_name,
    warn=(_unwatched, _too_late),
    table=_table,
)
SECTION = PROBES
