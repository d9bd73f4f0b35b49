"""HTTP checks a second on one core, and CPU for each: the http kind beside Debian's blackbox exporter, same run."""

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import resource
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from bosco.kit.clock import RealClock
from bosco.kit.net import RealNet
from bosco.kit.processes import RealProcesses
from bosco.plan.load import load_texts
from bosco.plan.secrets import Secrets
from bosco.probes.kind import Eyes
from bosco.probes.look import look
from bosco.probes.section import PROBES
from bosco.services.section import SERVICES

SECONDS = 3.0
WARM_UP = 1.0
ROUNDS = 3
AT_ONCE = 512
LIMIT = 1.0
HANGING = 10
# Several addresses of this machine, so that the ports of one do not run out.
HOSTS = [f"127.0.0.{last}" for last in range(1, 9)]
BODY = (
    b'{"status":"healthy","timestamp":"2026-01-01T00:00:00Z","service":"auth-service","version":"1.4.2","checks":'
    b'{"database":"healthy","redis":"healthy","memory":{"rss":61000000,"heapUsed":23000000},"uptime":12.5}}'
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
    len(BODY),
    BODY,
)
VARIANTS = {
    "status": "status 2xx",
    "judged": "status, body judged",
    "hanging": f"status 2xx, 1 target in {HANGING} hangs {LIMIT:g} s",
}
OPTIONS = {
    "status": "expect: {health: no}",
    "judged": "expect: {status: 200, json: {status: healthy}}",
    "hanging": "expect: {health: no}",
}
MODULES = """modules:
  status: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4}}
  hanging: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4}}
  judged:
    prober: http
    timeout: 1s
    http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ['"status":"healthy"']}
"""


def _core(number: int) -> set[int]:
    cores = sorted(os.sched_getaffinity(0))
    return {cores[number % len(cores)]}


def _alone(core: int) -> None:
    """Stay on one core, if there are several, and may open many files."""
    os.sched_setaffinity(0, _core(core))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


class _Answers(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        if b" /hang" not in data[:10]:
            self.transport.write(ANSWER)
            self.transport.close()


def _target(port: int) -> None:
    _alone(0)

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for host in HOSTS:
            await loop.create_server(_Answers, host, port, backlog=4096)
        await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve())


def _urls(variant: str, port: int) -> Iterator[str]:
    for number, host in zip(itertools.count(), itertools.cycle(HOSTS), strict=False):
        hangs = variant == "hanging" and number % HANGING == 0
        yield f"http://{host}:{port}/{'hang' if hangs else 'health'}"


async def _drive(one: Callable[[], Awaitable[bool]], cpu: Callable[[], float]) -> tuple[int, float, float, int]:
    """Keep so many under way and return how many ended in the measured time, the time, the CPU, and the failures."""
    ended = failed = 0
    over = False

    async def keep_on() -> None:
        nonlocal ended, failed
        while not over:
            right = await one()
            ended, failed = ended + 1, failed + (not right)

    tasks = [asyncio.ensure_future(keep_on()) for _ in range(AT_ONCE)]
    await asyncio.sleep(WARM_UP)
    count, wrong, used, began = ended, failed, cpu(), time.perf_counter()
    await asyncio.sleep(SECONDS)
    found = ended - count, time.perf_counter() - began, cpu() - used, failed - wrong
    over = True
    await asyncio.gather(*tasks)
    return found


def _bosco(variant: str, port: int, out: Connection) -> None:
    _alone(1)
    clock = RealClock()
    eyes = Eyes(RealNet(clock), RealProcesses(clock), clock, Secrets(None, {}), timedelta(seconds=LIMIT))
    urls = itertools.islice(_urls(variant, port), HANGING * len(HOSTS))
    lines = "".join(f"- {{http: '{url}', {OPTIONS[variant]}}}\n" for url in urls)
    plan = load_texts({"plan.yml": f"probes:\n{lines}"}, [PROBES, SERVICES]).plan
    assert plan is not None
    probes = itertools.cycle([probe.look for probe in plan[PROBES].values()])

    async def one() -> bool:
        return (await look(next(probes), eyes)).reading.outcome == "up"

    out.send(uvloop.run(_drive(one, time.process_time)))


