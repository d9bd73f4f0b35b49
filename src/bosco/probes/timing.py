"""How long something took, and what it may take: the expectation that every kind shares."""

from datetime import timedelta

from bosco.kit.clock import Clock
from bosco.plan.part import PlanPart
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.expect import as_time
from bosco.probes.kind import Expectation


class TimeExpect(PlanPart):
    """What is expected of the time that everything takes together; too slow is degraded."""

    time: Bound | Levels | None = None

    def judge_time(self, took: timedelta) -> list[Expectation]:
        """Hold the time against what was expected of it."""
        return within("time", as_time(took.total_seconds()), self.time, "degraded")


class Stopwatch:
    """Times what a kind does step by step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = self._last = clock.monotonic()
        self.phases: dict[str, timedelta] = {}

    def lap(self, step: str) -> None:
        """Call the time since the last lap by the name of a step."""
        now = self._clock.monotonic()
        self.phases[step] = timedelta(seconds=now - self._last)
        self._last = now

    @property
    def total(self) -> timedelta:
        """Return the time since the beginning."""
        return timedelta(seconds=self._clock.monotonic() - self._began)
