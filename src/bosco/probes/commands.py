"""`bosco probe run`: look once at what a plan watches, without a server and without keeping anything."""

import argparse
import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosco.kit.command import Command, Terminal, takes_plan
from bosco.kit.refusal import EXIT_REFUSED, Code, Refusal
from bosco.kit.words import msg, say

if TYPE_CHECKING:
    from bosco.probes.look import Looked
    from bosco.probes.model import Watched

MARKS = {"up": "✓", "degraded": "~", "down": "✗", "unknown": "?"}
AT_ONCE = 50


def commands() -> list[Command]:
    """Return the commands of the probes."""
    return [Command(("probe", "run"), msg("look once at what a plan watches"), run, _takes_probes)]


def _takes_probes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help=str(msg("only these probes (all of them)")))
    takes_plan(parser)
    parser.add_argument("--data", metavar="DIR", default="./data", help=str(msg("the data folder (./data)")))
    parser.add_argument("--json", action="store_true", help=str(msg("answer in JSON")))


def run(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Look, tell what was seen; exit status 1 when anything is down or could not be looked at."""
    from bosco.plan.commands import find_plan, read, told
    from bosco.probes.watched import watched_of

    path = find_plan(asked.plan)
    loaded = read(path, terminal, asked.data)
    if loaded.plan is None:
        for mistake in loaded.mistakes:
            terminal.tell(told(path, mistake, terminal))
        return EXIT_REFUSED
    watched = watched_of(loaded.plan)
    if unknown := [name for name in asked.names if name not in watched]:
        raise Refusal(
            Code.NOT_FOUND,
            msg("There is no probe called {name}.", name=unknown[0][:100]),
            msg("The plan has: {names}", names=", ".join(sorted(watched)[:50])) if watched else None,
        )
    chosen = {name: one for name, one in watched.items() if not asked.names or name in asked.names}
    looks = {name: one for name, one in chosen.items() if not one.is_heartbeat}
    seen = asyncio.run(_look_at(looks, Path(asked.data)))
    if asked.json:
        terminal.line(json.dumps([_plain(name, one, terminal) for name, one in seen.items()], ensure_ascii=False))
    else:
        _tell(seen, terminal)
    for name in chosen.keys() - looks.keys():
        terminal.tell(msg("{name} is a heartbeat: its job comes to Bosco", name=name))
    return int(any(one.reading.outcome in ("down", "unknown") for one in seen.values()))


async def _look_at(watched: "Mapping[str, Watched]", data: Path) -> "dict[str, Looked]":
    from bosco.kit.clock import RealClock
    from bosco.kit.net import RealNet
    from bosco.kit.processes import RealProcesses
    from bosco.plan.secrets import Secrets
    from bosco.probes.kind import Eyes
    from bosco.probes.look import look

    clock = RealClock()
    net, processes, secrets = RealNet(clock), RealProcesses(clock), Secrets(data, os.environ)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(found: "Watched") -> "Looked":
        async with slots:
            return await look(found.probe.look, Eyes(net, processes, clock, secrets, found.timeout))

    seen = await asyncio.gather(*(one(found) for found in watched.values()))
    return dict(zip(watched, seen, strict=True))


def _tell(seen: "Mapping[str, Looked]", terminal: Terminal) -> None:
    width = max((len(name) for name in seen), default=0)
    for name, looked in seen.items():
        reading = looked.reading
        took, because = f"{reading.took.total_seconds() * 1000:7.0f} ms", say(reading.because, terminal.language)
        terminal.line(f"{MARKS[reading.outcome]} {name:<{width}} {took}  {because}".rstrip())
        for one in reading.expectations:
            if not one.held and one.seen not in because:
                terminal.line(f"  {' ' * width} {one.seen}")


def _plain(name: str, looked: "Looked", terminal: Terminal) -> dict[str, Any]:
    reading = looked.reading
    return {
        "probe": name,
        "outcome": reading.outcome,
        "because": say(reading.because, terminal.language),
        "seconds": reading.took.total_seconds(),
        "phases": {phase: span.total_seconds() for phase, span in reading.phases.items()},
        "parts": reading.parts,
        "measures": reading.measures,
        "expectations": [{"seen": one.seen, "held": one.held} for one in reading.expectations],
    }
