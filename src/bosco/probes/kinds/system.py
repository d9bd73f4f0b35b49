"""Whether this machine has room left: processor, memory, disks, load, and those of its containers."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import ClassVar, Literal

import psutil
from pydantic import Field

from bosco.kit.units import Quantity
from bosco.plan.part import PlanPart
from bosco.plan.seen import Condition
from bosco.probes import cgroups, machine
from bosco.probes.bounds import Bad, Levels, hold_levels
from bosco.probes.conclude import conclude
from bosco.probes.kind import Expectation, Eyes, Kind, Outcome, Reading

# Over how long a busy processor is measured.
_SPAN = timedelta(milliseconds=500)
_SHARES = ("cpu", "memory", "swap")


class ContainerLevels(PlanPart):
    """From where on a container uses too much: of its limits, or of the machine where it has none."""

    cpu: Levels | Bad | None = None
    memory: Levels | Bad | None = None


class System(Kind):
    """Measure this machine, and hold it against levels; a single level is where it is degraded.

    In the plan: {system: host, cpu: {warning: 70%, critical: 85%}, memory: 90%, disk: {/: 80%}, load: 2}
    """

    on_this_machine: ClassVar[bool] = True

    system: Literal["host"]
    cpu: Levels | Bad | None = None
    memory: Levels | Bad | None = None
    swap: Levels | Bad | None = None
    # For each processor: 1 means that all of them are taken.
    load: Levels | Bad | None = None
    # How full, by path; `files` counts the places for files.
    disk: dict[str, Levels | Bad] = Field(default_factory=dict)
    files: dict[str, Levels | Bad] = Field(default_factory=dict)
    containers: ContainerLevels | None = None

    async def read(self, eyes: Eyes) -> Reading:
        """Measure for half a second."""
        groups = cgroups.containers() if self.containers else {}
        used_before, before, began = cgroups.usages(groups), machine.sample(), eyes.clock.monotonic()
        await eyes.clock.sleep(_SPAN)
        seconds = max(0.001, eyes.clock.monotonic() - began)
        used_after, after = cgroups.usages(groups), machine.sample()
        # A disk behind a dead network makes whoever asks wait: that must not be this loop.
        disks = await eyes.clock.in_thread(None, self._disks)
        measures = {**machine.state(), **machine.between(before, after, seconds), **disks}
        told = [*self._judged(measures)]
        parts: dict[str, Outcome] = {}
        for name, figures in _containers(used_before, used_after, seconds).items():
            found = [*self._of_container(name, figures)]
            parts[name] = conclude(found).outcome
            measures |= {f"{name} {figure}": value for figure, value in figures.items()}
            told += found
        return conclude(told, measures=measures, parts=parts)

    def _disks(self) -> dict[str, float]:
        measures: dict[str, float] = {}
        for path in self.disk or ("/",):
            measures |= machine.disk(path)
        for path in self.files:
            measures |= dict(machine.inodes(path))
        return measures

    def _judged(self, measures: Mapping[str, float]) -> Iterator[Expectation]:
        for name, level in zip(_SHARES, (self.cpu, self.memory, self.swap), strict=True):
            yield from _held(name, measures[name], "%", level)
        yield from _held("load", measures["load"], "", self.load)
        for path, level in self.disk.items():
            yield from _held(f"disk {path}", measures[f"disk {path}"], "%", level)
        for path, level in self.files.items():
            yield from _held(f"files {path}", measures.get(f"files {path}", 0.0), "%", level)

    def _of_container(self, name: str, figures: Mapping[str, float]) -> Iterator[Expectation]:
        if self.containers:
            yield from _held(f"{name} cpu", figures["cpu"], "%", self.containers.cpu)
            yield from _held(f"{name} memory", figures["memory"], "%", self.containers.memory)


def _held(name: str, value: float, unit: str, level: Levels | Condition | None) -> list[Expectation]:
    if level is None:
        return []
    levels = level if isinstance(level, Levels) else Levels(warning=level)
    return hold_levels(name, Quantity(round(value, 1 if unit else 2), unit), levels)


def _containers(
    before: Mapping[str, cgroups.Usage], after: Mapping[str, cgroups.Usage], seconds: float
) -> dict[str, dict[str, float]]:
    processors, memory = psutil.cpu_count() or 1, float(psutil.virtual_memory().total)
    both = before.keys() & after.keys()
    return {name: cgroups.figures(before[name], after[name], seconds, processors, memory) for name in sorted(both)}
