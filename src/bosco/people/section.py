"""The team and who is on call, as the plan writes them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from bosco.kit.numbers import Unreadable
from bosco.kit.words import Language, Message, Text, msg
from bosco.plan.day_words import WEEKDAYS, say_time
from bosco.plan.header import TIMEZONE, hours_called
from bosco.plan.hours import is_open
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.read_recurrence import recurrence
from bosco.plan.recurrence import Recurrence
from bosco.plan.section import Cell, Remark, Section, Table, cell, together
from bosco.plan.words import Day, Email, Name, OneOrMany, Phone, PlanText, SecretText, TimeZone, name_from

AHEAD = timedelta(days=90)
Role = Literal["viewer", "responder", "support", "manager", "dpo", "admin"]
ROLES: dict[Role, Message] = {
    "viewer": msg("viewer"),
    "responder": msg("responder"),
    "support": msg("support"),
    "manager": msg("manager"),
    "dpo": msg("data protection officer"),
    "admin": msg("administrator"),
}


class Person(PlanPart):
    """Somebody who is told and who answers; or, with `members`, a group of them."""

    name: PlanText | None = None
    email: Email | None = None
    phone: Phone | None = None
    # Who they are on chat, to be mentioned there.
    slack: str | None = None
    discord: str | None = None
    roles: OneOrMany[Role] = ()
    level: Annotated[int, Field(ge=0, le=9)] | None = None
    language: Language | None = None
    timezone: TimeZone | None = None
    members: OneOrMany[Annotated[str, Names("team")]] = ()

    @property
    def is_group(self) -> bool:
        """Say whether it stands for others."""
        return bool(self.members)

    @property
    def can_be_reached(self) -> bool:
        """Say whether there is any way to tell them something."""
        return bool(self.email or self.phone or self.slack or self.discord)


class Turns(PlanPart):
    """People who take turns, and when they hand over."""

    people: OneOrMany[Annotated[str, Names("team")]] = ()
    rotate: str = "weekly"
    at: str | None = None
    # The first day of the first person's turn.
    from_: Annotated[Day | None, Field(alias="from")] = None
    hours: Annotated[str, Names("hours")] = "always"

    @model_validator(mode="after")
    def _comes(self) -> "Turns":
        try:
            recurrence(self.rotate)
        except Unreadable as error:
            raise Misplaced(error.says, "rotate", error.expected or msg("daily, weekly, monthly, or 2 weeks")) from None
        try:
            assert self.handover
        except Unreadable as error:
            raise Misplaced(error.says, "at", error.expected) from None
        return self

    @cached_property
    def handover(self) -> Recurrence:
        """Return when one person hands over to the next."""
        at = self.at or ("mon 09:00" if self.rotate in ("weekly", "hebdomadaire") else "09:00")
        return recurrence(self.rotate, at=at, since=self.from_)


def _calendar(value: str) -> str:
    if not value.startswith(("https://", "http://", "${")):
        raise Misplaced(
            msg("a calendar is read over HTTP"),
            "",
            msg("an address that begins with https://, or {place}", place="${NAME}"),
        )
    return value


CalendarAddress = Annotated[SecretText, AfterValidator(_calendar)]


class Rotation(Turns):
    """Who is on call; `layers` complete the hours that its own turns leave open, or stand in for them."""

    name: PlanText | None = None
    layers: tuple[Turns, ...] = ()
    # The address of a calendar that others keep: whom its entries name is on call, in place of the turns.
    calendar: CalendarAddress | None = None
    # Who is told when nobody answers or nobody is on call.
    backup: OneOrMany[Annotated[str, Names("team", also=("on_call",))]] = ()

    @property
    def all_layers(self) -> tuple[Turns, ...]:
        """Return every set of turns, its own first."""
        return ((self,) if self.people else ()) + self.layers


def shown_name(plan: Plan, key: str) -> Text | str:
    """Return how a person, a group or a rotation is called."""
    person, rotation = plan[TEAM].get(key), plan[ON_CALL].get(key)
    found = person.name if person else rotation.name if rotation else None
    return found or key


def members_of(plan: Plan, key: str) -> list[str]:
    """Return the people that a name of the team stands for, each once; a group's members, and theirs."""
    team, found, waiting, seen = plan[TEAM], [], [key], set()
    while waiting:
        one = waiting.pop(0)
        person = team.get(one)
        if person is None or one in seen:
            continue
        seen.add(one)
        if person.is_group:
            waiting.extend(person.members)
        else:
            found.append(one)
    return found


def people_at_level(plan: Plan, level: int) -> list[str]:
    """Return the people of a support level."""
    return [key for key, person in plan[TEAM].items() if person.level == level and not person.is_group]


def _groups_in_circles(plan: Plan) -> Iterator[Remark]:
    team = plan[TEAM]
    for key, person in team.items():
        waiting, seen = list(person.members), set[str]()
        while waiting:
            one = waiting.pop()
            if one == key:
                yield Remark(("team", key, "members"), msg("the group “{name}” holds itself", name=key))
                break
            if one not in seen and one in team:
                seen.add(one)
                waiting.extend(team[one].members)


