"""The calendar of what is planned, as the plan writes it: maintenance, audits, training, reports."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from bosco.kit.numbers import Unreadable
from bosco.kit.units import say_duration
from bosco.kit.words import Message, Text, msg
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.read_recurrence import recurrence
from bosco.plan.recurrence import Recurrence
from bosco.plan.section import Remark, Section, Table, cell, together
from bosco.plan.spelling import plain
from bosco.plan.words import Day, Name, OneOrMany, PlanText, Span, name_from
from bosco.services.section import service_name

Impact = Literal["none", "minimal", "degraded", "maintenance", "outage"]
IMPACTS: dict[Impact, Message] = {
    "none": msg("None"),
    "minimal": msg("Minimal"),
    "degraded": msg("Degraded service"),
    "maintenance": msg("Planned maintenance"),
    "outage": msg("Service interrupted"),
}
_IMPACT_SPELLINGS = {
    **dict.fromkeys(("aucun", "aucune", "no", "non"), "none"),
    **dict.fromkeys(("minime", "faible", "minor"), "minimal"),
    **dict.fromkeys(("degrade", "degradee", "service degrade", "degraded service"), "degraded"),
    **dict.fromkeys(("maintenance programmee", "planned maintenance", "planned"), "maintenance"),
    **dict.fromkeys(("coupure", "interruption", "indisponible", "down", "unavailable"), "outage"),
}


def _impact(value: Any) -> Any:
    return _IMPACT_SPELLINGS.get(plain(value), value) if isinstance(value, str) else value


_IMPACT_SCHEMA = {"type": "string", "description": "What users feel of it.", "examples": list(IMPACTS)}


class Planned(PlanPart):
    """Something that comes again and again at its time, or once."""

    name: PlanText
    description: PlanText | None = None
    every: str | None = None
    on: OneOrMany[str] = ()
    at: OneOrMany[str] = ()
    until: str | None = None
    lasts: Span | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    # What is run by itself; nothing means that people do it and say so.
    run: str | None = None
    owner: PlanText | None = None
    audience: PlanText | None = None
    deliver: PlanText | None = None
    tool: PlanText | None = None
    impact: Annotated[Impact, BeforeValidator(_impact), WithJsonSchema(_IMPACT_SCHEMA)] = "none"
    services: OneOrMany[Annotated[str, Names("services")]] = ()
    environment: Annotated[str, Names("environments")] | None = None
    # How long before, the public and the team are told.
    announce: OneOrMany[Span] = ()
    remind: OneOrMany[Span] = ()
    # How long after its time it still counts as done.
    grace: Span | None = None

    @model_validator(mode="after")
    def _comes(self) -> "Planned":
        if self.every is None and not self.on:
            says = msg("“{name}” does not say when it comes", name=self.name)
            raise Misplaced(says, "", msg("every: day, every: sunday, on: 2026-03-31…"))
        self._try("every", on=list(self.on))
        self._try("at", on=list(self.on), at=list(self.at) or None)
        self._try("until", on=list(self.on), at=list(self.at) or None, until=self.until)
        self._try("lasts", on=list(self.on), at=list(self.at) or None, until=self.until, lasts=self.lasts)
        return self

    def _try(self, word: str, **words: Any) -> None:
        """Tell what cannot be read at the word that made it so."""
        try:
            recurrence(self.every, since=self.from_, **words)
        except Unreadable as error:
            told = Misplaced(error.says, word if getattr(self, word) else "on", error.expected)
            told.hint = error.hint
            raise told from None

    @cached_property
    def recurrence(self) -> Recurrence:
        """Return when it comes."""
        return recurrence(
            self.every, on=list(self.on), at=list(self.at) or None, until=self.until, lasts=self.lasts, since=self.from_
        )


def planned_name(plan: Plan, key: str) -> Text | str:
    """Return how something planned is called."""
    found = plan[CALENDAR].get(key)
    return found.name if found else key


def _silent_outages(plan: Plan) -> Iterator[Remark]:
    for key, planned in plan[CALENDAR].items():
        if planned.impact in ("maintenance", "outage", "degraded") and not planned.services:
            says = msg("{name} touches a service and does not say which", name=planned.name)
            yield Remark(("calendar", key), says, msg("services: with their names"))


def _table(calendar: Mapping[str, Planned], plan: Plan) -> Table:
    words: dict[str, Message] = {
        "owner": msg("Responsible"),
        "audience": msg("Audience"),
        "deliver": msg("Delivers"),
        "tool": msg("Tool"),
        "services": msg("Services"),
        "impact": msg("Impact"),
        "lasts": msg("Duration"),
        "announce": msg("Announced"),
    }
    used = [word for word in words if any(getattr(one, word) not in (None, (), "none") for one in calendar.values())]
    rows = [
        (
            cell(one.name, tone="strong"),
            cell(one.recurrence),
            *(_shown(plan, one, word) for word in used),
        )
        for one in calendar.values()
    ]
    return Table((msg("Planned"), msg("When"), *(words[word] for word in used)), tuple(rows))


def _shown(plan: Plan, one: Planned, word: str) -> Any:
    if word == "services":
        return cell(together(service_name(plan, key) for key in one.services))
    if word == "impact":
        return cell(IMPACTS[one.impact], tone="quiet" if one.impact == "none" else "warning")
    if word == "announce":
        return cell(msg("{span} before", span=say_duration(max(one.announce))) if one.announce else None)
    value = getattr(one, word)
    return cell(say_duration(value) if isinstance(value, timedelta) else value)


CALENDAR: Section[Mapping[str, Planned]] = Section(
    "calendar",
    Mapping[Name, Planned],
    default=lambda: MappingProxyType({}),
    title=msg("Calendar"),
    order=800,
    named=True,
    name_of=name_from("name"),
    warn=(_silent_outages,),
    table=_table,
)
SECTION = CALENDAR
