"""A scenario as it is written: when it begins and ends, and what happens in between."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from bosco.alerts.section import rules_of
from bosco.kit.numbers import Unreadable
from bosco.kit.refusal import Code, Refusal
from bosco.kit.units import read_duration, say_duration
from bosco.kit.words import Text, msg
from bosco.people.section import TEAM
from bosco.plan.header import TIMEZONE
from bosco.plan.ledger import Misplaced, nearest
from bosco.plan.load import Loaded, Plan, load
from bosco.plan.part import PlanPart
from bosco.plan.section import Remark, Section
from bosco.plan.wall_time import in_utc, on_the_wall, starts
from bosco.plan.words import OneOrMany, PlanText, Span
from bosco.probes.section import PROBES
from bosco.receivers.entrance import PROMETHEUS
from bosco.receivers.section import KINDS, RECEIVERS
from bosco.services.section import SERVICES
from bosco.signals.built_in import BUILT_IN
from bosco.signals.section import SIGNALS

LONGEST = timedelta(days=62)
DAY = timedelta(days=1)
# What goes on after the last event when nobody says how long.
AFTERWARDS = timedelta(hours=6)
STATES: tuple[Literal["down", "degraded", "unknown", "up"], ...] = ("down", "degraded", "unknown", "up")
VERBS = (*STATES, "acknowledge", "resolve", "measure", "ping", "fail", "receive")


def _moment(text: str) -> str:
    read_moment(text)
    return text


class Sent(PlanPart):
    """An alert that another program sends."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    # What its sender calls it by; its title, if nothing is said.
    key: Annotated[str, Field(max_length=200)] | None = None
    severity: str = ""
    service: str = ""
    labels: Mapping[str, str] = Field(default_factory=dict)
    # Whether the sender says that it is over.
    over: bool = False


class Event(PlanPart):
    """One thing that happens: when, and exactly one of the verbs."""

    at: Annotated[str, AfterValidator(_moment)]
    down: OneOrMany[str] = ()
    degraded: OneOrMany[str] = ()
    unknown: OneOrMany[str] = ()
    up: OneOrMany[str] = ()
    acknowledge: OneOrMany[str] = ()
    resolve: OneOrMany[str] = ()
    measure: Mapping[str, str] = Field(default_factory=dict)
    ping: OneOrMany[str] = ()
    fail: OneOrMany[str] = ()
    # From which receivers an alert comes.
    receive: OneOrMany[str] = ()
    alert: Sent | None = None
    by: str | None = None
    # Up again, or the measure silent again, after that long.
    for_: Annotated[Span | None, Field(alias="for")] = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Event":
        said = [verb for verb in VERBS if getattr(self, verb)]
        if not said:
            raise Misplaced(
                msg("this event does not say what happens"), "", msg("one of {names}", names=", ".join(VERBS))
            )
        if len(said) > 1:
            says = msg("“{first}” and “{second}” cannot stand together", first=said[0], second=said[1])
            raise Misplaced(says, said[1], msg("one event for each"), of_word=True)
        if bool(self.receive) != (self.alert is not None):
            expected = msg("receive: and alert: beside each other")
            raise Misplaced(msg("what is received is an alert"), said[0], expected, of_word=True)
        return self

    @property
    def verb(self) -> str:
        """Return what happens."""
        return next(verb for verb in VERBS if getattr(self, verb))


@dataclass(frozen=True)
class Moment:
    """When something happens: after the start, on a day and at a time, or at a time of the day that is under way."""

    after: timedelta | None = None
    wall: datetime | None = None
    of_day: time | None = None


def read_moment(text: str) -> Moment:
    """Read `03:20`, `+90m` or `2026-11-22T03:20`."""
    words = text.strip()
    try:
        if words.startswith("+"):
            return Moment(after=read_duration(words[1:]))
        if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", words):
            return Moment(of_day=time.fromisoformat(words.zfill(8 if words.count(":") == 2 else 5)))
        return Moment(wall=datetime.fromisoformat(words))
    except (ValueError, Unreadable) as error:
        expected = msg("a time (03:20), a time after the start (+90m), or a day with its time (2026-11-22T03:20)")
        raise Unreadable(msg("“{text}” does not say when", text=text[:40]), expected=expected) from error


NAME: Section[Text] = Section(
    "rehearse",
    PlanText,
    default=lambda: Text({"en": "", "fr": ""}),
    title=msg("Name"),
    required=msg("the scenario has no name: begin with rehearse: and what it plays"),
)
FROM: Section[str | None] = Section(
    "from", Annotated[str, AfterValidator(_moment)], default=lambda: None, title=msg("From")
)
UNTIL: Section[str | None] = Section(
    "until", Annotated[str, AfterValidator(_moment)], default=lambda: None, title=msg("Until")
)
EVENTS: Section[tuple[Event, ...]] = Section("events", OneOrMany[Event], default=tuple, title=msg("Events"))
SECTIONS = [NAME, FROM, UNTIL, EVENTS]