def _unreachable(plan: Plan) -> Iterator[Remark]:
    for key, person in plan[TEAM].items():
        if not person.is_group and not person.can_be_reached:
            says = msg("nothing can be told to {name}: no e-mail, no phone, no chat", name=person.name or key)
            yield Remark(("team", key), says)


def _holes(plan: Plan) -> Iterator[Remark]:
    for key, rotation in plan[ON_CALL].items():
        if rotation.calendar:
            # Only its page can tell what the calendar leaves open.
            continue
        name = rotation.name or key
        layers = [layer for layer in rotation.all_layers if layer.people]
        if not layers:
            yield Remark(("on_call", key), msg("the rotation {name} names nobody", name=name))
        elif hole := _first_hole(plan, layers):
            day, clock = WEEKDAYS[hole.weekday()], say_time(hole.time())
            says = msg(
                "the rotation {name} has a hole: nobody is on call on {day} at {time}", name=name, day=day, time=clock
            )
            yield Remark(("on_call", key), says)


def _first_hole(plan: Plan, layers: Iterable[Turns]) -> datetime | None:
    """Return a first time of an ordinary week at which no layer is on call."""
    calendars = [hours_called(plan, layer.hours) for layer in layers]
    if any(calendar.always for calendar in calendars):
        return None
    zone = plan[TIMEZONE]
    # A week in which most countries have no public holiday; half-hours are as fine as people write calendars.
    start = datetime(2026, 3, 2, tzinfo=zone)
    for step in range(7 * 48):
        instant = start.astimezone(UTC) + timedelta(minutes=30) * step
        if not any(is_open(calendar, zone, instant) for calendar in calendars):
            return instant.astimezone(zone)
    return None


def _holes_ahead(plan: Plan, now: datetime) -> Iterator[Remark]:
    """Say when nobody will be on call: public holidays, and a first day that has not come, leave holes too."""
    # Whoever counts turns reads this section, so it can be asked only here.
    from bosco.people.on_call import holes, shifts  # noqa: PLC0415

    zone, until = plan[TIMEZONE], now + AHEAD
    for key, rotation in plan[ON_CALL].items():
        if rotation.calendar or not any(layer.people for layer in rotation.all_layers):
            continue
        found = list(holes(shifts(plan, key, now, until), now, until))
        if found:
            start, end = (f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (found[0].start, found[0].end))
            says = msg(
                "nobody is on call of the rotation {name} from {start} to {end}; holes in the next 90 days: {count}",
                name=rotation.name or key,
                start=start,
                end=end,
                count=len(found),
            )
            yield Remark(("on_call", key), says)


def _team_table(team: Mapping[str, Person], plan: Plan) -> Table:
    columns = (msg("Person"), msg("E-mail"), msg("Phone"), msg("Roles"), msg("Level"))
    return Table(columns, tuple(_person_row(plan, key, person) for key, person in team.items()))


def _person_row(plan: Plan, key: str, person: Person) -> tuple[Cell, ...]:
    roles = together(ROLES[role] for role in person.roles)
    if person.is_group:
        members = together(shown_name(plan, one) for one in person.members)
        return (cell(person.name or key, tone="strong"), cell(members), cell(None), cell(roles), cell(None))
    level = msg("N{level}", level=person.level) if person.level is not None else None
    return (cell(person.name or key, tone="strong"), cell(person.email), cell(person.phone), cell(roles), cell(level))


def _on_call_table(rotations: Mapping[str, Rotation], plan: Plan) -> Table:
    rows = []
    for key, rotation in rotations.items():
        for layer in rotation.all_layers:
            people = together(shown_name(plan, one) for one in layer.people)
            hours = hours_called(plan, layer.hours)
            handover = layer.handover
            rows.append((cell(rotation.name or key, tone="strong"), cell(people), cell(handover), cell(hours)))
    return Table((msg("Rotation"), msg("In turn"), msg("Handover"), msg("Hours")), tuple(rows))


TEAM: Section[Mapping[str, Person]] = Section(
    "team",
    Mapping[Name, Person],
    default=lambda: MappingProxyType({}),
    title=msg("Team"),
    order=100,
    named=True,
    name_of=name_from("name", "email"),
    check=(_groups_in_circles,),
    warn=(_unreachable,),
    table=_team_table,
)
ON_CALL: Section[Mapping[str, Rotation]] = Section(
    "on_call",
    Mapping[Name, Rotation],
    default=lambda: MappingProxyType({}),
    title=msg("On call"),
    order=110,
    named=True,
    name_of=name_from("name"),
    warn=(_holes,),
    warn_ahead=(_holes_ahead,),
    table=_on_call_table,
)
SECTIONS = [TEAM, ON_CALL]
