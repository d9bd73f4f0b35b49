"""Which alerts open an incident, and how often people are to be told how it goes, as the plan writes it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bosco.kit.units import say_duration
from bosco.kit.words import Text, msg
from bosco.notices.section import PRIORITIES, priority_name
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Remark, Section, Table, cell
from bosco.plan.words import Name, OneOrMany, PlanText, Span
from bosco.records.section import RECORDS

Opens = Literal["incident", "ticket"]
Audience = Literal["public", "internal"]
_Priority = Annotated[str, Names("priorities")]
_HALF_AN_HOUR = timedelta(minutes=30)


class Incidents(PlanPart):
    """What an alert opens, what joins it, how often a word is due, and words to begin with."""

    # Nothing said means: the two most urgent priorities open an incident, the others a ticket.
    open: OneOrMany[_Priority] | None = None
    ticket: OneOrMany[_Priority] | None = None
    # A cause that comes back this soon after its incident was well again belongs to the same incident.
    join: Span = timedelta(hours=1)
    # How far back to look for what moved first.
    look_back: Span = _HALF_AN_HOUR
    # Words for the world to begin a message with, by their name; {title} {service} {since} {number} are filled in.
    templates: Mapping[Name, PlanText] = Field(default_factory=dict)
    # The same for the team alone.
    internal: Mapping[Name, PlanText] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _updates_stand_with_priorities(cls, written: Any) -> Any:
        if isinstance(written, Mapping) and "update" in written:
            raise Misplaced(
                msg("how often a word is due stands with the priorities"),
                "update",
                msg("priorities: {example}", example="{P1: {update: 30m}}"),
                of_word=True,
            )
        return written


TEMPLATES: Mapping[str, Text] = {
    "investigating": Text(
        {
            "fr": "Nous rencontrons un problème sur {service} depuis {since}. Nos équipes cherchent la cause.",
            "en": "We have had a problem with {service} since {since}. Our team is looking for its cause.",
        }
    ),
    "identified": Text(
        {
            "fr": "La cause du problème sur {service} est identifiée. Une correction est en cours.",
            "en": "The cause of the problem with {service} has been found. A fix is under way.",
        }
    ),
    "monitoring": Text(
        {
            "fr": "Une correction est en place sur {service}. Nous en surveillons l’effet.",
            "en": "A fix is in place for {service}. We are watching its effect.",
        }
    ),
    "resolved": Text(
        {
            "fr": "{service} fonctionne de nouveau normalement. Merci de votre patience.",
            "en": "{service} works normally again. Thank you for your patience.",
        }
    ),
}

INTERNAL: Mapping[str, Text] = {
    "begun": Text(
        {
            "fr": "{number} : {title}. En cours depuis {since}. Qui prend la direction, qui la communication ?",
            "en": "{number}: {title}. Going on since {since}. Who leads, who communicates?",
        }
    ),
    "state": Text(
        {
            "fr": "{number}, {service} : ce que nous savons, ce que nous essayons, prochain point dans 30 minutes.",
            "en": "{number}, {service}: what we know, what we try, next word in 30 minutes.",
        }
    ),
    "handover": Text(
        {
            "fr": "{number} : je passe la main. Fait jusqu’ici : … Reste à faire : …",
            "en": "{number}: I hand over. Done so far: … Still to do: …",
        }
    ),
    "over": Text(
        {
            "fr": "{number} est clos. {service} fonctionne normalement. Le post-mortem suit.",
            "en": "{number} is over. {service} works normally. The post-mortem follows.",
        }
    ),
}


def opened_by(plan: Plan, priority: str) -> Opens | None:
    """Return what an alert of that priority opens: an incident, a ticket, or nothing."""
    said, order = plan[INCIDENTS], [*plan[PRIORITIES]]
    kinds = plan[RECORDS]
    urgent = order[:2] if said.open is None else list(said.open)
    if priority in urgent:
        return "incident" if "incident" in kinds else None
    others = [one for one in order if one not in urgent] if said.ticket is None else list(said.ticket)
    return "ticket" if priority in others and "ticket" in kinds else None


def update_every(plan: Plan, priority: str) -> timedelta | None:
    """Return how often a word is due."""
    found = plan[PRIORITIES].get(priority)
    return found.update if found else None


def templates_of(plan: Plan, audience: Audience = "public") -> Mapping[str, Text]:
    """Return the words to begin a message with: those of the plan after the usual ones, which they may replace."""
    said = plan[INCIDENTS]
    if audience == "internal":
        return {**INTERNAL, **said.internal}
    return {**TEMPLATES, **said.templates}


def _both(plan: Plan) -> Iterator[Remark]:
    said = plan[INCIDENTS]
    for priority in said.ticket or ():
        if priority in (said.open or ()):
            says = msg("{priority} opens an incident already", priority=priority)
            yield Remark(("incidents", "ticket"), says, msg("each priority once"))


def _table(said: Incidents, plan: Plan) -> Table:
    words = {"incident": msg("An incident"), "ticket": msg("A ticket")}
    rows = []
    for key in plan[PRIORITIES]:
        opens, every = opened_by(plan, key), update_every(plan, key)
        rows.append(
            (
                cell(priority_name(plan, key), tone="strong"),
                cell(words[opens] if opens else None),
                cell(say_duration(every) if every else None),
            )
        )
    return Table((msg("Alert of priority"), msg("Opens"), msg("A word every")), tuple(rows))


INCIDENTS: Section[Incidents] = Section(
    "incidents",
    Incidents,
    default=Incidents,
    title=msg("Incidents"),
    order=610,
    check=(_both,),
    table=_table,
)
SECTION = INCIDENTS
