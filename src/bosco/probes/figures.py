"""The probes' own figures, for `/metrics`."""

from collections import Counter
from collections.abc import Iterable

from bosco.kit.marks import Gauge
from bosco.probes.kind import Outcome
from bosco.probes.schedule import Schedule
from bosco.probes.state import BY_RANK

# Bounds that the histogram is told by; the one in memory is finer.
TOLD = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def schedule_figures(schedule: Schedule, pings: int) -> list[Gauge]:
    """Return how the schedule does."""
    counts, lateness = schedule.counts, schedule.lateness
    late, about = "bosco_look_lateness_seconds", "How late looks begin."
    figures = [
        Gauge("bosco_looks_total", "Looks that were begun.", counts.looks, counts=True),
        Gauge("bosco_looks_skipped_total", "Instants that a longer look ran over.", counts.skipped, counts=True),
        Gauge("bosco_looks_broken_total", "Looks that broke inside Bosco.", counts.broken, counts=True),
        Gauge("bosco_looks_under_way", "Looks that are under way.", schedule.under_way),
        Gauge("bosco_absences_total", "Times in which Bosco slept or stood still.", counts.gaps, counts=True),
        Gauge("bosco_pings_total", "Heartbeats' pings taken since the start.", pings, counts=True),
        Gauge(f"{late}_sum", about, lateness.total, counts=True),
        Gauge(f"{late}_count", about, lateness.count, counts=True),
    ]
    buckets = [(f"{bound:g}", lateness.at_most(bound)) for bound in TOLD]
    for name, count in (*buckets, ("+Inf", lateness.count)):
        figures.append(Gauge(f"{late}_bucket", about, count, (("le", name),), counts=True))
    shares = [Gauge(late, about, lateness.percentile(share), (("quantile", f"{share:g}"),)) for share in (0.5, 0.99)]
    return figures + shares


def state_figures(states: Iterable[Outcome]) -> list[Gauge]:
    """Return how many probes are in which state."""
    count = Counter(states)
    return [
        Gauge("bosco_probes", "Probes by their state.", count[state], (("state", state),))
        for state in (*BY_RANK, "unknown")
    ]
