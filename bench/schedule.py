"""How late looks begin: 100, 1,000 and 10,000 probes each minute, one in ten of their targets hanging."""

import asyncio
import contextlib
import multiprocessing
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

SIZES = (100, 1_000, 10_000)
# A quarter of the minute shows the same rate as the whole of it.
SECONDS = 15
HANGING = 10


async def _serve(port: int) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            if b" /hang" in head[:20]:
                await reader.read()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port, backlog=4096) as server:
        await server.serve_forever()


def _target(port: int) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(port))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plan_of(size: int, port: int) -> str:
    """Return a plan of that many probes, each minute, one in ten of which will never be answered."""
    lines = ["plan: {en: Bench}", "probes:"]
    for number in range(size):
        path = "hang" if number % HANGING == 0 else "ok"
        lines.append(f"  p{number}: {{http: 'http://127.0.0.1:{port}/{path}', every: 1m, timeout: 10s}}")
    return "\n".join(lines)


@contextlib.contextmanager
def running(plan: str, data: Path | None = None) -> Iterator[tuple[int, str]]:
    """Run the whole of Bosco with that plan, on a new data folder or that one; yields its process and address."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        (folder / "plan.yml").write_text(plan)
        command = [sys.executable, "-m", "bosco", "up", "--plan", str(folder / "plan.yml")]
        command += ["--data", str(data or folder / "data"), "--port", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    if urllib.request.urlopen(f"{address}/readyz").status == 200:
                        break
                time.sleep(0.1)
            yield process.pid, address
        finally:
            process.terminate()
            process.wait(30)


def figures(address: str) -> dict[str, float]:
    """Return Bosco's own figures."""
    text = urllib.request.urlopen(f"{address}/metrics").read().decode()
    return {name: float(value) for name, value in re.findall(r"^(bosco_look[^ ]*) (\S+)$", text, re.MULTILINE)}


def cpu(pid: int) -> float:
    """Return how many seconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Print how late looks begin, by the number of probes."""
    port = _free_port()
    target = multiprocessing.get_context("spawn").Process(target=_target, args=(port,), daemon=True)
    target.start()
    print(f"schedule: the whole of Bosco, HTTP probes each minute, 1 in {HANGING} hangs for 10 s, {SECONDS} s measured")
    first = 0.0
    try:
        for size in SIZES:
            with running(plan_of(size, port)) as (pid, address):
                used = cpu(pid)
                time.sleep(SECONDS)
                found, used = figures(address), cpu(pid) - used
            late, looks = found['bosco_look_lateness_seconds{quantile="0.99"}'], found["bosco_looks_total"]
            first = first or late
            middle = found['bosco_look_lateness_seconds{quantile="0.5"}']
            print(
                f"  {size:6} probes: late p50 {middle * 1000:6.1f} ms  p99 {late * 1000:6.1f} ms"
                f"  ({late / first:4.1f} x the first)  {looks / SECONDS:6.1f} looks/s  {used / SECONDS:5.1%} of a core"
            )
    finally:
        target.terminate()
        target.join(5)


if __name__ == "__main__":
    main()
