"""`query_range` of 7 days over 1,000 series, beside Debian's Prometheus with the same samples in the same run."""

import asyncio
import json
import resource
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import cramjam
import numpy as np
from tests.targets.prometheus_server import Prometheus, prometheus_server

from bosco.explore.queries import Queries
from bosco.kit.clock import RealClock
from bosco.signals.samples import Samples
from bosco.telemetry.telemetry import Telemetry

SERIES = 1000
SPAN = timedelta(days=7)
EVERY = 30
AT_ONCE = 120
ROUNDS = 3
QUERIES = (
    ("sum by (job) (rate(http_requests_total[5m]))", 600),
    ("sum by (job) (rate(http_requests_total[5m]))", 60),
    ("rate(http_requests_total[5m])", 1800),
    ("http_requests_total", 3600),
    ("sum(avg_over_time(http_requests_total[1h]))", 1800),
)


def labels_of(number: int) -> dict[str, str]:
    return {"__name__": "http_requests_total", "instance": f"host{number}", "job": f"job{number % 10}"}


def rounds(begin: int, end: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give the instants (seconds) and the values (an instant in each row) of one request after the other."""
    chance, total = np.random.default_rng(1), np.zeros(SERIES)
    for first in range(begin, end, EVERY * AT_ONCE):
        instants = np.arange(first, min(end, first + EVERY * AT_ONCE), EVERY)
        values = total + np.cumsum(chance.integers(0, 50, (len(instants), SERIES)), axis=0)
        total = values[-1]
        yield instants, values.astype(np.float64)


def message(number: int, stamps: bytes, values: np.ndarray) -> bytes:
    """Return the samples of one series as remote-write has them; all instants are equally long when written."""
    size = len(stamps) // len(values)
    rows = np.zeros((len(values), 12 + size), dtype=np.uint8)
    rows[:, 0], rows[:, 1], rows[:, 2] = 0x12, 10 + size, 0x09
    rows[:, 3:11] = values.astype("<f8").view(np.uint8).reshape(-1, 8)
    rows[:, 11] = 0x10
    rows[:, 12:] = np.frombuffer(stamps, np.uint8).reshape(len(values), size)
    head = b"".join(
        field(1, field(1, key.encode()) + field(2, value.encode())) for key, value in labels_of(number).items()
    )
    return field(1, head + rows.tobytes())


def field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(body)) + body


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def fill(judge: Prometheus, begin: int, end: int) -> None:
    for instants, values in rounds(begin, end):
        stamps = b"".join(varint(int(at) * 1000) for at in instants)
        body = b"".join(message(number, stamps, values[:, number]) for number in range(SERIES))
        headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
        packed = bytes(cramjam.snappy.compress_raw(body))
        request = urllib.request.Request(f"{judge.address}/api/v1/write", packed, headers)
        urllib.request.urlopen(request, timeout=60).close()


async def filled(folder: Path, begin: int, end: int) -> tuple[Telemetry, Queries]:
    clock = RealClock()
    telemetry = Telemetry(folder, clock)
    samples = Samples(telemetry, clock)
    await telemetry.open()
    await samples.load()
    places = np.array([samples.place(labels_of(number), "bench") for number in range(SERIES)])
    for instants, values in rounds(begin, end):
        times = np.repeat(instants * 1000, SERIES)
        await samples.append(np.tile(places, len(instants)), times, values.ravel())
    await telemetry.settle()
    return telemetry, Queries(samples, clock)


def theirs(judge: Prometheus, query: str, begin: int, end: int, step: int) -> bytes:
    form = urllib.parse.urlencode({"query": query, "start": begin, "end": end, "step": step}).encode()
    with urllib.request.urlopen(f"{judge.address}/api/v1/query_range", form, timeout=120) as answer:
        return bytes(answer.read())


def points(body: bytes) -> int:
    said = json.loads(body)
    rows = said.get("data", said)["result"]
    return sum(len(row["values"]) for row in rows)


@contextmanager
def taken(times: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    times.append(time.perf_counter() - began)


async def compare(folder: Path, judge: Prometheus) -> None:
    end = int(time.time()) // EVERY * EVERY
    begin = end - SPAN // timedelta(seconds=1)
    fill(judge, begin, end)
    telemetry, queries = await filled(folder, begin, end)
    print(
        f"{SERIES:,} series of {SPAN.days} days, a sample each {EVERY} s: {SERIES * (end - begin) // EVERY:,} samples"
    )
    for query, step in QUERIES:
        mine: list[float] = []
        other: list[float] = []
        for _ in range(ROUNDS):
            with taken(other):
                said = theirs(judge, query, begin, end, step)
            with taken(mine):
                told = await queries.told_over(query, (begin * 1000, end * 1000), step * 1000)
        assert points(told) == points(said)
        ours, judged = statistics.median(mine), statistics.median(other)
        print(
            f"  {query:45} step {step:5} s  {points(told):9,} points  Bosco {ours:6.2f} s  Prometheus {judged:6.2f} s  "
            f"Bosco / Prometheus {ours / judged:5.2f}"
        )
    print(f"  memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    await telemetry.close()


def main() -> None:
    """Print how long the same questions take here and there."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "judge").mkdir()
        for judge in prometheus_server(Path(folder) / "judge"):
            asyncio.run(compare(Path(folder) / "bosco", judge))


if __name__ == "__main__":
    main()