@dataclass(frozen=True)
class Scene:
    """One event with its instant."""

    at: datetime
    event: Event


@dataclass(frozen=True)
class Scenario:
    """A scenario with all its instants."""

    name: Text
    start: datetime
    end: datetime
    scenes: tuple[Scene, ...]


def read_scenario(path: Path, plan: Plan, now: datetime) -> tuple[Scenario | None, Loaded]:
    """Read a scenario against the plan that it plays on; there is none if it has mistakes."""
    if path.is_dir():
        says = msg("{path} is a folder.", path=str(path))
        raise Refusal(Code.INVALID, says, msg("A scenario is one file of YAML."))

    def fits(scenario: Plan) -> Iterator[Remark]:
        yield from _unknown_names(scenario, plan)
        yield from _out_of_time(scenario, plan[TIMEZONE], now)

    loaded = load(path, [NAME, FROM, UNTIL, replace(EVENTS, check=(fits,))])
    return (None if loaded.plan is None else _timed(loaded.plan, plan[TIMEZONE], now)), loaded


def _unknown_names(scenario: Plan, plan: Plan) -> Iterator[Remark]:
    watched = [*plan[SERVICES], *plan[PROBES]]
    senders = [*plan[RECEIVERS], *KINDS, PROMETHEUS]
    beats = [key for key, probe in plan[PROBES].items() if probe.look.comes_to_us]
    known: dict[str, list[str]] = {
        **dict.fromkeys(STATES, watched),
        "acknowledge": [*watched, *measures_of(plan), *senders],
        "resolve": [*watched, *measures_of(plan), *senders],
        "measure": list(measures_of(plan)),
        **dict.fromkeys(("ping", "fail"), beats),
        "receive": senders,
    }
    events: tuple[Event, ...] = scenario[EVENTS]
    team = plan[TEAM]
    for place, event in enumerate(events):
        for name in getattr(event, event.verb):
            if name not in known[event.verb]:
                says = msg("“{name}” is nothing that the plan knows", name=name[:80])
                yield Remark(("events", place, event.verb), says, None, nearest(name, known[event.verb]))
        if event.by is not None and event.by not in team:
            says = msg("“{name}” is not in the team", name=event.by[:80])
            yield Remark(("events", place, "by"), says, None, nearest(event.by, team))


def measures_of(plan: Plan) -> tuple[str, ...]:
    """Return every measure that the plan speaks of."""
    return tuple(dict.fromkeys([*plan[SIGNALS], *(rule.measure for rule in rules_of(plan)), *BUILT_IN]))


def _out_of_time(scenario: Plan, zone: ZoneInfo, now: datetime) -> Iterator[Remark]:
    timed = _timed(scenario, zone, now)
    if timed.end <= timed.start:
        yield Remark(("until",), msg("the scenario ends before it begins"))
    elif timed.end - timed.start > LONGEST:
        yield Remark(("until",), msg("a scenario lasts {limit} at most", limit=say_duration(LONGEST)))
    for place, scene in enumerate(timed.scenes):
        if scene.at < timed.start:
            yield Remark(("events", place, "at"), msg("this happens before the scenario begins"))
        elif scene.at > timed.end and scenario.says(UNTIL):
            yield Remark(("events", place, "at"), msg("this happens after the scenario ends"))


def _timed(scenario: Plan, zone: ZoneInfo, now: datetime) -> Scenario:
    """Give everything its instant; a time of the day that has passed means the next day."""
    begins, ends = scenario[FROM], scenario[UNTIL]
    start = _instant(read_moment(begins), now, now, zone) if begins else now.replace(microsecond=0)
    scenes: list[Scene] = []
    for event in scenario[EVENTS]:
        before = scenes[-1].at if scenes else start
        scenes.append(Scene(_instant(read_moment(event.at), start, before, zone), event))
    last = scenes[-1].at if scenes else start
    end = _instant(read_moment(ends), start, last, zone) if ends else last + AFTERWARDS
    return Scenario(scenario[NAME], start, end, tuple(scenes))


def _instant(moment: Moment, start: datetime, before: datetime, zone: ZoneInfo) -> datetime:
    if moment.after is not None:
        return start + moment.after
    if moment.wall is not None:
        return starts(moment.wall, zone) if moment.wall.tzinfo is None else in_utc(moment.wall)
    assert moment.of_day is not None
    wall = on_the_wall(before, zone)
    same_day = starts(datetime.combine(wall.date(), moment.of_day), zone)
    return same_day if same_day >= before else starts(datetime.combine(wall.date() + DAY, moment.of_day), zone)
