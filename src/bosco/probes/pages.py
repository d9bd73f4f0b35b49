"""The pages of what is operated and what watches it."""

from typing import Any

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.probes.days import Days
from bosco.probes.heartbeats import Heartbeats
from bosco.probes.pages_probe import probe_routes
from bosco.probes.pages_probes import list_routes
from bosco.probes.pages_service import Asked, service_routes
from bosco.probes.pages_services import services_routes
from bosco.probes.results import ProbeResults
from bosco.probes.service import Probes
from bosco.services.service import Services
from bosco.web.nav import Nav
from bosco.web.shell import Shell

NAV = [
    Nav(msg("Services"), "/services", icon="server", order=20),
    Nav(msg("Probes"), "/probes", icon="activity", order=21),
]


def routes(  # noqa: PLR0913, PLR0917 - pages show what every other part knows
    shell: Shell,
    clock: Clock,
    current: CurrentPlan,
    probes: Probes,
    heartbeats: Heartbeats,
    results: ProbeResults,
    services: Services,
    days: Days,
    journal: Journal,
) -> list[Any]:
    """Return the pages."""
    return [
        *services_routes(shell, clock, current, services, probes, days),
        *service_routes(Asked(shell, clock, current, services, probes, results, days, journal)),
        *list_routes(shell, clock, current, probes, results),
        *probe_routes(shell, clock, current, probes, heartbeats, results, services, days),
    ]
