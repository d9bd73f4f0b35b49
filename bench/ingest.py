"""Remote-write of 24 hours into Bosco and into Prometheus: the same requests, one after the other, in the same run."""

import http.client
import os
import random
import signal
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cramjam
import psutil
from tests.running import running
from tests.signals.writes import block, varint
from tests.targets.prometheus_server import prometheus_server

SERIES, SENDERS = 4000, 4
STEP = 60_000
HOURS = int(os.environ.get("BENCH_HOURS", "24"))
# Senders stay this close to each other: Prometheus takes nothing that is much older than the newest.
TOGETHER = 20


@dataclass
class Outcome:
    samples: int
    seconds: float
    cpu: float
    disk: int
    memory: list[int]


def requests(sender: int, start: int) -> Iterator[bytes]:
    """Return one packed request for each minute: counters and gauges as programs have them."""
    chance = random.Random(sender)
    share = SERIES // SENDERS
    labels = [
        b"".join(
            block(1, block(1, name.encode()) + block(2, value.encode()))
            for name, value in (
                ("__name__", f"http_requests_{number * 20 // share}"),
                ("code", str(200 + number % 7)),
                ("instance", f"10.0.{sender}.{number % 50}:9100"),
                ("job", f"api-{sender}"),
                ("path", f"/v1/things/{number}"),
            )
        )
        for number in range(share)
    ]
    values = [float(chance.randint(0, 100_000)) for _ in range(share)]
    for minute in range(HOURS * 60):
        at = b"\x10" + varint(start + minute * STEP)
        made = bytearray()
        for number in range(share):
            # As targets tell them: the series of one metric together, half of the metrics counters.
            if number * 2 < share:
                values[number] += chance.randint(0, 30)
            elif minute % 3 == number % 3:
                values[number] = round(chance.gauss(50, 20), 2)
            made += block(1, labels[number] + block(2, b"\x09" + struct.pack("<d", values[number]) + at))
        yield bytes(cramjam.snappy.compress_raw(bytes(made)))


def send(port: int, path: str, headers: dict[str, str], process: psutil.Process, start: int) -> tuple[float, list[int]]:
    """Send everything from several senders, and return how long that took, and the memory at each quarter."""
    line, memory, spent = threading.Barrier(SENDERS), list[int](), [0.0] * SENDERS

    def one(sender: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for minute, body in enumerate(requests(sender, start)):
            if minute % TOGETHER == 0:
                line.wait()
            began = time.perf_counter()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
            spent[sender] += time.perf_counter() - began
            assert answer.status in (200, 204), (answer.status, told)
            if sender == 0 and minute % (HOURS * 15) == HOURS * 15 - 1:
                memory.append(process.memory_info().rss)

    threads = [threading.Thread(target=one, args=(sender,)) for sender in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(spent) / SENDERS, memory


HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def into_bosco(folder: Path, start: int) -> Outcome:
    with running(folder, "plan: Bench\n") as bosco:
        process = psutil.Process(bosco.process.pid)
        used = sum(process.cpu_times()[:2])
        headers = {**HEADERS, "Authorization": f"Bearer {bosco.token}"}
        took, memory = send(bosco.port, "/api/v1/write", headers, process, start)
        used = sum(process.cpu_times()[:2]) - used
        bosco.stop()
        disk = sum(path.stat().st_size for path in (folder / "data").glob("telemetry.duckdb*"))
    return Outcome(SERIES * HOURS * 60, took, used, disk, memory)


def into_prometheus(folder: Path, start: int) -> Outcome:
    for server in prometheus_server(folder):
        port = int(server.address.rpartition(":")[2])
        [process] = [one for one in psutil.Process().children() if "prometheus" in one.name()]
        used = sum(process.cpu_times()[:2])
        took, memory = send(port, "/api/v1/write", HEADERS, process, start)
        used = sum(process.cpu_times()[:2]) - used
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        return Outcome(SERIES * HOURS * 60, took, used, size(folder / "data"), memory)
    raise AssertionError("no prometheus")


def main() -> None:
    """Print both, and the ratios."""
    start = int(time.time() * 1000) - HOURS * 3_600_000
    found = {}
    for name, into in (("prometheus", into_prometheus), ("bosco", into_bosco)):
        with tempfile.TemporaryDirectory() as folder:
            found[name] = one = into(Path(folder), start)
        rss = " → ".join(f"{size / 2**20:.0f}" for size in one.memory)
        print(
            f"  {name:11} {one.samples / one.seconds:10,.0f} samples/s   {one.samples / one.cpu:10,.0f} a CPU second   "
            f"{one.disk / one.samples:5.2f} bytes a sample   memory by quarters {rss} MB",
            flush=True,
        )
    ours, theirs = found["bosco"], found["prometheus"]
    print(f"  rate beside Prometheus:  {theirs.seconds / ours.seconds:.2f} (by CPU {theirs.cpu / ours.cpu:.2f})")
    print(f"  disk beside Prometheus:  {ours.disk / theirs.disk:.2f}")
    print(f"  memory, last quarter / first: {ours.memory[-1] / ours.memory[0]:.2f}")


if __name__ == "__main__":
    main()
