"""A world for stories about watching: a plan, hosts that do as they are told, the virtual clock, a real store."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from bosco.journal.store import waiting
from bosco.kit.clock import Clock, VirtualClock
from bosco.kit.ids import Ids, SeededIds
from bosco.kit.net import Net
from bosco.kit.net_model import NetFailed, Request, Response, Trouble
from bosco.kit.processes import Processes
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan, load_texts
from bosco.plan.secrets import Secrets
from bosco.probes.heartbeats import Heartbeats
from bosco.probes.kind import Outcome, Reading
from bosco.probes.model import SAYINGS as PROBE_SAYINGS
from bosco.probes.results import ProbeResults
from bosco.probes.service import Probes
from bosco.probes.standings import Standings
from bosco.services.intervals import Interval
from bosco.services.model import SAYINGS as SERVICE_SAYINGS
from bosco.services.service import Services
from bosco.store.parcel import outbox
from bosco.store.store import Store
from bosco.web.events import Live

SAYINGS = {**PROBE_SAYINGS, **SERVICE_SAYINGS}
FACTS = [
    *("ProbeWentDown", "ProbeDegraded", "ProbeCameBack", "ProbeBecameUnknown", "ProbeRemoved"),
    *("ProbeStartedFlapping", "ProbeStoppedFlapping", "BoscoWasAway"),
    *("ServiceWentDown", "ServiceDegraded", "ServiceCameBack", "ServiceBecameUnknown"),
]


class SleepyClock(VirtualClock):
    """A virtual clock whose wall clock can jump, as when a laptop sleeps."""

    jumped = timedelta(0)

    def read(self) -> datetime:
        return super().read() + self.jumped


class Hosts:
    """The network, where each host does what the story says: a status, or a trouble."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.does: dict[str, int | Trouble] = {}
        # What the next looks meet, one after the other, before `does` counts again.
        self.next: dict[str, list[int | Trouble]] = {}
        self.asked: list[tuple[datetime, str]] = []

    async def fetch(self, request: Request) -> Response:
        host = request.url.split("/")[2]
        self.asked.append((self._clock.read(), host))
        queued = self.next.get(host)
        does = queued.pop(0) if queued else self.does.get(host, 200)
        if does == "timeout":
            await self._clock.sleep(timedelta(days=1))
        if isinstance(does, str):
            raise NetFailed(msg("{host} does not answer", host=host), does)
        await self._clock.sleep(timedelta(milliseconds=20))
        return Response(does, (), b"", request.url, {})


class Noted:
    """What looks saw, kept in memory: charts are another story, and a week of them takes long to write."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, datetime, Reading, Outcome]] = []

    async def load(self) -> None:
        """Have nothing to read."""

    def record_soon(self, probe: str, at: datetime, reading: Reading, shown: Outcome) -> None:
        """Keep one look."""
        self.rows.append((probe, at, reading, shown))


def plan_of(text: str) -> Plan:
    loaded = load_texts({"plan.yml": text})
    assert loaded.plan is not None, [str(one.says) for one in loaded.mistakes]
    return loaded.plan


class World:
    """Bosco's watching, as `app` would build it."""

    def __init__(self, store: Store, clock: Clock, plan: str, ids: Ids | None = None) -> None:
        self.store, self.clock = store, cast(SleepyClock, clock)
        self.hosts = Hosts(clock)
        self.results = Noted()
        store.listeners = {fact: ["story"] for fact in FACTS}
        self.ids = ids or SeededIds()
        self.current = CurrentPlan(plan_of(plan))
        self.secrets = Secrets(Path("/nowhere"), {"JOB_KEY": "0f6b3c1a-aaaa-4bbb-8ccc-123456789abc"})
        self.build()

    def build(self) -> None:
        """Build the services anew, as a start of the process does."""
        services = Services(self.store, self.current)
        standings = Standings(self.store, self.clock, services, self.current, Live())
        results = cast(ProbeResults, self.results)
        self.heartbeats = Heartbeats(self.store, self.clock, self.ids, self.secrets, standings, results)
        self.probes = Probes(
            self.store,
            self.clock,
            cast(Net, self.hosts),
            cast(Processes, None),
            self.secrets,
            self.current,
            standings,
            self.heartbeats,
            results,
        )
        self.services = services

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run Bosco; leaving the block kills it."""
        task = asyncio.create_task(self.probes.run())
        await self.clock.sleep(timedelta(milliseconds=1))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def until(self, text: str) -> None:
        """Wait for a time of the clock: `08:15`, `03-29 02:00`, in UTC."""
        now = self.clock.read()
        day, _, time = text.rpartition(" ")
        written = f"{now.year}-{day}" if day else f"{now:%Y-%m-%d}"
        at = datetime.fromisoformat(f"{written} {time}").replace(tzinfo=UTC)
        assert at > now, f"{text} has passed"
        await self.clock.sleep_until(at)

    async def lines(self) -> list[str]:
        """Return the journal, a sentence for each line, with its time."""
        found = await self.store.read(lambda tx: tx.run(select(waiting).order_by(waiting.c.number)).all())
        return [self._told(row) for row in found]

    def _told(self, row: Any) -> str:
        import msgspec

        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row.at)
        values = msgspec.json.decode(row.data) if row.data else {}
        values = {name: value for name, value in values.items() if isinstance(value, str | int)}
        values = {name: value[:16] if name in ("start", "end") else value for name, value in values.items()}
        return f"{at:%H:%M} {SAYINGS[row.what].text.format_map({**values, 'why': row.why})}"

    async def gap_lines(self) -> list[str]:
        """Return the lines that tell of an absence."""
        return [line for line in await self.lines() if "saw nothing" in line]

    async def spans(self, name: str) -> list[Interval]:
        """Return the intervals of a probe."""
        return await self.probes.intervals([name], datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))

    async def facts(self) -> list[str]:
        """Return the facts that were published, in order."""
        found = await self.store.read(
            lambda tx: tx.run(select(outbox.c.key, outbox.c.body).order_by(outbox.c.place)).all()
        )
        return [f"{row.key} {row.body.get('probe') or row.body.get('service') or ''}".strip() for row in found]
