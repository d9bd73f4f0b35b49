"""The plan's rules, ready to judge: by measure, each with a key that no other has."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from bosco.alerts.board import MILLISECOND, Ruled
from bosco.alerts.line import line_of
from bosco.alerts.section import Levels, Rule, good_of, rules_of
from bosco.kit.words import Text
from bosco.plan.happened import Happened, Nothing
from bosco.plan.load import Plan
from bosco.plan.seen import Direction
from bosco.services.section import SERVICES
from bosco.signals.section import SIGNALS, Normal, measure_name, unit_of

# Without a word on its rhythm, a series is silent after three times its own, and at the very least after this.
SOONEST = timedelta(minutes=5)
TIMES = 3
# What came once is expected again within a day.
ONCE = timedelta(hours=25)


@dataclass(frozen=True)
class Ready:
    """One rule with all that judging it takes."""

    key: str
    rule: Rule
    name: Text | str
    unit: str
    good: Direction
    normal: Normal
    ruled: Ruled


def ready_rules(plan: Plan) -> dict[str, list[Ready]]:
    """Return the rules of each measure."""
    found: dict[str, list[Ready]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    for rule in rules_of(plan):
        key = f"{rule.key}@{rule.beside.service}" if rule.beside.service else rule.key
        seen[key] += 1
        key = key if seen[key] == 1 else f"{key}#{seen[key]}"
        found[rule.measure].append(ready_as(plan, rule, key))
    return found


def ready_as(plan: Plan, rule: Rule, key: str) -> Ready:
    """Return a rule ready to judge, under that key."""
    own = rule.beside.unit if isinstance(rule.beside, Levels) else None
    unit, good = own or unit_of(plan, rule.measure), good_of(plan, rule)
    signal = plan[SIGNALS].get(rule.measure)
    normal = rule.beside.normal or (signal.normal if signal else Normal())
    line = line_of(rule.condition, unit, good)
    # What only happens now and then is silent most of the time.
    expects = not isinstance(rule.condition, Happened | Nothing)
    ruled = Ruled(key, line, rule.lasting // MILLISECOND, expects)
    return Ready(key, rule, rule.beside.name or measure_name(plan, rule.measure), unit, good, normal, ruled)


def silent_after(plan: Plan, measure: str) -> timedelta | None:
    """Return after what time without a value a measure is silent, where the plan says so."""
    signal = plan[SIGNALS].get(measure)
    if signal is None:
        return None
    if signal.stale is not None:
        return signal.stale
    return None if signal.every is None else max(TIMES * signal.every, timedelta(minutes=2))


def service_of(plan: Plan, ready: Ready, labels: dict[str, str]) -> str | None:
    """Return the service that a series is about."""
    if ready.rule.beside.service is not None:
        return ready.rule.beside.service
    signal = plan[SIGNALS].get(ready.rule.measure)
    labelled = labels.get("service")
    return labelled if labelled in plan[SERVICES] else (signal.service if signal else None)


def concerns(ready: Ready, labels: dict[str, str]) -> bool:
    """Say whether a rule is about a series: one that names a service leaves other services' series alone."""
    wanted = ready.rule.beside.service
    return wanted is None or labels.get("service", wanted) == wanted
