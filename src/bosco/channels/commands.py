"""`bosco channel list` and `bosco channel test`: the ways out from a terminal, whether a server runs or not."""

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosco.kit.command import Command, Terminal, takes_plan, takes_state
from bosco.kit.refusal import EXIT_REFUSED
from bosco.kit.words import msg, say

if TYPE_CHECKING:
    from bosco.channels.service import Channels
    from bosco.channels.trial import Trial
    from bosco.plan.load import Plan

MARKS = {"up": "✓", "degraded": "~", "down": "✗", "unknown": "?"}
BY = "terminal:bosco"


def commands() -> list[Command]:
    """Return the commands of the channels."""
    return [
        Command(("channel", "list"), msg("show every channel and how it is"), show, _takes_json),
        Command(("channel", "test"), msg("send a test through a channel"), test, _takes_names),
    ]


def _takes_json(parser: argparse.ArgumentParser) -> None:
    takes_plan(parser)
    takes_state(parser)
    parser.add_argument("--json", action="store_true", help=str(msg("answer in JSON")))


def _takes_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="NAME", help=str(msg("a channel of the plan, or several")))
    _takes_json(parser)


def show(asked: argparse.Namespace, terminal: Terminal) -> int:
    """List the channels; exit status 1 when one is down."""
    from bosco.channels.section import channel_name
    from bosco.store.opening import opened

    plan = _plan(asked, terminal)
    if plan is None:
        return EXIT_REFUSED
    with opened(asked, may_make=True) as store:
        found = asyncio.run(_channels(store, plan, asked).health())
    spoken = terminal.language
    if asked.json:
        told = [
            {
                "channel": name,
                "state": one.state,
                "because": say(one.because, spoken),
                "missing_secrets": list(one.missing),
                "delivered": one.counted.delivered,
                "failed": one.counted.failed,
                "waiting": one.counted.waiting,
            }
            for name, one in found.items()
        ]
        terminal.line(json.dumps(told, ensure_ascii=False))
    else:
        for name, one in found.items():
            label = say(channel_name(plan, name), spoken)
            terminal.line(f"{MARKS[one.state]} {name:<12} {label:<16} {say(one.because, spoken)}")
    return int(any(one.state == "down" for one in found.values()))


def test(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Send a test through each channel that is named; exit status 1 when one does not arrive."""
    from bosco.store.opening import opened

    plan = _plan(asked, terminal)
    if plan is None:
        return EXIT_REFUSED
    with opened(asked, may_make=True) as store:
        trials = asyncio.run(_try_all(_channels(store, plan, asked), asked.names))
    tell_trials(trials, terminal, as_json=asked.json)
    return int(any(not one.arrived for one in trials))


def try_every_way(asked: argparse.Namespace, terminal: Terminal) -> bool:
    """Send a test through every channel of the plan, tell how long each took, and say whether all arrived."""
    from bosco.channels.section import CHANNELS
    from bosco.store.opening import opened

    plan = _plan(asked, terminal)
    if plan is None:
        return False
    with opened(asked, may_make=True) as store:
        trials = asyncio.run(_try_all(_channels(store, plan, asked), [*plan[CHANNELS]]))
    tell_trials(trials, terminal)
    return all(one.arrived for one in trials)


def tell_trials(trials: "list[Trial]", terminal: Terminal, *, as_json: bool = False) -> None:
    """Print what came of tests, and how long each took."""
    spoken = terminal.language
    if as_json:
        told = [
            {"channel": one.channel, "arrived": one.arrived, "says": say(one.says, spoken)}
            | {"seconds": round(one.took.total_seconds(), 3), "to": [to.person or to.address for to in one.to]}
            for one in trials
        ]
        terminal.line(json.dumps(told, ensure_ascii=False))
        return
    for one in trials:
        took = f"{one.took.total_seconds() * 1000:7.0f} ms"
        to = ", ".join(to.person or to.address for to in one.to)
        mark = "✓" if one.arrived else "✗"
        terminal.line(f"{mark} {one.channel:<12} {took}  {say(one.says, spoken)}{f'  → {to}' if to else ''}")


async def _try_all(channels: "Channels", names: list[str]) -> "list[Trial]":
    return list(await asyncio.gather(*(channels.test(name, BY) for name in dict.fromkeys(names))))


def _plan(asked: argparse.Namespace, terminal: Terminal) -> "Plan | None":
    from bosco.plan.commands import find_plan, read, told

    path = find_plan(asked.plan)
    loaded = read(path, terminal, asked.data)
    for mistake in loaded.mistakes:
        terminal.tell(told(path, mistake, terminal))
    return loaded.plan


def _channels(store: Any, plan: "Plan", asked: argparse.Namespace) -> "Channels":
    from bosco.channels.service import Channels
    from bosco.kit.clock import RealClock
    from bosco.kit.ids import RealIds
    from bosco.kit.net import RealNet
    from bosco.plan.current import CurrentPlan
    from bosco.plan.secrets import Secrets
    from bosco.web.events import Live

    clock = RealClock()
    secrets = Secrets(Path(asked.data), os.environ)
    return Channels(store, clock, RealIds(), RealNet(clock), secrets, CurrentPlan(plan), Live())
