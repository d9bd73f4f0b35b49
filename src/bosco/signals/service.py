"""Signals' engine: what is in memory of samples is taken up at the start, and let go of when it has ended."""

from datetime import timedelta

from bosco.kit.clock import Clock
from bosco.kit.marks import Gauge, engine, gauges, ready, service
from bosco.signals.measures import Measures
from bosco.signals.samples import Samples

TIDY_EVERY = timedelta(minutes=10)


@service
class Signals:
    """What arrives."""

    def __init__(self, samples: Samples, measures: Measures, clock: Clock) -> None:
        self.samples = samples
        self.measures = measures
        self._clock = clock

    @engine("signals")
    async def run(self) -> None:
        """Take up the series that live, then let go of those that end."""
        await self.samples.load()
        while True:
            await self._clock.sleep(TIDY_EVERY)
            self.samples.forget_ended()

    @ready("signals")
    async def not_ready(self) -> str | None:
        """Say that series are still being read."""
        return None if self.samples.is_loaded else "series are being read"

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell how many series live, and what was refused of whom."""
        register = self.samples.register
        return [
            Gauge("bosco_series", "Series of samples in memory.", len(register)),
            *(
                Gauge("bosco_series_refused_total", "Series over a source's limit.", count, (("source", name),), True)
                for name, count in register.refused.items()
            ),
        ]
