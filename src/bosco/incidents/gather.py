"""Everything that the journal says about a case: itself, its alerts, its services and their probes, in one order."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bosco.incidents.section import INCIDENTS
from bosco.incidents.store import Case, Joined
from bosco.journal.model import Line
from bosco.journal.service import Journal
from bosco.plan.load import Plan
from bosco.probes.section import PROBES

# What came just after belongs to the story too, as does what came before, as far as the plan looks back.
AFTER = timedelta(minutes=10)
MOST_OF_ONE = 500


def subjects_of(plan: Plan, case: Case, joined: Sequence[Joined]) -> tuple[list[str], list[str]]:
    """Return what the case is about by itself, and what counts only while it lasted."""
    own = [f"record:{case.number}", *(f"alert:{one.alert}" for one in joined)]
    services = dict.fromkeys(one for one in (case.service, *(one.service for one in joined)) if one)
    probes = [name for name, probe in plan[PROBES].items() if probe.service in services]
    return own, [*(f"service:{name}" for name in services), *(f"probe:{name}" for name in probes), "plan"]


async def gather(journal: Journal, plan: Plan, case: Case, joined: Sequence[Joined], now: datetime) -> list[Line]:
    """Return the lines of a case, the earliest first."""
    own, around = subjects_of(plan, case, joined)
    start, end = case.began - plan[INCIDENTS].look_back, (case.ended or now) + AFTER
    found: dict[str, Line] = {}
    for subject in own:
        _keep(found, await journal.of(subject, MOST_OF_ONE))
    for subject in around:
        _keep(found, await journal.read(subject=subject, since=start, until=end, limit=MOST_OF_ONE))
    return sorted(found.values(), key=lambda line: (line.at, line.place is None, line.place or 0, line.id))


def _keep(found: dict[str, Line], lines: Iterable[Line]) -> None:
    found.update((line.id, line) for line in lines)
