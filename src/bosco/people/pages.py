"""The pages of the team: who is on call, what people change about it, and how each is reached."""

from typing import Any

from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.words import msg
from bosco.people.calendars import Calendars
from bosco.people.exchanges import Exchanges
from bosco.people.feeds import Feeds
from bosco.people.page_change import change_routes
from bosco.people.page_feeds import feed_routes
from bosco.people.page_on_call import Asked, on_call_routes
from bosco.people.page_people import people_routes
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.store.store import Store
from bosco.web.nav import Nav
from bosco.web.shell import Shell

NAV = [
    Nav(msg("On call"), "/on-call", icon="phone-call", order=60),
    Nav(msg("People"), "/people", icon="contact", order=61),
]


def routes(  # noqa: PLR0913, PLR0917 - what the pages ask is handed to each of them at once
    shell: Shell,
    clock: Clock,
    store: Store,
    current: CurrentPlan,
    on_call: OnCall,
    exchanges: Exchanges,
    feeds: Feeds,
    calendars: Calendars,
    journal: Journal,
) -> list[Any]:
    """Return the pages."""
    asked = Asked(shell, clock, store, current, on_call, exchanges, feeds, calendars, journal)
    return [*on_call_routes(asked), *change_routes(asked), *feed_routes(asked, feeds), *people_routes(asked)]
