"""The pages of measures and queries."""

from typing import Any

from bosco.explore.page_explore import Explorer
from bosco.explore.pages_explore import explore_routes
from bosco.explore.pages_measures import measure_routes
from bosco.explore.queries import Queries
from bosco.explore.rates import Rates
from bosco.kit.clock import Clock
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.signals.measures import Measures
from bosco.signals.samples import Samples
from bosco.signals.service import Feeds
from bosco.web.nav import Nav
from bosco.web.shell import Shell

NAV = [
    Nav(msg("Measures"), "/measures", icon="ruler", order=22),
    Nav(msg("Explore"), "/explore", icon="chart-spline", order=23),
]


def routes(  # noqa: PLR0913, PLR0917 - the pages show what the rooms below know
    shell: Shell,
    clock: Clock,
    current: CurrentPlan,
    samples: Samples,
    measures: Measures,
    feeds: Feeds,
    queries: Queries,
) -> list[Any]:
    """Return the routes."""
    explorer = Explorer(queries, samples, measures, current)
    rates = Rates(samples, clock)
    return [*explore_routes(shell, clock, explorer), *measure_routes(shell, clock, current, explorer, feeds, rates)]
