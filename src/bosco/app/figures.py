"""Bosco's own figures in the text that Prometheus reads."""

from collections.abc import Iterable
from itertools import groupby

import psutil

from bosco.kit.marks import Gauge

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def process_figures(process: psutil.Process) -> list[Gauge]:
    """Return what this process uses."""
    with process.oneshot():
        spent = process.cpu_times()
        return [
            Gauge("process_cpu_seconds_total", "CPU time of this process.", spent.user + spent.system, counts=True),
            Gauge("process_resident_memory_bytes", "Memory of this process.", process.memory_info().rss),
            Gauge("process_start_time_seconds", "When this process started, since 1970.", process.create_time()),
            Gauge("process_open_fds", "Files and sockets that this process holds.", process.num_fds()),
        ]


def exposition(gauges: Iterable[Gauge]) -> str:
    """Return the figures as text, those of one name together."""
    lines: list[str] = []
    for name, several in groupby(sorted(gauges, key=lambda one: one.name), key=lambda one: one.name):
        group = list(several)
        lines.append(f"# HELP {name} {group[0].help}")
        lines.append(f"# TYPE {name} {'counter' if group[0].counts else 'gauge'}")
        lines.extend(f"{name}{_labels(one)} {one.value!r}" for one in group)
    return "\n".join(lines) + "\n"


def _labels(one: Gauge) -> str:
    inside = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in one.labels)
    return f"{{{inside}}}" if inside else ""
