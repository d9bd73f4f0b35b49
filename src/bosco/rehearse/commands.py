"""`bosco rehearse`: plays a scenario on a plan and tells who is told what, when, and which clocks break."""

import argparse
import json
import os
from collections.abc import Iterable
from pathlib import Path

from bosco.kit.command import Command, Terminal
from bosco.kit.refusal import EXIT_REFUSED
from bosco.kit.words import msg, say


def commands() -> list[Command]:
    """Return the command."""
    return [Command(("rehearse",), msg("play a scenario on a plan, in virtual time"), rehearse, _takes_scenario)]


def _takes_scenario(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help=str(msg("the plan: a file or a folder")))
    parser.add_argument("scenario", metavar="SCENARIO", help=str(msg("the scenario: a YAML file")))
    parser.add_argument("--data", metavar="DIR", default="./data", help=str(msg("the data folder (./data)")))
    parser.add_argument("--json", action="store_true", help=str(msg("answer in JSON")))


def rehearse(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Play it, and tell its account; what is missing in the plan is told beside it."""
    from bosco.kit.clock import RealClock
    from bosco.plan.commands import told
    from bosco.plan.header import TIMEZONE
    from bosco.plan.load import load
    from bosco.plan.secrets import Secrets
    from bosco.rehearse.account import entries_of
    from bosco.rehearse.missing import missing
    from bosco.rehearse.play import play
    from bosco.rehearse.scenario import read_scenario

    path, script = Path(asked.plan), Path(asked.scenario)
    loaded = load(path, secrets=Secrets(Path(asked.data), os.environ))
    terminal.prefer(loaded.language or "en")
    if loaded.plan is None:
        return _tell((told(path, one, terminal) for one in loaded.mistakes), terminal)
    scenario, read = read_scenario(script, loaded.plan, RealClock().read())
    if scenario is None:
        return _tell((told(script, one, terminal) for one in read.mistakes), terminal)
    played = play(path, scenario)
    zone = loaded.plan[TIMEZONE]
    lacking = missing(loaded.plan, loaded.warnings, scenario, zone, terminal.language)
    entries = entries_of(played.lines, zone, terminal.language, scenario.start)
    if asked.json:
        terminal.line(json.dumps([one.written() for one in [*lacking, *entries]], ensure_ascii=False, indent=1))
        return 0
    terminal.line(say(scenario.name, terminal.language))
    for text in dict.fromkeys(f"{one.at[:10]} {one.at[11:19]}  {one.says}" for one in entries):
        terminal.line(text)
    if not entries:
        terminal.say(msg("Nothing happened, and nobody was told anything."))
    if lacking:
        terminal.line()
        terminal.say(msg("What the plan lacks:"))
        for one in lacking:
            terminal.line(f"  {one.subject}: {one.why}")
    return 0


def _tell(mistakes: Iterable[str], terminal: Terminal) -> int:
    for mistake in mistakes:
        terminal.tell(mistake)
    return EXIT_REFUSED
