"""The whole of Bosco, built and connected: the same for a server, a command, a story and a rehearsal."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from bosco.accounts.vault import Vault
from bosco.app.figures import exposition, process_figures
from bosco.app.wiring import Wiring, full_name, marked, room_modules
from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.net import Net
from bosco.kit.processes import Processes
from bosco.kit.readiness import Readiness
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE, NAME, TIMEZONE, URL
from bosco.plan.keep import KEEP
from bosco.plan.load import Loaded, Plan
from bosco.plan.secrets import Secrets
from bosco.plan.sections import discover
from bosco.revisions.opening import opening_plan
from bosco.revisions.place import PlanPlace
from bosco.signals.own_figures import OwnFigures
from bosco.store.helm import Helm
from bosco.store.migrate import migrate
from bosco.store.store import Store
from bosco.store.worker import Worker
from bosco.telemetry.groups import Pace
from bosco.telemetry.telemetry import Telemetry
from bosco.web import events
from bosco.web.events import Live, Stopping
from bosco.web.shell import Shell
from bosco.web.site import Site

log = logging.getLogger(__name__)
RESTART_AFTER = [timedelta(seconds=pause) for pause in (1, 5, 30, 60)]
GRACE = timedelta(seconds=3)
HELM = "helm"


@dataclass(frozen=True)
class Settings:
    """Where things are, as the command line says."""

    plan: Path
    data: Path
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = 8420
    durable: bool = True
    # Whether no other process works on the same state, so that nobody looks for what others may have written.
    alone: bool = False
    # How long telemetry waits for company.
    pace: Pace = field(default_factory=Pace)


@dataclass
class Doors:
    """What leads out of the process."""

    clock: Clock
    ids: Ids
    net: Net
    processes: Processes
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))


class House:
    """Every service of every room, its facts, timers and parcels connected; made with `open_house`."""

    def __init__(
        self,
        settings: Settings,
        doors: Doors,
        store: Store,
        telemetry: Telemetry,
        more: tuple[tuple[type, object], ...],
    ) -> None:
        self.settings = settings
        self.doors = doors
        self.store = store
        self.stopping = Stopping()
        self.place = PlanPlace(settings.plan, discover(), Secrets(settings.data, doors.environ))
        opening = opening_plan(store, self.place)
        self.loaded: Loaded = opening.loaded
        self.current = CurrentPlan(opening.plan)
        nav = [entry for module in room_modules("pages") for entry in getattr(module, "NAV", ())]
        self.shell = Shell(doors.clock, doors.ids, nav)
        self._telemetry = telemetry
        self._dress(opening.plan, opening.plan)
        self.current.on_change(self._dress)
        self.wiring = Wiring(
            (Settings, settings),
            (Clock, doors.clock),
            (Ids, doors.ids),
            (Net, doors.net),
            (Processes, doors.processes),
            (Secrets, self.place.secrets),
            (Vault, Vault(settings.data, doors.environ, doors.ids)),
            (Store, store),
            (Helm, store.helm),
            (Telemetry, telemetry),
            (CurrentPlan, self.current),
            (PlanPlace, self.place),
            (Shell, self.shell),
            (Stopping, self.stopping),
            (Live, Live()),
            *more,
        )
        self.wiring.provide(House, self)
        self.wiring.provide(Readiness, Readiness(self.not_ready))
        self.services = self.wiring.services()
        hears = marked(self.services, "hears")
        store.listeners = {fact: [full_name(method) for method in methods] for fact, methods in hears.items()}
        self.worker = Worker(
            store,
            hears={full_name(method): method for methods in hears.values() for method in methods},
            on_timer=_only_one(marked(self.services, "timer")),
            delivers=_only_one(marked(self.services, "delivers")),
        )
        self._engines: dict[str, asyncio.Task[None]] = {}
        self._process = psutil.Process()
        self.wiring.get(OwnFigures).tell = self.figures

    def _dress(self, _: Plan, plan: Plan) -> None:
        language = plan[LANGUAGE]
        self.shell.site = Site(plan[NAME].say(language), language, str(plan[TIMEZONE]), plan[URL])
        self._telemetry.keep_as(plan[KEEP].spans())

    async def figures(self) -> str:
        """Return Bosco's own figures, as Prometheus reads them."""
        gauges = process_figures(self._process)
        for methods in marked(self.services, "gauges").values():
            for method in methods:
                gauges.extend(await method())
        return exposition(gauges)

    def routes(self) -> list[Any]:
        """Return every room's pages and API."""
        found: list[Any] = self.wiring.call(events.routes)
        for file in ("pages", "api"):
            for module in room_modules(file):
                found.extend(self.wiring.call(module.routes))
        return found

    def start(self, *, outward: bool = True) -> None:
        """Start the worker and every engine; what breaks is started again after a pause, and said.

        Without `outward`, engines that ask the world for figures are left out: a rehearsal says what they would find.
        """
        runs: dict[str, Callable[[], Any]] = {"worker": self.worker.run}
        for name, methods in marked(self.services, "engine").items():
            for method in methods:
                if outward or not getattr(method, "goes_outward", False):
                    steered = getattr(method, "at_the_helm", False)
                    runs[name] = partial(self.store.helm.steer, method) if steered else method
        if self.store.helm.shared:
            self.store.helm.contest()
            runs[HELM] = self.store.helm.run
        for name, run in runs.items():
            self._engines[name] = asyncio.create_task(self._keep_running(name, run), name=name)

    async def stop(self) -> None:
        """Stop every engine; what is in flight ends or is handed back."""
        self.stopping.set()
        await self.worker.stop(GRACE)
        # What is judged is still written by the one at the helm; then another may take it.
        helm = self._engines.pop(HELM, None)
        for task in self._engines.values():
            task.cancel()
        await asyncio.gather(*self._engines.values(), return_exceptions=True)
        if helm is not None:
            helm.cancel()
            await asyncio.gather(helm, return_exceptions=True)
            await self.store.helm.leave()

    async def _keep_running(self, name: str, run: Callable[[], Any]) -> None:
        for attempt in range(1_000_000):
            try:
                await run()
            except Exception:
                log.exception("the engine “%s” broke and will be started again", name)
            else:
                return
            await self.doors.clock.sleep(RESTART_AFTER[min(attempt, len(RESTART_AFTER) - 1)])

    def engines(self) -> dict[str, bool]:
        """Say of each engine whether it runs."""
        return {name: not task.done() for name, task in self._engines.items()}

    async def not_ready(self) -> dict[str, str]:
        """Return what keeps Bosco from being ready, by the part that says so."""
        reasons: dict[str, str] = {}
        for name, methods in marked(self.services, "ready").items():
            for method in methods:
                if why := await method():
                    reasons[name] = why
        reasons.update({name: "stopped" for name, runs in self.engines().items() if not runs})
        if self.stopping.now:
            reasons["process"] = "stopping"
        return reasons


def _only_one(methods: dict[str, list[Callable[..., Any]]]) -> dict[str, Callable[..., Any]]:
    for name, several in methods.items():
        if len(several) > 1:
            raise LookupError(f"two methods answer for {name}: {[full_name(one) for one in several]}")
    return {name: several[0] for name, several in methods.items()}


@contextlib.asynccontextmanager
async def open_house(settings: Settings, doors: Doors, *more: tuple[type, object]) -> AsyncIterator[House]:
    """Open the stores, bring them up to date, load the plan, build everything; close in the opposite order."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with contextlib.AsyncExitStack() as stack:
        store = Store.open(
            settings.database or settings.data, doors.clock, doors.ids, durable=settings.durable, alone=settings.alone
        )
        stack.callback(store.close)
        await doors.clock.in_thread(None, lambda: migrate(store))
        telemetry = Telemetry(settings.data, doors.clock, settings.pace)
        await telemetry.open()
        stack.push_async_callback(telemetry.close)
        yield House(settings, doors, store, telemetry, more)
