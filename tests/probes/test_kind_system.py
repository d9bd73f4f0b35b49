"""The system kind, on this very machine, and on containers as the kernel writes them."""

from pathlib import Path

import pytest
from tests.targets.looking import mistakes, probe, seen

from bosco.probes import cgroups, machine
from bosco.probes.cgroups import Usage
from bosco.probes.machine import Sample


def test_this_machine_is_measured() -> None:
    reading = seen("{system: host}")
    assert reading.outcome == "up"
    assert 0 <= reading.measures["cpu"] <= 100
    assert 0 < reading.measures["memory"] <= 100
    assert 0 < reading.measures["disk /"] <= 100
    assert {"load", "swap", "network_sent", "network_received", "processes"} <= reading.measures.keys()


@pytest.mark.parametrize(
    ("options", "outcome", "says"),
    [
        ("memory: {warning: 100.1%, critical: 101%}", "up", ""),
        ("memory: 0%", "degraded", "%) < 0%"),
        ("memory: {warning: 0%, critical: 0.1%}", "down", "%) < 0.1%"),
        ("disk: {/: {critical: 0%}}", "down", "disk / ("),
        ("files: {/: 101%}", "up", ""),
        ("load: {critical: '>= 0'}", "down", "load ("),
        ("cpu: 101%, swap: 101%, containers: {cpu: 99999%, memory: 101%}", "up", ""),
    ],
)
def test_figures_are_held_against_levels(options: str, outcome: str, says: str) -> None:
    reading = seen(f"{{system: host, {options}}}")
    assert reading.outcome == outcome
    assert says in str(reading.because)


def test_a_disk_that_is_not_there_is_unknown() -> None:
    assert seen("{system: host, disk: {/no/such/place: 80%}}").outcome == "unknown"


def test_two_samples_make_figures() -> None:
    before, after = Sample(100, 1000, 5000, 0), Sample(130, 1100, 6000, 500)
    assert machine.between(before, after, 0.5) == {"cpu": 30, "network_sent": 2000, "network_received": 1000}
    assert machine.between(before, before, 0.5)["cpu"] == 0


CONTAINER = "ab" * 32


def group(folder: Path, name: str, memory: str = "max", processors: str = "max 100000", used: int = 5_000_000) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    (path / "cpu.stat").write_text(f"usage_usec {used}\nuser_usec 1\nsystem_usec 1\n")
    (path / "cpu.max").write_text(f"{processors}\n")
    (path / "memory.current").write_text("300000000\n")
    (path / "memory.max").write_text(f"{memory}\n")
    (path / "memory.stat").write_text("anon 1\ninactive_file 100000000\n")
    return path


def test_containers_are_found_by_what_engines_call_them(tmp_path: Path) -> None:
    group(tmp_path, f"system.slice/docker-{CONTAINER}.scope")
    group(tmp_path, f"kubepods.slice/pod.slice/cri-containerd-{'cd' * 32}.scope")
    group(tmp_path, f"docker/{'ef' * 32}")
    group(tmp_path, "system.slice/ssh.service")
    assert set(cgroups.containers(tmp_path)) == {"abababababab", "cdcdcdcdcdcd", "efefefefefef"}


def test_a_container_is_measured_within_its_limits(tmp_path: Path) -> None:
    limited = cgroups.usage(group(tmp_path, "a", memory="400000000", processors="50000 100000"))
    free = cgroups.usage(group(tmp_path, "b"))
    assert limited == Usage(5.0, 200_000_000, 400_000_000, 0.5)
    assert free == Usage(5.0, 200_000_000, None, None)
    later = Usage(5.25, 200_000_000, 400_000_000, 0.5)
    assert limited is not None
    assert cgroups.figures(limited, later, 1.0, 4, 1e9) == {"cpu": 50, "memory": 50}
    assert free is not None
    assert cgroups.figures(free, free, 1.0, 4, 1e9) == {"cpu": 0, "memory": 20}


def test_a_container_that_ended_meanwhile_is_left_out(tmp_path: Path) -> None:
    assert cgroups.usages({"gone": tmp_path / "gone"}) == {}


def test_mistakes_and_place() -> None:
    assert len(mistakes("{system: other}")) == 1
    assert probe("{system: host}").look.on_this_machine
