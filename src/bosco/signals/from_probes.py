"""What looks of probes tell of measures: those that the plan takes from a probe, and those that Bosco feeds itself."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from bosco.kit.numbers import Unreadable
from bosco.kit.units import convert
from bosco.plan.load import Plan
from bosco.probes.kind import Reading
from bosco.probes.section import PROBES, Probe
from bosco.signals.built_in import fed_by
from bosco.signals.section import SIGNALS, Signal, feeds_itself, unit_of

# The share of failed looks is that of the last minutes, and of so many looks at least.
ERRORS_OVER = timedelta(minutes=5)
FEWEST = 5
_MOST = 400
_MILLISECOND = timedelta(milliseconds=1)


class FromProbes:
    """Remembers the last looks at each probe, as far as the share of failures needs them."""

    def __init__(self) -> None:
        self._looks: dict[str, deque[tuple[datetime, bool]]] = {}

    def values(self, plan: Plan, name: str, at: datetime, reading: Reading) -> Iterator[tuple[str, float]]:
        """Return what one look tells, each measure in its own unit."""
        probe = plan[PROBES].get(name)
        if probe is None:
            return
        for measure, value in self._built_in(name, probe, at, reading):
            if feeds_itself(plan, measure):
                yield measure, value
        for measure, signal in plan[SIGNALS].items():
            if signal.kind == "probe" and getattr(signal, "probe", None) == name:
                taken = taken_from(reading, signal, unit_of(plan, measure))
                if taken is not None:
                    yield measure, taken

    def _built_in(self, name: str, probe: Probe, at: datetime, reading: Reading) -> Iterator[tuple[str, float]]:
        fed = fed_by(probe)
        answered = reading.outcome in ("up", "degraded")
        if "api_response_time" in fed and answered:
            yield "api_response_time", reading.took / _MILLISECOND
        if "error_rate" in fed and reading.outcome != "unknown":
            yield "error_rate", self._failed(name, at, reading.outcome == "down")
        if "network_latency" in fed:
            span = reading.phases.get("echo" if probe.kind == "ping" else "connect")
            if span is not None:
                yield "network_latency", span / _MILLISECOND
        if "cert_expiry" in fed and "certificate_days" in reading.measures:
            yield "cert_expiry", reading.measures["certificate_days"]
        if "database_connections" in fed and "connections" in reading.measures:
            yield "database_connections", reading.measures["connections"]

    def _failed(self, name: str, at: datetime, failed: bool) -> float:
        looks = self._looks.setdefault(name, deque(maxlen=_MOST))
        looks.append((at, failed))
        while len(looks) > FEWEST and looks[0][0] <= at - ERRORS_OVER:
            looks.popleft()
        return 100 * sum(failed for _, failed in looks) / len(looks)


def taken_from(reading: Reading, signal: Signal, unit: str) -> float | None:
    """Return what a signal takes from a look: its whole time, that of a phase, or something that it counted."""
    take = getattr(signal, "take", "time")
    if take in reading.measures:
        return reading.measures[take]
    span = reading.took if take == "time" else reading.phases.get(take)
    if span is None or (take == "time" and reading.outcome not in ("up", "degraded")):
        return None
    try:
        return convert(span / _MILLISECOND, "ms", unit)
    except Unreadable:
        return span / _MILLISECOND
