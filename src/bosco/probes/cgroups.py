"""Containers as the kernel counts them (cgroups, version 2): what they use of processor and memory, within limits."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
# What Docker, Podman, containerd and CRI-O call the group of one container.
_CONTAINER = re.compile(r"(?:docker|libpod|cri-containerd|crio|containerd)[-_]([0-9a-f]{12,64})(?:\.scope)?")
_PLAIN = re.compile(r"[0-9a-f]{64}")
_MOST = 500


@dataclass(frozen=True)
class Usage:
    """What a group has used so far; `limit` is None where it may take everything."""

    processor_seconds: float
    memory: float
    memory_limit: float | None
    processor_limit: float | None


def containers(root: Path = ROOT) -> dict[str, Path]:
    """Return the groups of the containers on this machine by their short id."""
    found: dict[str, Path] = {}
    waiting = [root]
    while waiting and len(found) < _MOST:
        for group in _groups_in(waiting.pop()):
            named = _CONTAINER.fullmatch(group.name)
            if named or (_PLAIN.fullmatch(group.name) and group.parent.name in ("docker", "libpod", "kubepods")):
                found[(named[1] if named else group.name)[:12]] = group
            else:
                waiting.append(group)
    return found


def _groups_in(group: Path) -> list[Path]:
    try:
        return sorted(inner for inner in group.iterdir() if inner.is_dir() and not inner.is_symlink())
    except OSError:
        return []  # it ended meanwhile


def usage(group: Path) -> Usage | None:
    """Return what a group has used, None if it is no group or has ended."""
    try:
        stat = dict(line.split() for line in (group / "cpu.stat").read_text(encoding="ascii").splitlines())
        memory = float((group / "memory.current").read_text(encoding="ascii"))
        return Usage(int(stat["usage_usec"]) / 1e6, memory - _reclaimable(group), _limit(group), _processors(group))
    except (OSError, ValueError, KeyError):
        return None


def _reclaimable(group: Path) -> float:
    """Return the file cache that the kernel takes back when somebody needs the memory."""
    try:
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
        return float(dict(line.split() for line in lines).get("inactive_file", 0))
    except (OSError, ValueError):
        return 0.0


def _limit(group: Path) -> float | None:
    text = _read(group / "memory.max")
    return float(text) if text.isdigit() else None


def _processors(group: Path) -> float | None:
    quota, _, period = _read(group / "cpu.max").partition(" ")
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) else None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def figures(before: Usage, after: Usage, seconds: float, processors: int, memory: float) -> dict[str, float]:
    """Return shares in per cent: of its own limits where the group has some, else of the machine."""
    used = max(0.0, after.processor_seconds - before.processor_seconds) / seconds
    return {
        "cpu": 100 * used / (after.processor_limit or processors),
        "memory": 100 * after.memory / (after.memory_limit or memory) if (after.memory_limit or memory) else 0.0,
    }


def usages(groups: dict[str, Path]) -> dict[str, Usage]:
    """Return what each container has used so far; those that have ended meanwhile are left out."""
    return {name: used for name, group in groups.items() if (used := usage(group))}
