"""Whether a host answers ICMP echoes, and how far away it is."""

import asyncio
import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from bosco.kit.net import NetFailed
from bosco.kit.units import Quantity
from bosco.kit.words import msg
from bosco.plan.condition import parse
from bosco.plan.part import PlanPart
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.conclude import conclude
from bosco.probes.expect import as_time
from bosco.probes.kind import Eyes, Kind, Reading

_APART = timedelta(milliseconds=50)
_TIMES = re.compile(r"time[=<]\s*(\d+(?:[.,]\d+)?)\s*ms", re.IGNORECASE)
_ALL_LOST = Levels(critical=parse(">= 100%"))


class PingExpect(PlanPart):
    """What share of the echoes may be lost, and how long they may take; both too much is degraded unless critical."""

    loss: Bound | Levels = _ALL_LOST
    time: Bound | Levels | None = None


class Ping(Kind):
    """Send some ICMP echoes and count the answers; where the system lets only its own `ping` do so, that one is asked.

    In the plan: {ping: gateway.internal, count: 5, expect: {loss: {warning: 20%, critical: 60%}, time: < 50ms}}
    """

    ping: str
    count: Annotated[int, Field(ge=1, le=20)] = 3
    ip: Literal["any", 4, 6] = "any"
    expect: PingExpect = Field(default_factory=PingExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Send the echoes one shortly after the other and wait for all of their answers."""
        address = (await eyes.net.resolve(self.ping, family=None if self.ip == "any" else self.ip))[0]
        patience = eyes.limit * 0.9 - _APART * self.count
        try:
            took = await self._echoes(eyes, address, patience)
        except NetFailed as failed:
            if failed.kind != "local":
                raise
            took = await self._asked_of_system(eyes, address, patience, failed)
        loss = 100 * (1 - len(took) / self.count)
        told = within("loss", Quantity(round(loss, 1), "%"), self.expect.loss, "degraded")
        measures = {"loss": loss}
        phases = {}
        if took:
            average = sum(took, timedelta(0)) / len(took)
            told += within("time", as_time(average.total_seconds()), self.expect.time, "degraded")
            milliseconds = [one.total_seconds() * 1000 for one in took]
            measures |= {"rtt_min": min(milliseconds), "rtt_max": max(milliseconds)}
            measures["rtt"] = average.total_seconds() * 1000
            phases["echo"] = average
        return conclude(told, phases=phases, measures=measures)

    async def _echoes(self, eyes: Eyes, address: str, patience: timedelta) -> list[timedelta]:
        async def one(turn: int) -> timedelta | None:
            await eyes.clock.sleep(_APART * turn)
            return await eyes.net.echo(address, patience=patience)

        try:
            async with asyncio.TaskGroup() as group:
                tries = [group.create_task(one(turn)) for turn in range(self.count)]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [took for each in tries if (took := each.result()) is not None]

    async def _asked_of_system(
        self, eyes: Eyes, address: str, patience: timedelta, failed: NetFailed
    ) -> list[timedelta]:
        seconds = max(1, int(patience.total_seconds()))
        command = ["ping", "-n", "-c", str(self.count), "-i", "0.2", "-W", str(seconds), "-w", str(seconds), address]
        try:
            ran = await eyes.processes.run(command, limit=patience + timedelta(seconds=1), environment={"LC_ALL": "C"})
        except OSError:
            raise failed from None
        if ran.status not in (0, 1):
            reason = ran.errors.decode("utf-8", "replace").strip()[:200]
            raise NetFailed(msg("the ping program could not look: {reason}", reason=reason), "local")
        found = _TIMES.findall(ran.output.decode("utf-8", "replace"))
        return [timedelta(milliseconds=float(one.replace(",", "."))) for one in found][: self.count]

    def target(self) -> str:
        """Return the host that is asked."""
        return self.ping
