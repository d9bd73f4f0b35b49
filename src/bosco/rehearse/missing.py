"""What the plan lacks for a scenario to go well: told beside the account, so that nobody finds out at night."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bosco.kit.words import Language, Sayable, msg, say
from bosco.plan.finding import Finding
from bosco.plan.load import Plan
from bosco.probes.section import PROBES
from bosco.rehearse.account import Entry
from bosco.rehearse.scenario import STATES, Scenario

MISSING = "plan.missing"


def missing(
    plan: Plan, warnings: Iterable[Finding], scenario: Scenario, zone: ZoneInfo, language: Language
) -> list[Entry]:
    """Return the plan's warnings, and what the scenario changes that nobody looks at."""
    told = [(_subject(one), one.text(language)) for one in warnings]
    told += [(f"service:{name}", str(say(says, language))) for name, says in _unseen(plan, scenario)]
    return [_entry(subject, why, scenario.start.astimezone(zone)) for subject, why in dict.fromkeys(told)]


def _subject(finding: Finding) -> str:
    words = [str(part) for part in finding.path[:2]]
    return ":".join(words) or "plan"


def _entry(subject: str, why: str, at: datetime) -> Entry:
    return Entry(at.isoformat(timespec="seconds"), MISSING, subject, None, None, None, why, why)


def _unseen(plan: Plan, scenario: Scenario) -> Iterator[tuple[str, Sayable]]:
    probes = plan[PROBES]
    watched = {probe.service for probe in probes.values()}
    for scene in scenario.scenes:
        if scene.event.verb in STATES:
            for name in getattr(scene.event, scene.event.verb):
                if name not in probes and name not in watched:
                    yield name, msg("no probe looks at {name}: nobody would notice", name=name)
