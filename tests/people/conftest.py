"""On-call services on both stores, with a clock that stands where a test puts it."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from tests.people.rota import plan_of

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.people.exchanges import Exchanges
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.store.store import Store
from bosco.web.events import Live

WEEKLY = "  rota: {name: Rota, rotate: weekly, at: 'mon 09:00', from: 2026-01-05, people: [devops, backend]}\n"


class Desk:
    """The services of who is on call, built as `app` builds them."""

    def __init__(self, store: Store, clock: VirtualClock, plan: str = WEEKLY) -> None:
        self.store, self.clock = store, clock
        store.listeners = {name: ["test"] for name in ("ShiftBegan", "OnCallChanged")}
        self.current = CurrentPlan(plan_of(plan, "UTC"))
        live = Live()
        self.on_call = OnCall(store, clock, self.current, live)
        self.exchanges = Exchanges(store, self.current, self.on_call, live)

    def run(self, story: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return run_virtually(self.clock, story)


@pytest.fixture
def desk(store: Store, clock: VirtualClock) -> Desk:
    return Desk(store, clock)
