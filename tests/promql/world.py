"""Samples with everything that happens to samples: resets, gaps, odd values, ends and beginnings, histograms."""

import random
from collections.abc import Callable

import numpy as np

from bosco.promql.source import NAME, STALE, Series

# A Monday morning in winter; samples lie a second and a bit beside full minutes, and some exactly on them.
START = 1_772_438_400_000
SPAN = 3 * 3_600_000
STEP = 15_000


def world(seed: int = 7) -> list[Series]:
    """Return the same series at every run."""
    chance = random.Random(seed)
    made = [
        *_counters(chance),
        *_gauges(chance),
        *_buckets(chance),
        *_odd(chance),
        *_pairs(chance),
    ]
    return [one for one in made if len(one.times)]


def _series(name: str, times: list[int], values: list[float], **labels: str) -> Series:
    return Series({NAME: name, **labels}, np.array(times, dtype=np.int64), np.array(values, dtype=np.float64))


def _times(chance: random.Random, aligned: bool = False, step: int = STEP) -> list[int]:
    late = 0 if aligned else chance.randrange(1, step)
    return [START + late + at for at in range(0, SPAN, step)]


def _broken(chance: random.Random, one: Series) -> Series:
    """Take samples away, some after a marker that says so."""
    times, values = one.times.tolist(), one.values.tolist()
    kept = np.ones(len(times), dtype=bool)
    for _ in range(chance.randrange(1, 4)):
        begin = chance.randrange(len(times))
        end = min(len(times), begin + chance.randrange(2, 80))
        kept[begin + 1 : end] = False
        if chance.random() < 0.6:
            values[begin] = STALE
    # An array from the start: a list would pass the marker through Python's own float and may lose its bits.
    held = one.values.copy()
    for place, value in enumerate(values):
        if value is STALE:
            held[place] = STALE
    return Series(one.labels, one.times[kept], held[kept])


def _counters(chance: random.Random) -> list[Series]:
    found = []
    for number in range(8):
        times = _times(chance, aligned=number % 3 == 0)
        total, values = float(chance.randrange(1000)), []
        for _ in times:
            total += chance.choice([0, 0, 1, 2, 5, 0.5, 40])
            if chance.random() < 0.01:
                total = float(chance.randrange(3))
            values.append(total)
        labels = {
            "job": "api" if number % 2 else "web",
            "instance": f"host{number // 2}",
            "code": f"{200 + number % 3}",
        }
        one = _series("requests_total", times, values, **labels)
        found.append(_broken(chance, one) if number > 2 else one)
    return found


def _gauges(chance: random.Random) -> list[Series]:
    found = []
    shapes: list[Callable[[int], float]] = [
        lambda at: 20 + 5 * np.sin(at / 20),
        lambda at: 100 - at / 10,
        lambda at: chance.gauss(0, 3),
        lambda at: float(chance.randrange(4)),
        lambda at: 7.25,
        lambda at: 1e9 + chance.random(),
    ]
    for number, shape in enumerate(shapes):
        times = _times(chance, aligned=number % 2 == 0, step=STEP if number < 4 else 60_000)
        values = [float(shape(at)) for at in range(len(times))]
        one = _series("temperature", times, values, room=f"r{number}", floor=str(number % 2), job="web")
        found.append(_broken(chance, one) if number % 2 else one)
    return found


def _buckets(chance: random.Random) -> list[Series]:
    found = []
    edges = ["0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"]
    for instance in ("host0", "host1", "host2"):
        times = _times(chance, aligned=instance == "host0")
        totals = np.zeros(len(edges))
        columns: list[list[float]] = [[] for _ in edges]
        for _ in times:
            if chance.random() < 0.005:
                totals[:] = 0
            for _ in range(chance.randrange(4)):
                took = chance.expovariate(3)
                totals += [took <= float(edge) for edge in edges]
            for column, total in zip(columns, totals.tolist(), strict=True):
                column.append(total)
        for edge, column in zip(edges, columns, strict=True):
            if instance == "host2" and edge == "+Inf":
                continue
            one = _series("took_bucket", times, column, instance=instance, job="api", le=edge)
            found.append(_broken(chance, one) if instance == "host1" and edge == "0.5" else one)
    return found


def _odd(chance: random.Random) -> list[Series]:
    odd = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 1e100, 5e-100, 1.0, -2.5]
    found = []
    for number in range(3):
        times = _times(chance, step=60_000)
        found.append(_series("odd", times, [chance.choice(odd) for _ in times], n=str(number)))
    times = _times(chance, aligned=True, step=60_000)
    found.append(_series("odd", times, [chance.choice([1.0, float("nan")]) for _ in times], n="3"))
    found.append(_series("once", times[60:61], [42.0], job="api"))
    return found


def _pairs(chance: random.Random) -> list[Series]:
    times = _times(chance, aligned=True, step=30_000)
    sizes = [
        _series("size", times, [chance.uniform(1, 9) for _ in times], job=job, instance=instance)
        for job in ("api", "web")
        for instance in ("host0", "host1", "host2")
    ]
    owners = [_series("owner", times, [1.0 for _ in times], job=job, team=f"team-{job}") for job in ("api", "web")]
    # Two that take turns, and two at once for one job.
    half = len(times) // 2
    turns = [
        _series("turn", times[:half], [1.0] * half, job="api", half="a"),
        _series("turn", times[half + 12 :], [2.0] * (len(times) - half - 12), job="api", half="b"),
    ]
    twice = [_series("twice", times, [1.0] * len(times), job="api", n=str(number)) for number in range(2)]
    return [*sizes, *owners, *turns, *twice]
