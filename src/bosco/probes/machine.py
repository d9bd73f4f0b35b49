"""How this machine is: processor, memory, disks, load and network, as figures."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Sample:
    """Counters that only grow, at one instant; two of them make figures of the time in between."""

    busy: float
    total: float
    sent: int
    received: int


def sample() -> Sample:
    """Read the counters as they stand."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # What guests use is counted in `user` already.
    total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    network = psutil.net_io_counters()
    return Sample(total - idle, total, network.bytes_sent if network else 0, network.bytes_recv if network else 0)


def between(before: Sample, after: Sample, seconds: float) -> dict[str, float]:
    """Return what happened between two samples: how busy the processor was, how much went over the network."""
    total = after.total - before.total
    return {
        "cpu": 100 * max(0.0, min(1.0, (after.busy - before.busy) / total)) if total > 0 else 0.0,
        "network_sent": max(0, after.sent - before.sent) / seconds,
        "network_received": max(0, after.received - before.received) / seconds,
    }


def state() -> dict[str, float]:
    """Return figures of the present instant: shares in per cent, load for each processor."""
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    one, five, fifteen = psutil.getloadavg()
    processors = psutil.cpu_count() or 1
    return {
        "memory": 100 * (memory.total - memory.available) / memory.total if memory.total else 0.0,
        "memory_available": float(memory.available),
        "swap": float(swap.percent),
        "load": one / processors,
        "load_5": five / processors,
        "load_15": fifteen / processors,
        "processes": float(len(psutil.pids())),
    }


def disk(path: str) -> dict[str, float]:
    """Return how full the disk is that holds a path, as `df` counts: what only root may use is not free."""
    usage = psutil.disk_usage(path)
    return {f"disk {path}": float(usage.percent), f"disk {path} free": float(usage.free)}


def inodes(path: str) -> Iterator[tuple[str, float]]:
    """Yield what share of a disk's places for files is taken, where it has a number of them."""
    found = os.statvfs(path)
    if found.f_files:
        yield f"files {path}", 100 * (found.f_files - found.f_favail) / found.f_files
