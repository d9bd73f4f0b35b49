"""What Bosco takes while little happens: memory and processor with an average plan, at its first start and the next."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

PLANS = Path(__file__).resolve().parent.parent / "plans"
SETTLES, LASTS = 45.0, 60.0
MOST_MEMORY, MOST_PROCESSOR = 150, 1.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _look(plan: Path, data: Path) -> tuple[float, float, float]:
    """Run it for a while; return its resident memory and what is its own of that, in MB, and its share of a core."""
    port = _free_port()
    command = [sys.executable, "-m", "bosco", "up", "--plan", str(plan), "--data", str(data), "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").status == 200:
                    break
            time.sleep(0.1)
        time.sleep(SETTLES)
        process = psutil.Process(running.pid)
        before, began = _spent(process), time.monotonic()
        time.sleep(LASTS)
        share = 100 * (_spent(process) - before) / (time.monotonic() - began)
        memory = process.memory_full_info()
        lines = Path(f"/proc/{running.pid}/smaps_rollup").read_text().splitlines()[1:]
        own = sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
        return memory.rss / 2**20, own / 2**10, share
    finally:
        running.terminate()
        running.wait(20)


def main() -> None:
    """Print the table."""
    print(
        f"  {'':<22}  {'resident':>8}  {'own':>7}  {'processor':>9}   (of {MOST_MEMORY} MB and {MOST_PROCESSOR:.0f} %)"
    )
    with tempfile.TemporaryDirectory() as folder:
        for plan in ("zenbilling", "cesizen"):
            for start in ("first start", "next start"):
                resident, own, share = _look(PLANS / plan, Path(folder) / plan)
                print(f"  {plan + ', ' + start:<22}  {resident:>5.0f} MB  {own:>4.0f} MB  {share:>7.2f} %", flush=True)
