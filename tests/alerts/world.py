"""The alerts on a store and the virtual clock: what is raised, told, held, and written of it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select
from tests.notifying import notices_of

from bosco.alerts.life import Life
from bosco.alerts.model import SAYINGS, Alert, Raised
from bosco.alerts.rows import Asked
from bosco.alerts.service import Alerts, AlertsOfServices, Silences
from bosco.journal.model import Line
from bosco.journal.store import waiting
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan, load_texts
from bosco.services.service import Services
from bosco.store.parcel import outbox
from bosco.store.store import Store
from bosco.store.types import from_microseconds
from bosco.store.worker import Worker

FACTS = ["AlertFired", "AlertChanged", "AlertAcknowledged", "AlertResolved"]
PLAN = """
plan: Shop
services:
  web: {name: {fr: Site, en: Site}, needs: [api], down: P2}
  api: {name: {fr: API, en: API}, needs: [database], down: P1}
  database: {name: {fr: Base, en: Base}, down: P1}
"""


def plan_of(text: str) -> Plan:
    loaded = load_texts({"plan.yml": text})
    assert loaded.plan is not None, [str(one.says) for one in loaded.mistakes]
    return loaded.plan


class World:
    """The room of the alerts, as `app` would build it, with its timers and its facts."""

    def __init__(self, store: Store, clock: VirtualClock, plan: str = PLAN) -> None:
        self.store, self.clock = store, clock
        self.current = CurrentPlan(plan_of(plan))
        self.notices = notices_of(store, clock, self.current)
        self.life = Life(self.notices, self.current)
        self.alerts = Alerts(store, self.notices, self.current, self.life)
        self.silences = Silences(store, self.life)
        self.services = Services(store, self.current)
        self.ears = AlertsOfServices(store, self.alerts, self.services, self.current, self.life)
        store.listeners = {name: ["story"] for name in FACTS}
        store.listeners |= {name: ["owners"] for name in ("MatterAcknowledged", "MatterUnacknowledged")}
        store.listeners |= {
            f"Service{ending}": ["services"] for ending in ("WentDown", "Degraded", "CameBack", "BecameUnknown")
        }
        self.worker = Worker(
            store,
            hears={"owners": self.alerts.hear_of_owner, "services": self.ears.hear_of_service},
            on_timer={
                "alerts.look-again": self.alerts.look_again,
                "alerts.calm": self.alerts.end_flapping,
                "alerts.silence-ends": self.silences.run_out,
                "alerts.settle-silence": self.silences.go_on,
                "alerts.unknown": self.ears.tell_unknown,
            },
            delivers={},
        )

    def play(self, story: Callable[[], Awaitable[None]]) -> None:
        """Run a story with the worker at work."""
        import asyncio

        async def main() -> None:
            task = asyncio.create_task(self.worker.run())
            try:
                await story()
                await self.settle()
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

        run_virtually(self.clock, main)

    async def settle(self) -> None:
        """Let the worker do what is due now."""
        await self.clock.sleep(timedelta(seconds=2))

    async def wait(self, **span: float) -> None:
        await self.clock.sleep(timedelta(**span))

    async def raises(self, fingerprint: str = "disk", **more: Any) -> str:
        raised = Raised(**{"fingerprint": fingerprint, "source": "rule", "title": fingerprint, "why": "full", **more})
        return await self.store.write(lambda tx: self.alerts.raise_alert(tx, raised))

    async def clears(self, fingerprint: str = "disk", why: str = "well") -> str | None:
        return await self.store.write(lambda tx: self.alerts.clear(tx, fingerprint, why))

    async def alert(self, alert_id: str) -> Alert:
        return await self.alerts.get(alert_id)

    async def open(self) -> list[Alert]:
        return await self.alerts.page(Asked())

    async def lines(self) -> list[str]:
        """Return what the journal says of alerts and silences, each with its minute."""
        found = await self.store.read(lambda tx: tx.run(select(waiting).order_by(waiting.c.number)).all())
        return [_told(row) for row in found if row.what in SAYINGS]

    async def facts(self) -> list[str]:
        mine = select(outbox.c.key, outbox.c.body).where(outbox.c.kind == "fact:story").order_by(outbox.c.place)
        found = await self.store.read(lambda tx: tx.run(mine).all())
        return [f"{row.key} {row.body['fingerprint']}{' quiet' if row.body['quiet'] else ''}" for row in found]

    def services_turn(self, name: str, state: Any, since: datetime | None = None) -> Any:
        turned = self.services.judge(name, state, f"{name} is {state}", since or self.clock.read())
        assert turned is not None
        return self.store.write(lambda tx: self.services.write(tx, [turned]))


def _told(row: Any) -> str:
    data = msgspec.json.decode(row.data) if row.data else {}
    line = Line(None, row.id, from_microseconds(row.at), row.subject, row.what, row.actor, row.why, data)
    return f"{line.at:%H:%M} {line.say('en')}"
