"""`bosco`: finds every room's commands and runs the one that was asked for."""

import argparse
import importlib
import logging
import os
import pkgutil
import sys
from collections.abc import Iterable, Sequence

import bosco
from bosco.kit.command import Command, Terminal
from bosco.kit.refusal import EXIT_REFUSED, Refusal
from bosco.kit.words import LANGUAGES, Language, language_of, msg, say, translate

log = logging.getLogger(__name__)


def every_command() -> list[Command]:
    """Return the commands of every room that has a `commands.py`."""
    found: list[Command] = []
    for room in pkgutil.iter_modules(bosco.__path__):
        if not room.ispkg:
            continue
        package = importlib.import_module(f"bosco.{room.name}")
        if any(file.name == "commands" for file in pkgutil.iter_modules(package.__path__)):
            found.extend(importlib.import_module(f"bosco.{room.name}.commands").commands())
    return sorted(found, key=lambda command: command.path)


def build_parser(commands: Iterable[Command], language: Language) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, in that language."""
    parser = argparse.ArgumentParser(
        prog="bosco", description=say(msg("Keeps a team's software in operational condition, and proves it."), language)
    )
    parser.add_argument("--version", action="version", version=f"bosco {bosco.__version__}")
    groups: dict[tuple[str, ...], argparse._SubParsersAction[argparse.ArgumentParser]] = {
        (): parser.add_subparsers(metavar=say(msg("COMMAND"), language), required=True)
    }
    for command in commands:
        for depth in range(1, len(command.path)):
            above = command.path[:depth]
            if above not in groups:
                group = groups[above[:-1]].add_parser(above[-1])
                groups[above] = group.add_subparsers(metavar=say(msg("COMMAND"), language), required=True)
        said = say(command.help, language)
        leaf = groups[command.path[:-1]].add_parser(command.path[-1], help=said, description=said)
        leaf.add_argument("--lang", choices=LANGUAGES, help=say(msg("the language to answer in"), language))
        command.arguments(leaf)
        for action in leaf._actions:
            action.help = translate(action.help, language) if action.help else None
        leaf.set_defaults(command=command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0 done, 1 refused, 2 wrong usage."""
    surroundings = language_of(os.environ.get)
    asked = build_parser(every_command(), surroundings or "en").parse_args(arguments)
    terminal = Terminal(sys.stdout, sys.stderr, asked.lang or surroundings)
    command: Command = asked.command
    try:
        return command.run(asked, terminal)
    except Refusal as refusal:
        terminal.refuse(refusal)
        return EXIT_REFUSED
    except BrokenPipeError:
        # The reader of our output (`| head`) has gone; nothing more can be said to it.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return 0
    except KeyboardInterrupt:
        return 130
