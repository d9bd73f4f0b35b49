"""A thousand HTTP probes each 20 s: CPU for each check and memory, beside Prometheus with the blackbox exporter."""

import contextlib
import multiprocessing
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.checks import HOSTS, _free_port, _target
from bench.schedule import cpu, figures, running

SIZE, EVERY = 1_000, 20
HANGING = 10
# Every target is looked at before anything is measured, and once while it is; what hangs has been told as down by then.
WARM_UP, WARM_UP_HANGING, SECONDS = 22, 48, 20
EXPORTER, PROMETHEUS = "prometheus-blackbox-exporter", "prometheus"
MODULES = "modules: {health: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}}\n"


@dataclass(frozen=True)
class Found:
    """What one side used: checks, seconds of CPU, resident memory; and what it says of how late it was."""

    checks: float
    cpu: float
    memory: int
    late: str = ""


def _urls(port: int, *, hanging: bool) -> list[str]:
    paths = ["hang" if hanging and number % HANGING == 0 else "health" for number in range(SIZE)]
    return [f"http://{HOSTS[at % len(HOSTS)]}:{port}/{path}?{at}" for at, path in enumerate(paths)]


def _memory(pids: Sequence[int]) -> int:
    found = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                found += int(line.split()[1]) * 1024
    return found


def _bosco(port: int, *, hanging: bool) -> Found:
    lines = "".join(
        f"  p{number}: {{http: '{url}', every: {EVERY}s, timeout: 5s, expect: {{health: no}}}}\n"
        for number, url in enumerate(_urls(port, hanging=hanging))
    )
    with running(f"plan: Bench\nprobes:\n{lines}") as (pid, address):
        time.sleep(WARM_UP_HANGING if hanging else WARM_UP)
        before, used = figures(address)["bosco_looks_total"], cpu(pid)
        time.sleep(SECONDS)
        told = figures(address)
        late = 1000 * told['bosco_look_lateness_seconds{quantile="0.99"}']
        return Found(told["bosco_looks_total"] - before, cpu(pid) - used, _memory([pid]), f"late p99 {late:.1f} ms")


@contextlib.contextmanager
def _peers(folder: Path, urls: Sequence[str]) -> Iterator[tuple[list[int], str] | None]:
    """Run Prometheus and the exporter; yield their processes and Prometheus's address, or None without them."""
    programs = shutil.which(EXPORTER), shutil.which(PROMETHEUS)
    if None in programs:
        yield None
        return
    door, own = _free_port(), _free_port()
    (folder / "modules.yml").write_text(MODULES)
    targets = "".join(f"        - {url}\n" for url in urls)
    (folder / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {EVERY}s, scrape_timeout: 6s}}\nscrape_configs:\n"
        "  - job_name: watch\n    metrics_path: /probe\n    params: {module: [health]}\n"
        f"    static_configs:\n      - targets:\n{targets}"
        "    relabel_configs:\n"
        "      - {source_labels: [__address__], target_label: __param_target}\n"
        "      - {source_labels: [__param_target], target_label: instance}\n"
        f"      - {{target_label: __address__, replacement: '127.0.0.1:{door}'}}\n"
    )
    commands = (
        [str(programs[0]), f"--config.file={folder / 'modules.yml'}", f"--web.listen-address=127.0.0.1:{door}"],
        [
            str(programs[1]),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{own}",
        ],
    )
    processes = [
        subprocess.Popen([*command, "--log.level=error"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        yield [process.pid for process in processes], f"http://127.0.0.1:{own}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _prometheus(port: int, *, hanging: bool) -> Found | None:
    with tempfile.TemporaryDirectory() as name, _peers(Path(name), _urls(port, hanging=hanging)) as peers:
        if peers is None:
            return None
        pids, address = peers
        time.sleep(WARM_UP + 3)
        used = sum(cpu(pid) for pid in pids)
        time.sleep(SECONDS)
        used = sum(cpu(pid) for pid in pids) - used
        query = urllib.request.urlopen(f"{address}/api/v1/query?query=count(probe_success)").read().decode()
        seen = int(query.rsplit('"', 2)[1]) if "value" in query else 0
        return Found(seen * SECONDS / EVERY, used, _memory(pids))


def _told(name: str, found: Found) -> None:
    each = 1000 * found.cpu / max(found.checks, 1)
    print(
        f"    {name:34} {found.checks / SECONDS:6.1f} checks/s  {each:5.2f} ms CPU each"
        f"  {found.memory / 1e6:5.0f} MB  {found.late}"
    )


def main() -> None:
    """Print CPU for each check and memory, and the ratios to the peers' where they are installed."""
    port = _free_port()
    target = multiprocessing.get_context("spawn").Process(target=_target, args=(port,), daemon=True)
    target.start()
    print(f"watching: {SIZE:,} HTTP probes each {EVERY} s, results stored, pages served; the whole of each side")
    try:
        for hanging in (False, True):
            print(f"  {'1 target in ' + str(HANGING) + ' hangs' if hanging else 'every target answers'}:")
            ours, theirs = _bosco(port, hanging=hanging), _prometheus(port, hanging=hanging)
            _told("Bosco", ours)
            if theirs is None:
                print(f"    {EXPORTER} and {PROMETHEUS} are not installed: no ratio")
                continue
            _told("Prometheus and blackbox exporter", theirs)
            each = (theirs.cpu / max(theirs.checks, 1)) / (ours.cpu / max(ours.checks, 1))
            print(f"    {'':34} {each:.2f} x less CPU, {theirs.memory / ours.memory:.2f} x less memory")
    finally:
        target.terminate()
        target.join(5)


if __name__ == "__main__":
    main()
