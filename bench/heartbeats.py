"""How many durable pings a second the whole of Bosco takes, and how long each waits."""

import asyncio
import contextlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HEARTBEATS = 400
SECONDS = 6.0
CONNECTIONS = (1, 16, 64, 256)


def _plan() -> str:
    lines = ["plan: {en: Bench}", "probes:"]
    lines += [f'  job-{number}: {{heartbeat: 1h, key: "{_key(number)}"}}' for number in range(HEARTBEATS)]
    return "\n".join(lines)


def _key(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _running(folder: Path):
    plan, port = folder / "plan.yml", _free_port()
    plan.write_text(_plan())
    command = [sys.executable, "-m", "bosco", "up", "--plan", str(plan), "--data", str(folder / "data")]
    process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").status == 200:
                    break
            time.sleep(0.1)
        yield process, port
    finally:
        process.terminate()
        process.wait(20)


async def _pings(port: int, connections: int) -> tuple[int, list[float], int]:
    until, taken, wrong = time.perf_counter() + SECONDS, [], 0

    async def one(first: int) -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        number = first
        while time.perf_counter() < until:
            number = (number + connections) % HEARTBEATS
            began = time.perf_counter()
            writer.write(f"GET /ping/{_key(number)} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            taken.append(time.perf_counter() - began)
            wrong += b" 200 " not in head[:20]
        writer.close()

    await asyncio.gather(*(one(number) for number in range(connections)))
    return len(taken), taken, wrong


def main() -> None:
    """Print pings a second and waits, by the number of clients at once."""
    print(f"heartbeats: {HEARTBEATS} jobs, every answer durable (SQLite, synchronous=FULL), {SECONDS:g} s each")
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder)) as (process, port):
        for connections in CONNECTIONS:
            cpu = _cpu(process.pid)
            count, taken, wrong = asyncio.run(_pings(port, connections))
            used = _cpu(process.pid) - cpu
            cuts = statistics.quantiles(taken, n=100)
            print(
                f"  {connections:4} clients: {count / SECONDS:7.0f} pings/s  p50 {cuts[49] * 1000:6.1f} ms"
                f"  p99 {cuts[98] * 1000:6.1f} ms  {used / max(count, 1) * 1000:5.2f} ms CPU each  refused {wrong}"
            )


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    main()
