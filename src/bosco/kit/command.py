"""What a room's `commands.py` offers to the command line, and the terminal that it speaks to."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from bosco.kit.refusal import Refusal
from bosco.kit.words import Language, Message, Sayable, msg, say


class Terminal:
    """Where a command speaks: results on standard output, refusals and progress on standard error."""

    def __init__(self, out: TextIO, err: TextIO, language: Language | None = None) -> None:
        self.out = out
        self.err = err
        # None while nobody has chosen: a command that reads a plan then takes the plan's language.
        self.asked = language
        self.language: Language = language or "en"

    def prefer(self, language: Language) -> None:
        """Speak that language unless the user has asked for one."""
        self.language = self.asked or language

    def line(self, text: str = "") -> None:
        """Print one line of the result."""
        print(text, file=self.out)

    def say(self, message: Sayable) -> None:
        """Print one sentence of the result."""
        self.line(say(message, self.language))

    def tell(self, message: Sayable) -> None:
        """Print one sentence beside the result, on standard error."""
        print(say(message, self.language), file=self.err, flush=True)

    def refuse(self, refusal: Refusal) -> None:
        """Print a refusal with its way out, on standard error."""
        place = f"{refusal.where}: " if refusal.where else ""
        self.tell(f"{place}{say(refusal.says, self.language)}")
        if refusal.hint:
            self.tell(f"  {say(refusal.hint, self.language)}")


def no_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""


@dataclass(frozen=True)
class Command:
    """One command: `path` is what is typed after `bosco`; `run` returns the exit status."""

    path: tuple[str, ...]
    help: Message
    run: Callable[[argparse.Namespace, Terminal], int]
    arguments: Callable[[argparse.ArgumentParser], None] = no_arguments


def takes_plan(parser: argparse.ArgumentParser) -> None:
    """Let the command say which plan it means."""
    parser.add_argument("--plan", metavar="PATH", help=str(msg("the plan: a file or a folder (./plan.yml or ./plan/)")))


def takes_state(parser: argparse.ArgumentParser) -> None:
    """Let the command say which installation it means."""
    parser.add_argument("--data", metavar="DIR", default="./data", help=str(msg("the data folder (./data)")))
    parser.add_argument("--database", metavar="URL", help=str(msg("a PostgreSQL database instead of the embedded one")))
