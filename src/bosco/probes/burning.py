"""How fast a service's error budget burns: what the looks at its probes found in the time that counts."""

from datetime import datetime

from bosco.plan.load import Plan
from bosco.probes.results import ProbeResults
from bosco.probes.section import PROBES
from bosco.services.budget import judge
from bosco.services.burn import PAIRS, Burn, burns
from bosco.services.section import SERVICES
from bosco.services.service import Services
from bosco.services.spans import Span, month_of

WINDOWS = sorted({window for pair in PAIRS for window in (pair.long, pair.short)})


def looking_at(plan: Plan, service: str) -> list[str]:
    """Return the probes whose looks tell how a service is; a heartbeat has none."""
    return [
        name
        for name, probe in plan[PROBES].items()
        if probe.service == service and not probe.paused and not probe.look.comes_to_us
    ]


async def burns_of(
    plan: Plan,
    name: str,
    now: datetime,
    services: Services,
    results: ProbeResults,
    *,
    burning: frozenset[str] = frozenset(),
) -> list[Burn]:
    """Return what each pair of windows tells of a service; nothing of one that promises nothing or has no looks."""
    declared, probes = plan[SERVICES][name], looking_at(plan, name)
    if declared.sla is None or not probes:
        return []
    windows = {window: await services.counted(name, Span(now - window, now)) for window in WINDOWS}
    seen = await results.events(probes, windows, degraded_counts="degraded" in declared.counts)
    found = await services.availability(name, month_of(now, services.zone))
    return burns(declared.sla, seen.__getitem__, burning=burning, left=judge(found, declared.sla).left)
