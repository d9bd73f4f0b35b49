"""The signals to look at around the start of a case: measures, metrics of its services, answers of their probes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bosco.incidents.correlate import USUAL, Curve
from bosco.kit.words import msg, say
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan
from bosco.probes.results import ProbeResults
from bosco.probes.section import PROBES, probe_name
from bosco.promql.source import NAME, Series
from bosco.signals.labels import key_of, labels_of, name_of, say_key
from bosco.signals.latest import Places
from bosco.signals.samples import Samples
from bosco.signals.section import measure_name, unit_of

# So many are read in a moment; those that the plan names and those of the services in question come first.
MOST_CURVES = 1000
MOST_PROBES = 40
POINTS = 400
_COUNTS = ("_total", "_count", "_sum")
# Each bucket of a histogram tells what its sum and its count tell.
_LEFT_OUT = ("_bucket", "_created", "_info")


async def curves_around(
    samples: Samples, results: ProbeResults, plan: Plan, services: Sequence[str], start: datetime, end: datetime
) -> list[Curve]:
    """Return the signals between two instants, and for an hour before, in which is what is usual."""
    since = start - USUAL
    places = await _chosen(samples, plan, services)
    told = await samples.of(places, _milliseconds(since), _milliseconds(end))
    found = [_curve(plan, samples, one) for one in told]
    for name in _probes_of(plan, services):
        looks = await results.series(name, since, end, POINTS)
        label = str(say(msg("{probe}: time to answer", probe=probe_name(plan, name)), plan[LANGUAGE]))
        found.append(_answers(f"probe:{name}", label, looks.at, looks.mean))
    return found


async def _chosen(samples: Samples, plan: Plan, services: Sequence[str]) -> Places:
    await samples.load()
    found = (await samples.find([])).tolist()
    wanted = set(services)

    def rank(place: int) -> tuple[int, int]:
        if samples.register.own[place]:
            return 0, place
        labels = labels_of(samples.register.key(place))
        return (1 if wanted & set(labels.values()) else 2), place

    kept = [place for place in found if not name_of(samples.register.key(place)).endswith(_LEFT_OUT)]
    return np.array(sorted(kept, key=rank)[:MOST_CURVES], dtype=np.int64)


def _curve(plan: Plan, samples: Samples, series: Series) -> Curve:
    labels = dict(series.labels)
    metric = labels.get(NAME, "")
    counts = metric.endswith(_COUNTS)
    unit = unit_of(plan, metric) or samples.told_unit(metric)
    values = per_second(series.times, series.values) if counts else series.values
    query = say_key(key_of(labels.items()))
    if len(labels) == 1:
        label = str(say(measure_name(plan, metric), plan[LANGUAGE]))
        query = metric
    else:
        label = query
    return Curve(
        query, label, series.times, values, f"{unit}/s" if counts and unit else unit or ("/s" if counts else "")
    )


def per_second(times: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how fast a count grows; one that begins anew begins from nought."""
    made = np.full(len(values), np.nan)
    if len(values) < 2:
        return made
    grown, spans = np.diff(values), np.diff(times) / 1000
    grown = np.where(grown < 0, values[1:], grown)
    made[1:] = grown / np.maximum(spans, 1e-3)
    return made


def _probes_of(plan: Plan, services: Sequence[str]) -> list[str]:
    order = {name: at for at, name in enumerate(services)}
    known = [name for name, probe in plan[PROBES].items() if probe.service in order]
    return sorted(known, key=lambda name: order.get(str(plan[PROBES][name].service), 0))[:MOST_PROBES]


def _answers(name: str, label: str, at: Iterable[float], mean: Iterable[float | None]) -> Curve:
    times = np.array([round(one * 1000) for one in at], dtype=np.int64)
    values = np.array([np.nan if one is None else one for one in mean], dtype=np.float64)
    return Curve(name, label, times, values, "ms")


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
