"""What measures are held against: `supervision`, `alerts`, and the priorities of their `levels`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from bosco.kit.units import say_duration
from bosco.kit.words import Message, msg
from bosco.notices.section import PRIORITIES
from bosco.plan.condition import Condition, Level, sustained
from bosco.plan.ledger import Misplaced
from bosco.plan.load import Plan
from bosco.plan.part import Names, PlanPart
from bosco.plan.section import Path, Remark, Section, Table, Tone, cell
from bosco.plan.words import ConditionText, Name, OneOrMany, PlanText, Span, Url
from bosco.signals.section import SIGNALS, Normal, measure_name, unfed

LevelName = Literal["critical", "warning", "info"]
LEVELS_IN_ORDER: tuple[LevelName, ...] = ("critical", "warning", "info")
LEVEL_NAMES: dict[LevelName, Message] = {
    "critical": msg("Critical"),
    "warning": msg("Warning"),
    "info": msg("Information"),
}
_TONES: dict[LevelName, Tone] = {"critical": "bad", "warning": "warning", "info": "quiet"}


class _Told(PlanPart):
    """What may stand beside a condition."""

    name: PlanText | None = None
    for_: Annotated[Span | None, Field(alias="for")] = None
    service: Annotated[str, Names("services")] | None = None
    # Overrides the priority of its level.
    priority: Annotated[str, Names("priorities")] | None = None
    runbook: Url | None = None
    normal: Normal | None = None


class Levels(_Told):
    """A measure and its levels, as in `cpu_usage: {warning: 70%, critical: 85%}`."""

    critical: ConditionText | None = None
    warning: ConditionText | None = None
    info: ConditionText | None = None
    good: Literal["up", "down"] | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _has_one(self) -> "Levels":
        if all(getattr(self, level) is None for level in LEVELS_IN_ORDER):
            raise Misplaced(msg("this measure has no level"), "", msg("warning or critical, with a condition"))
        return self


class When(_Told):
    """A condition written out, with what stands beside it."""

    when: ConditionText


class _Condition:
    """Reads a bare condition, or one written out."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        union = core_schema.union_schema([handler.generate_schema(ConditionText), handler.generate_schema(When)])
        return core_schema.no_info_after_validator_function(
            lambda value: When(when=value) if isinstance(value, Condition) else value,
            union,
            serialization=core_schema.plain_serializer_function_ser_schema(_write_when),
        )


def _write_when(when: When) -> Any:
    return when.model_dump(mode="json", by_alias=True, exclude_none=True)


def _level(value: Any) -> Any:
    """Take a level's word in the plural too, as the heading of a list is often written."""
    word = value.strip().casefold() if isinstance(value, str) else value
    singular = {"warnings": "warning", "criticals": "critical", "infos": "info", "information": "info"}
    return singular.get(word, value)


Measure = Name
_LevelKey = Annotated[LevelName, BeforeValidator(_level)]


class LevelPriorities(PlanPart):
    """The priority that an alert of each level opens or joins."""

    critical: Annotated[str, Names("priorities")] = "P2"
    warning: Annotated[str, Names("priorities")] = "P3"
    info: Annotated[str, Names("priorities")] = "P4"


@dataclass(frozen=True)
class Rule:
    """One measure held against one condition: what is judged, and where the plan says so."""

    measure: str
    level: LevelName
    condition: Condition
    lasting: timedelta
    layer: str
    path: Path
    beside: Levels | When

    @property
    def key(self) -> str:
        """Return what tells this rule from all others, however the plan is put in order."""
        return f"{self.layer}/{self.measure}/{self.level}"


def rules_of(plan: Plan) -> tuple[Rule, ...]:
    """Return every rule of the plan, those of `supervision` first."""
    return (*_supervised(plan), *_alerted(plan))


def _supervised(plan: Plan) -> Iterator[Rule]:
    for layer, groups in plan[SUPERVISION].items():
        for place, group in enumerate(groups):
            for measure, levels in group.items():
                for level in LEVELS_IN_ORDER:
                    written = getattr(levels, level)
                    if written is not None:
                        path = ("supervision", layer, place, measure, level)
                        yield _rule(measure, level, written, layer, path, levels)


def _alerted(plan: Plan) -> Iterator[Rule]:
    for level, groups in plan[ALERTS].items():
        for place, group in enumerate(groups):
            for measure, when in group.items():
                yield _rule(measure, level, when.when, "alerts", ("alerts", level, place, measure), when)


def _rule(measure: str, level: LevelName, written: Condition, layer: str, path: Path, beside: Levels | When) -> Rule:
    condition, span = sustained(written)
    return Rule(measure, level, condition, beside.for_ or span, layer, path, beside)


def priority_of(plan: Plan, rule: Rule) -> str:
    """Return the priority of what a rule finds."""
    return rule.beside.priority or level_priority(plan, rule.level)


def level_priority(plan: Plan, level: LevelName) -> str:
    """Return the priority of a level; where the plan has other priorities than the usual ones, the one of that rank."""
    named: str = getattr(plan[LEVELS], level)
    known = [*plan[PRIORITIES]]
    if named in known or not known:
        return named
    return known[min(LEVELS_IN_ORDER.index(level) + 1, len(known) - 1)]


def level_called(word: str) -> LevelName:
    """Return the level of that name; a word that is no level is worth a warning."""
    return next((level for level in LEVELS_IN_ORDER if level == word), "warning")


