"""How services and probes were on each of the last days, at the same cost after a year."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bosco.kit.marks import service
from bosco.probes.service import Probes
from bosco.services.days import Ask, DayBar, StateDays
from bosco.services.service import Services
from bosco.telemetry.telemetry import Telemetry

DAYS = 90


@service
class Days:
    """The days of services and of probes."""

    def __init__(self, telemetry: Telemetry, services: Services, probes: Probes) -> None:
        self._services = StateDays(telemetry, "service_days")
        self._probes = StateDays(telemetry, "probe_days")
        self._ask_services: Ask = services.intervals
        self._ask_probes: Ask = probes.intervals
        self._loading = asyncio.Lock()
        self._loaded = False

    async def of_services(self, names: Sequence[str], now: datetime, days: int = DAYS) -> dict[str, list[DayBar]]:
        """Return the last days of each service, today last."""
        await self._load()
        return await self._services.bars(names, days, now, self._ask_services)

    async def of_probes(self, names: Sequence[str], now: datetime, days: int = DAYS) -> dict[str, list[DayBar]]:
        """Return the last days of each probe, today last."""
        await self._load()
        return await self._probes.bars(names, days, now, self._ask_probes)

    async def _load(self) -> None:
        async with self._loading:
            if not self._loaded:
                await self._services.load()
                await self._probes.load()
                self._loaded = True
