"""`bosco rehearse`: plays a scenario on a plan and tells who is told what, when, and which clocks break."""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from bosco.kit.command import Command, Terminal
from bosco.kit.refusal import EXIT_REFUSED
from bosco.kit.words import msg


def commands() -> list[Command]:
    """Return the command."""
    return [Command(("rehearse",), msg("play a scenario on a plan, in virtual time"), rehearse, _takes_scenario)]


def _takes_scenario(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help=str(msg("the plan: a file or a folder")))
    parser.add_argument("scenario", metavar="SCENARIO", help=str(msg("the scenario: a YAML file")))
    parser.add_argument("--json", action="store_true", help=str(msg("answer in JSON")))


def rehearse(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Play it, and tell its account; what is missing in the plan is told beside it."""
    from bosco.kit.clock import RealClock
    from bosco.plan.commands import told
    from bosco.plan.header import TIMEZONE
    from bosco.plan.load import load
    from bosco.rehearse.account import entries_of
    from bosco.rehearse.play import play
    from bosco.rehearse.scenario import read_scenario

    path, script = Path(asked.plan), Path(asked.scenario)
    loaded = load(path)
    terminal.prefer(loaded.language or "en")
    if loaded.plan is None:
        return _tell((told(path, one, terminal) for one in loaded.mistakes), terminal)
    scenario, read = read_scenario(script, loaded.plan, RealClock().read())
    if scenario is None:
        return _tell((told(script, one, terminal) for one in read.mistakes), terminal)
    played = play(path, scenario)
    entries = entries_of(played.lines, loaded.plan[TIMEZONE], terminal.language, scenario.start)
    if asked.json:
        terminal.line(json.dumps([one.written() for one in entries], ensure_ascii=False, indent=1))
        return 0
    for one in entries:
        terminal.line(f"{one.at}  {one.says}")
    return 0


def _tell(mistakes: Iterable[str], terminal: Terminal) -> int:
    for mistake in mistakes:
        terminal.tell(mistake)
    return EXIT_REFUSED