def rank_of(plan: Plan, priority: str) -> int:
    """Return the place of a priority, the most urgent first; one that the plan does not know comes last."""
    known = [*plan[PRIORITIES]]
    return known.index(priority) if priority in known else len(known)


def good_of(plan: Plan, rule: Rule) -> Literal["up", "down"]:
    """Return the direction in which a rule's measure gets better."""
    own = rule.beside.good if isinstance(rule.beside, Levels) else None
    signal = plan[SIGNALS].get(rule.measure)
    return own or (signal.good if signal else "down")


def _unfed(plan: Plan) -> Iterator[Remark]:
    told: set[str] = set()
    for rule in rules_of(plan):
        if rule.measure not in told and (says := unfed(plan, rule.measure)):
            told.add(rule.measure)
            yield Remark(rule.path[:4] if rule.path[0] == "supervision" else rule.path, says)


def _two_levels(plan: Plan) -> Iterator[Remark]:
    """Warn of a measure that is held against two different conditions of one level."""
    known: dict[tuple[str, str, str | None], Rule] = {}
    for rule in rules_of(plan):
        key = (rule.measure, rule.level, rule.beside.service)
        first = known.setdefault(key, rule)
        if first is not rule and (first.condition, first.lasting) != (rule.condition, rule.lasting):
            says = msg(
                "{measure} is {level} at {one} here and at {other} at {place}",
                measure=rule.measure,
                level=LEVEL_NAMES[rule.level],
                one=rule.condition,
                other=first.condition,
                place=str(plan.position(first.path)),
            )
            yield Remark(rule.path, says)


def _critical_before_warning(plan: Plan) -> Iterator[Remark]:
    """Warn of a critical level that is reached before the warning, so that nobody is ever warned."""
    levels: dict[tuple[str, str], dict[str, Rule]] = defaultdict(dict)
    for rule in rules_of(plan):
        levels[rule.layer, rule.measure][rule.level] = rule
    for found in levels.values():
        warning, critical = found.get("warning"), found.get("critical")
        if not warning or not critical:
            continue
        if not isinstance(warning.condition, Level) or not isinstance(critical.condition, Level):
            continue
        low, high = warning.condition.bound, critical.condition.bound
        if good_of(plan, warning) == "up":
            low, high = high, low
        if low.kind in (high.kind, "number") and low.base > high.base:
            says = msg(
                "{measure} is critical at {critical} before it warns at {warning}",
                measure=critical.measure,
                critical=critical.condition,
                warning=warning.condition,
            )
            yield Remark(critical.path, says)


def _table_of(plan: Plan, rules: list[Rule]) -> Table:
    """Return measures in rows and levels in columns, as the documents of teams show them."""
    cells: dict[tuple[str, str], dict[str, Rule]] = defaultdict(dict)
    for rule in rules:
        cells[rule.layer, rule.measure][rule.level] = rule
    used = [level for level in reversed(LEVELS_IN_ORDER) if any(level in found for found in cells.values())]
    rows = []
    for (layer, measure), found in cells.items():
        shown = [
            cell(_condition(found[level]), tone=_TONES[level]) if level in found else cell(None, tone="quiet")
            for level in used
        ]
        rows.append((cell(layer), cell(measure_name(plan, measure), tone="strong"), *shown))
    return Table((msg("Layer"), msg("Measure"), *(LEVEL_NAMES[level] for level in used)), tuple(rows))


def _condition(rule: Rule) -> Message | Condition:
    if rule.lasting:
        return msg("{condition}, for {span}", condition=rule.condition, span=say_duration(rule.lasting))
    return rule.condition


def _alerts_table(plan: Plan) -> Table:
    rows = tuple(
        (
            cell(LEVEL_NAMES[rule.level], tone=_TONES[rule.level]),
            cell(rule.beside.name or measure_name(plan, rule.measure), tone="strong"),
            cell(_condition(rule)),
            cell(priority_of(plan, rule)),
        )
        for rule in _alerted(plan)
    )
    return Table((msg("Level"), msg("Measure"), msg("Condition"), msg("Priority")), rows)


def _levels_table(_: LevelPriorities, plan: Plan) -> Table:
    rows = [
        (cell(LEVEL_NAMES[level], tone=_TONES[level]), cell(level_priority(plan, level))) for level in LEVELS_IN_ORDER
    ]
    return Table((msg("Level"), msg("Priority")), tuple(rows))


SUPERVISION: Section[Mapping[str, tuple[Mapping[str, Levels], ...]]] = Section(
    "supervision",
    Mapping[Name, OneOrMany[Mapping[Measure, Levels]]],
    default=lambda: MappingProxyType({}),
    title=msg("Supervision"),
    order=320,
    warn=(_unfed, _two_levels, _critical_before_warning),
    table=lambda _, plan: _table_of(plan, list(_supervised(plan))),
)
ALERTS: Section[Mapping[LevelName, tuple[Mapping[str, When], ...]]] = Section(
    "alerts",
    Mapping[_LevelKey, OneOrMany[Mapping[Measure, Annotated[When, _Condition()]]]],
    default=lambda: MappingProxyType({}),
    title=msg("Alerts"),
    order=330,
    table=lambda _, plan: _alerts_table(plan),
)
LEVELS: Section[LevelPriorities] = Section(
    "levels",
    LevelPriorities,
    default=LevelPriorities,
    title=msg("Levels and priorities"),
    order=340,
    table=_levels_table,
)
SECTIONS = [SUPERVISION, ALERTS, LEVELS]
