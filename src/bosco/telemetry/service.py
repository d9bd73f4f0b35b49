"""Telemetry's own figures, and whether it can be written."""

from bosco.kit.marks import Gauge, gauges, ready, service
from bosco.telemetry.telemetry import Telemetry


@service
class TelemetryHealth:
    """Tells how the telemetry store is."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell rows, commits, sizes and what was lost."""
        return self._telemetry.stats().gauges()

    @ready("telemetry")
    async def not_ready(self) -> str | None:
        """Say why rows cannot be written at the moment."""
        return None if self._telemetry.trouble is None else str(self._telemetry.trouble.says)
