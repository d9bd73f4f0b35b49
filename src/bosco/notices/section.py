"""Priorities, the routing matrix and escalation, as the plan writes them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, model_validator

from bosco.channels.section import CHANNELS, IN_APP, Channel, channel_name
from bosco.kit.units import read_percentage, say_duration, say_percentage, write_percentage
from bosco.kit.words import Message, Text, msg
from bosco.notices.cells import DASHBOARD, Cell, Light, Row, Tell
from bosco.people.section import TEAM, shown_name
from bosco.people.targets import ON_CALL_WORDS, Target, everybody_on, level_of, target_name, unknown_targets
from bosco.plan import section as document
from bosco.plan.header import hours_called
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.read_recurrence import read_recurrence
from bosco.plan.section import Remark, Section, Table, cell, together
from bosco.plan.words import Color, Deadline, Name, OneOrMany, PlanText, Reads


class Priority(PlanPart):
    """How urgent something is, what is promised of it, and how it is shown."""

    name: PlanText | None = None
    color: Color | None = None
    blink: bool = False
    acknowledge: Deadline | None = None
    respond: Deadline | None = None
    # How long the world may wait for the next word about it.
    update: Deadline | None = None
    resolve: Deadline | None = None
    # How long somebody may have it without any progress before the escalation goes on.
    acknowledged_for: Deadline | None = None
    hours: Annotated[str, Names("hours")] = "always"
    impact: PlanText | None = None
    examples: OneOrMany[PlanText] = ()
    actions: OneOrMany[PlanText] = ()
    # Whose word it takes to let a correction out.
    approve: OneOrMany[Target] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Priority":
        for sooner in ("acknowledge", "respond"):
            limit = getattr(self, sooner)
            if limit is not None and self.resolve is not None and limit > self.resolve:
                raise Misplaced(
                    msg("{sooner} comes later than resolve", sooner=sooner),
                    sooner,
                    msg("at most {limit}", limit=say_duration(self.resolve)),
                )
        return self


def _priority(en: str, fr: str, color: str, hours: str, resolve: timedelta, **more: Any) -> Priority:
    return Priority(name=Text({"en": en, "fr": fr}), color=color, hours=hours, resolve=resolve, **more)


_HOUR = timedelta(hours=1)
_USUAL = {
    "P1": _priority("Critical", "Critique", "red", "always", 2 * _HOUR, blink=True, acknowledge=timedelta(minutes=15)),
    "P2": _priority("Major", "Majeur", "orange", "always", 8 * _HOUR, acknowledge=timedelta(minutes=30)),
    "P3": _priority("Minor", "Mineur", "blue", "office", 24 * _HOUR),
    "P4": _priority("Cosmetic", "Cosmétique", "grey", "office", 72 * _HOUR),
}


def _at(value: Any) -> float:
    """Read how much of the time to resolve has passed; more than all of it may be meant."""
    text = str(value).strip()
    bare = text.removesuffix("%").strip()
    if text.endswith("%") and bare.isdigit() and 100 < int(bare) <= 1000:
        return float(bare)
    return 0.0 if bare == "0" else read_percentage(value)


Share = Annotated[float, Reads(_at, write_percentage, "A share of the time to resolve: 50%.", "50%", True)]


class Step(PlanPart):
    """One step of an escalation: at a share of the time to resolve, or after some time, somebody more is told."""

    at: Share | None = None
    after: Deadline | None = None
    to: OneOrMany[Target]
    via: OneOrMany[Annotated[str, Names("channels", also=(IN_APP,))]] = ()

    @model_validator(mode="after")
    def _once(self) -> "Step":
        if self.at is not None and self.after is not None:
            says = msg("“{first}” and “{second}” cannot stand together", first="at", second="after")
            raise Misplaced(says, "after", msg("one of the two"), of_word=True)
        if self.at is None and self.after is None:
            raise Misplaced(msg("this step does not say when"), "", msg("at: 50%, or after: 15m"))
        return self


def _one_kind_a_column(row: Row) -> Row:
    for channel, one in row.items():
        if isinstance(one, Light) and channel != DASHBOARD:
            expected = msg("now, within 5m, grouped, daily at 08:30, on-call or no")
            raise Misplaced(msg("a channel tells, it shows no colour"), channel, expected)
        if isinstance(one, Tell) and channel == DASHBOARD and one.how != "no":
            raise Misplaced(
                msg("the dashboard shows a colour"), channel, msg("something like {example}", example="red blinking")
            )
    return row


_Column = Annotated[str, Names("channels", also=(DASHBOARD, IN_APP))]
_PriorityName = Annotated[str, Names("priorities")]


# How many of the most urgent priorities open an incident when the plan says nothing.
_OPENS_INCIDENTS = 2


def row_of(plan: Plan, priority: str) -> Row:
    """Return how a priority is told: as the matrix says, or as a good operator would when there is none."""
    if plan.says(NOTIFY):
        return plan[NOTIFY].get(priority, MappingProxyType({}))
    known = plan[PRIORITIES].get(priority)
    order = [*plan[PRIORITIES]]
    rank = order.index(priority) if priority in order else len(order)
    row: dict[str, Tell | Light] = {key: _usual_cell(channel, rank) for key, channel in plan[CHANNELS].items()}
    following = {key for key, channel in plan[CHANNELS].items() if getattr(channel, "follows", False)}
    if rank < _OPENS_INCIDENTS and len(following) < len(plan[CHANNELS]):
        # There each incident has its own message, which says more than a letter would.
        row.update(dict.fromkeys(following, Tell("no")))
    if known and known.color:
        row[DASHBOARD] = Light(known.color, known.blink)
    return row


def _usual_cell(channel: Channel, rank: int) -> Tell:
    if channel.kind == "sms":
        return Tell("now", to=("on-call",)) if rank == 0 else Tell("no")
    if rank == 0:
        return Tell("now")
    if rank == 1:
        return Tell("within", timedelta(minutes=5))
    if channel.kind == "smtp":
        when = "daily at 08:30" if rank == 2 else "weekly on mon at 09:00"
        return Tell("rhythm", rhythm=read_recurrence(when), written=when)
    return Tell("grouped")


CLOCKS = ("acknowledge", "respond", "update", "resolve")


def sooner_below(priorities: Mapping[str, Priority], place: tuple[str, ...]) -> Iterator[Remark]:
    """Warn of priorities for which something is promised sooner than for the one above."""
    for (above, first), (below, second) in pairwise(priorities.items()):
        for word in CLOCKS:
            more, less = getattr(first, word), getattr(second, word)
            if more is None or less is None or less >= more:
                continue
            told = {"below": below, "less": say_duration(less), "above": above, "more": say_duration(more)}
            if word == "resolve":
                says = msg("{below} is promised in {less}, sooner than {above} in {more}", **told)
            else:
                says = msg("{below} is promised “{clock}” in {less}, sooner than {above} in {more}", clock=word, **told)
            yield Remark((*place, below, word), says)


def _later_first(plan: Plan) -> Iterator[Remark]:
    """Warn of a priority that is promised sooner than the one above it."""
    yield from sooner_below(plan[PRIORITIES], ("priorities",))


def _shares_of_nothing(plan: Plan) -> Iterator[Remark]:
    """Refuse shares of a time to resolve that is not there."""
    for key, steps in plan[ESCALATION].items():
        priority = plan[PRIORITIES].get(key)
        for place, step in enumerate(steps):
            if step.at and priority is not None and priority.resolve is None:
                says = msg("{priority} has no time to resolve of which this could be a share", priority=key)
                yield Remark(("escalation", key, place, "at"), says, msg("after: and a duration"))


def _nobody_told(plan: Plan) -> Iterator[Remark]:
    if not plan[CHANNELS]:
        yield Remark(("channels",), msg("no channel leads out of Bosco: nobody is told of anything"))
        return
    for key in plan[PRIORITIES]:
        row = row_of(plan, key)
        if all(isinstance(one, Light) or one.how == "no" for one in row.values()):
            yield Remark(("priorities", key), msg("nobody is told of {priority}", priority=key))


def _idle_channels(plan: Plan) -> Iterator[Remark]:
    if not plan.says(NOTIFY):
        return
    used = {
        channel
        for row in plan[NOTIFY].values()
        for channel, one in row.items()
        if isinstance(one, Tell) and one.how != "no"
    }
    used |= {channel for steps in plan[ESCALATION].values() for step in steps for channel in step.via}
    for key in plan[CHANNELS]:
        if key not in used:
            yield Remark(
                ("channels", key), msg("nothing is told through the channel {name}", name=channel_name(plan, key))
            )


def _nobody_there(plan: Plan) -> Iterator[Remark]:
    for key, steps in plan[ESCALATION].items():
        for place, step in enumerate(steps):
            for target in unknown_targets(plan, step.to):
                yield Remark(("escalation", key, place, "to"), _nobody(target))
    for key, row in plan[NOTIFY].items():
        for channel, one in row.items():
            for target in unknown_targets(plan, one.to if isinstance(one, Tell) else ()):
                yield Remark(("notify", key, channel), _nobody(target))


def _nobody(target: str) -> Message:
    if (level := level_of(target)) is not None:
        return msg("nobody in the team has level {level}", level=level)
    if target in ON_CALL_WORDS:
        return msg("nobody is on call: the plan has no rotation")
    return msg("nobody in the plan is called “{name}”: this tells nobody", name=target)


def _without_phone(plan: Plan) -> Iterator[Remark]:
    """Warn of people who are to get a text message and have no phone."""
    told: set[str] = set()
    for key in plan[PRIORITIES]:
        for channel, one in row_of(plan, key).items():
            if not isinstance(one, Tell) or channel not in plan[CHANNELS] or plan[CHANNELS][channel].kind != "sms":
                continue
            for person in (person for target in one.to for person in everybody_on(plan, target)):
                if person not in told and not plan[TEAM][person].phone:
                    told.add(person)
                    says = msg("{name} is to get text messages and has no phone", name=shown_name(plan, person))
                    yield Remark(("team", person), says)


def _priorities_table(priorities: Mapping[str, Priority], plan: Plan) -> Table:
    columns = (
        msg("Priority"),
        msg("Acknowledged within"),
        msg("Resolved within"),
        msg("Hours"),
        msg("Examples"),
        msg("Actions"),
    )
    rows = []
    for key, one in priorities.items():
        hours = hours_called(plan, one.hours)
        rows.append(
            (
                cell(priority_name(plan, key), tone="strong", color=one.color),
                cell(say_duration(one.acknowledge) if one.acknowledge is not None else None),
                cell(say_duration(one.resolve) if one.resolve is not None else None),
                cell(hours),
                cell(together(one.examples)),
                cell(together(one.actions)),
            )
        )
    return Table(columns, tuple(rows))


def priority_name(plan: Plan, key: str) -> Message | str:
    """Return how a priority is called: `P1 - Critical`."""
    known = plan[PRIORITIES].get(key)
    return msg("{key} - {name}", key=key, name=known.name) if known and known.name else key


def _notify_table(_: Mapping[str, Row], plan: Plan) -> Table:
    channels = plan[CHANNELS]
    columns = list(channels)
    rows = []
    for key, priority in plan[PRIORITIES].items():
        row = row_of(plan, key)
        light = row.get(DASHBOARD)
        cells = [_told_cell(row.get(column)) for column in columns]
        shown = cell(light, color=light.color) if isinstance(light, Light) else cell(None)
        rows.append((cell(priority_name(plan, key), tone="strong", color=priority.color), *cells, shown))
    named = (channel_name(plan, key) for key in columns)
    return Table((msg("Priority"), *named, msg("Dashboard")), tuple(rows))


def _told_cell(one: Tell | Light | None) -> document.Cell:
    if not isinstance(one, Tell) or one.how == "no":
        return cell(msg("not told"), tone="quiet")
    return cell(one)


def _escalation_table(escalation: Mapping[str, tuple[Step, ...]], plan: Plan) -> Table:
    rows = []
    for key, steps in escalation.items():
        for step in steps:
            when = (
                msg("at {share} of the time to resolve", share=say_percentage(step.at))
                if step.at is not None
                else msg("after {span}", span=say_duration(step.after or timedelta(0)))
            )
            whom = together(target_name(plan, one) for one in step.to)
            via = together(channel_name(plan, one) for one in step.via)
            rows.append((cell(priority_name(plan, key), tone="strong"), cell(when), cell(whom), cell(via)))
    return Table((msg("Priority"), msg("When"), msg("To whom"), msg("Through")), tuple(rows))


PRIORITIES: Section[Mapping[str, Priority]] = Section(
    "priorities",
    Mapping[Name, Priority],
    default=lambda: MappingProxyType(_USUAL),
    title=msg("Priorities"),
    order=400,
    named=True,
    warn=(_later_first,),
    table=_priorities_table,
)
NOTIFY: Section[Mapping[str, Row]] = Section(
    "notify",
    Mapping[_PriorityName, Annotated[Mapping[_Column, Cell], AfterValidator(_one_kind_a_column)]],
    default=lambda: MappingProxyType({}),
    title=msg("Who is told, and how"),
    order=510,
    warn=(_nobody_told, _idle_channels, _without_phone),
    table=_notify_table,
)
ESCALATION: Section[Mapping[str, tuple[Step, ...]]] = Section(
    "escalation",
    Mapping[_PriorityName, OneOrMany[Step]],
    default=lambda: MappingProxyType({}),
    title=msg("Escalation"),
    order=520,
    check=(_shares_of_nothing,),
    warn=(_nobody_there,),
    table=_escalation_table,
)
SECTIONS = [PRIORITIES, NOTIFY, ESCALATION]