def _aiohttp(variant: str, port: int, out: Connection) -> None:

    _alone(1)

    async def story() -> tuple[int, float, float, int]:
        trace, urls = aiohttp.TraceConfig(), _urls(variant, port)

        async def note(*_: object) -> None:
            time.monotonic()

        for name in ("request_start", "connection_create_end", "request_headers_sent", "request_end"):
            getattr(trace, f"on_{name}").append(note)
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        timeout = aiohttp.ClientTimeout(total=LIMIT)
        async with aiohttp.ClientSession(connector=connector, trace_configs=[trace], timeout=timeout) as session:

            async def one() -> bool:
                try:
                    async with session.get(next(urls)) as answer:
                        return b"healthy" in await answer.read() and answer.status == 200
                except (TimeoutError, aiohttp.ClientError):
                    return False

            return await _drive(one, time.process_time)

    out.send(uvloop.run(story()))


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _exporter(variant: str, port: int, out: Connection, pid: int, door: int) -> None:
    _alone(0)

    async def story() -> tuple[int, float, float, int]:
        urls = _urls(variant, port)
        free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

        async def one() -> bool:
            reader, writer = free.pop() if free else await asyncio.open_connection("127.0.0.1", door)
            target = f"/probe?module={variant}&target={next(urls)}"
            writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"content-length:" in head:
                body = await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            else:
                body = b""
                while size := int(await reader.readline(), 16):
                    body += (await reader.readexactly(size + 2))[:-2]
                await reader.readline()
            free.append((reader, writer))
            return b"probe_success 1" in body

        return await _drive(one, lambda: _cpu_of(pid))

    out.send(uvloop.run(story()))


def _in_process(work: Callable[..., None], *args: object) -> tuple[int, float, float, int]:
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=work, args=(*args[:2], there, *args[2:]))
    process.start()
    there.close()
    found: tuple[int, float, float, int] = here.recv()
    process.join()
    return found


@contextlib.contextmanager
def _blackbox(folder: Path) -> Iterator[tuple[int, int] | None]:
    """Run the exporter on one core; yield its process and port, or None where it is not installed."""
    program = shutil.which("prometheus-blackbox-exporter")
    if program is None:
        yield None
        return
    (folder / "modules.yml").write_text(MODULES)
    door = _free_port()
    command = [program, f"--config.file={folder / 'modules.yml'}", f"--web.listen-address=127.0.0.1:{door}"]
    process = subprocess.Popen(
        [*command, "--log.level=error"],
        env={**os.environ, "GOMAXPROCS": "1"},
        stderr=subprocess.DEVNULL,
    )
    os.sched_setaffinity(process.pid, _core(1))
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{door}/-/healthy"):
                break
            time.sleep(0.05)
        yield process.pid, door
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def _told(name: str, found: list[tuple[int, float, float, int]]) -> float:
    """Print one row and return the CPU that each check took."""
    rate = statistics.median(count / seconds for count, seconds, _, _ in found)
    each = statistics.median(cpu / max(count, 1) for count, _, cpu, _ in found)
    wrong = sum(failed for *_, failed in found) / max(1, sum(count for count, *_ in found))
    print(
        f"    {name:24} {rate:7.0f} checks/s  {each * 1e6:6.0f} µs CPU each"
        f"  = {1 / each if each else 0:7.0f}/s on a whole core  {wrong:6.1%} failed"
    )
    return each


def main() -> None:
    """Print checks a second and CPU for each, and the ratio to the exporter's where it is installed."""
    port = _free_port()
    target = multiprocessing.get_context("spawn").Process(target=_target, args=(port,), daemon=True)
    target.start()
    time.sleep(1.5)
    print(
        f"checks: fresh connections, {AT_ONCE} under way, median of {ROUNDS} rounds of {SECONDS:g} s each in turn,"
        " one core; target on the other"
    )
    try:
        with tempfile.TemporaryDirectory() as name, _blackbox(Path(name)) as exporter:
            for variant, says in VARIANTS.items():
                _compare(variant, says, port, exporter)
            if exporter is None:
                print("  prometheus-blackbox-exporter is not installed: no ratio")
    finally:
        target.terminate()
        target.join(5)


def _compare(variant: str, says: str, port: int, exporter: tuple[int, int] | None) -> None:
    ours, theirs, others = [], [], []
    for _ in range(ROUNDS):
        ours.append(_in_process(_bosco, variant, port))
        if variant == "status":
            others.append(_in_process(_aiohttp, variant, port))
        if exporter:
            theirs.append(_in_process(_exporter, variant, port, *exporter))
    print(f"  {says}:")
    own = _told("Bosco, http kind", ours)
    if others:
        other = _told("aiohttp alone", others)
        print(f"    {'':24} {other / own:.2f} x less CPU than aiohttp alone, which judges nothing")
    if theirs:
        peer = _told("blackbox exporter", theirs)
        rates = [statistics.median(count / seconds for count, seconds, _, _ in one) for one in (ours, theirs)]
        print(f"    {'':24} {rates[0] / rates[1]:.2f} x its checks, {peer / own:.2f} x less CPU than the exporter")


if __name__ == "__main__":
    main()
