"""The levels of the plan for programs: how each stands, and one of them on each of its series."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import get
from litestar.params import Parameter

from bosco.alerts.judging import Standing
from bosco.alerts.ready import Ready, ready_rules
from bosco.alerts.rule_alerts import said
from bosco.alerts.rule_states import CALLED, PHASES, RuleState, Word, states_elsewhere, states_of
from bosco.alerts.section import priority_of
from bosco.alerts.service import Rules
from bosco.kit.clock import Clock
from bosco.kit.refusal import not_found
from bosco.kit.words import Language, msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest

MOST_SERIES = 500
Which = Literal["all", "firing", "lost", "unheard", "unknown", "pending", "fine"]
Limit = Annotated[int, Parameter(ge=1, le=500)]


class RuleOut(msgspec.Struct, kw_only=True):
    """A level and how it stands: `state` is of the worst of its series, `elsewhere` if another process judges it."""

    key: str
    measure: str
    name: str
    level: str
    priority: str
    service: str | None
    condition: str
    # How many seconds it holds before it is told.
    lasts: float
    state: Word
    says: str
    # Of how many series it judges, and how many of them are in each state.
    series: int
    states: Mapping[str, int]
    # False if no value of it has ever come; null where another process knows.
    fed: bool | None
    judged_here: bool
    judged_at: datetime | None


class RulesOut(msgspec.Struct, kw_only=True):
    """One page in the order of the plan; `next` is the `before` of the page that follows."""

    rules: list[RuleOut]
    next: str | None
    judged_here: bool
    judged_at: datetime | None


class SeriesOut(msgspec.Struct, kw_only=True):
    """What a level says of one series."""

    labels: Mapping[str, str]
    state: Word
    seen: str | None
    why: str
    since: datetime | None
    heard_at: datetime | None


class RuleInFullOut(RuleOut, kw_only=True):
    """A level with its series, and how many more there are than are told."""

    each: list[SeriesOut]
    more: int


def routes(shell: Shell, clock: Clock, current: CurrentPlan, rules: Rules) -> list[Any]:
    """Return the API of levels."""

    def states() -> list[RuleState]:
        found = rules.judge.rules if rules.judge else ready_rules(current.plan)
        ordered: list[Ready] = [one for several in found.values() for one in several]
        states = {one.ready.key: one for one in (states_of(rules.judge) if rules.judge else states_elsewhere(ordered))}
        return [states[one.key] for one in ordered]

    def judged() -> dict[str, Any]:
        here = rules.judge is not None
        return {"judged_here": here, "judged_at": rules.judged_at if here else None}

    def words(state: RuleState, spoken: Language) -> dict[str, Any]:
        return {**words_of(state, current.plan, spoken), **judged()}

    @get("/api/v1/rules", summary="The levels that the plan holds measures against, and how each stands")
    async def listed(
        request: AnyRequest,
        which: Annotated[Which, Parameter(query="state", description="Those of which it is the worst state.")] = "all",
        before: Annotated[str, Parameter(max_length=500)] = "",
        limit: Limit = 50,
    ) -> RulesOut:
        everything, spoken = states(), shell.reader(request).language
        start = _place(everything, before) + 1 if before else 0
        fitting = [one for one in everything[start:] if which in {"all", one.word}]
        return RulesOut(
            rules=[RuleOut(**words(one, spoken)) for one in fitting[:limit]],
            next=fitting[limit - 1].ready.key if len(fitting) > limit else None,
            **judged(),
        )

    @get("/api/v1/rules/{key:path}", summary="One level, and how it stands on each series")
    async def one(request: AnyRequest, key: str) -> RuleInFullOut:
        everything, spoken = states(), shell.reader(request).language
        state = everything[_place(everything, key.lstrip("/"))]
        found = rules.judge.standings(state.ready.key, clock.read(), MOST_SERIES) if rules.judge else []
        each = [_series(one, spoken) for one in found]
        return RuleInFullOut(**words(state, spoken), each=each, more=max(0, state.series - len(each)))

    return [listed, one]


def words_of(state: RuleState, plan: Plan, spoken: Language) -> dict[str, Any]:
    """Return what a level is and how it stands, in a language."""
    rule = state.ready.rule
    return {
        "key": state.ready.key,
        "measure": rule.measure,
        "name": str(say(state.ready.name, spoken)),
        "level": rule.level,
        "priority": priority_of(plan, rule),
        "service": rule.beside.service,
        "condition": str(say(said(state.ready), spoken)),
        "lasts": rule.lasting.total_seconds(),
        "state": state.word,
        "says": str(say(CALLED[state.word][1], spoken)),
        "series": state.series,
        "states": state.counts,
        "fed": None if state.word == "elsewhere" else state.series > 0,
    }


def _place(states: list[RuleState], key: str) -> int:
    for place, one in enumerate(states):
        if one.ready.key == key:
            return place
    raise not_found(msg("The plan has no level {key}.", key=key[:80]))


def _series(one: Standing, spoken: Language) -> SeriesOut:
    return SeriesOut(
        labels=one.labels,
        state=PHASES[one.phase],
        seen=None if one.seen is None else str(say(one.seen, spoken)),
        why=str(say(one.verdict.because, spoken)),
        since=one.since,
        heard_at=one.heard_at,
    )
