"""`bosco journal …`: verify the chain, and read it in a terminal, running or not."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from bosco.kit.command import Command, Terminal, takes_state
from bosco.kit.refusal import EXIT_REFUSED, Code, Refusal
from bosco.kit.words import msg

if TYPE_CHECKING:
    from bosco.journal.model import Anchor, Line
    from bosco.journal.service import Journal

# The rooms behind are imported when a command runs: `bosco --help` must not wait for a database's library.

VERIFY = msg("look whether a line was removed, altered or reordered")


def commands() -> list[Command]:
    """Return the commands about the journal."""
    return [
        Command(
            ("journal", "verify"), msg("look whether a line was removed, altered or reordered"), verify, takes_anchor
        ),
        Command(("journal", "tail"), msg("print the last lines of the journal"), tail, takes_tail),
    ]


def takes_anchor(parser: argparse.ArgumentParser) -> None:
    """Let the command say which digest was written down elsewhere."""
    takes_state(parser)
    said = str(msg("a place and its digest that were written down elsewhere, to be compared"))
    parser.add_argument("--anchor", metavar="PLACE:DIGEST", help=said)


def takes_tail(parser: argparse.ArgumentParser) -> None:
    """Let the command say how many lines, of what, and whether to go on."""
    takes_state(parser)
    parser.add_argument("-n", "--lines", type=int, default=20, metavar="N", help=str(msg("how many lines (20)")))
    parser.add_argument("-f", "--follow", action="store_true", help=str(msg("go on with what happens next")))
    parser.add_argument("--subject", metavar="NAME", help=str(msg("only this subject, such as probe:api or probe:*")))
    parser.add_argument("--json", action="store_true", help=str(msg("one JSON object a line")))


def verify(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Walk the chain; exit 1 and name the first place that is not as it was sealed."""
    from bosco.journal.service import Journal
    from bosco.kit.clock import RealClock
    from bosco.store.opening import opened

    anchor = read_anchor(asked.anchor)
    with opened(asked) as store:
        verdict = asyncio.run(Journal(store, RealClock()).verify(anchor))
    if verdict.waiting:
        terminal.tell(msg("Lines that wait for their place: {count}", count=verdict.waiting))
    if verdict.why is not None:
        terminal.tell(msg("The journal is not whole. {why}", why=verdict.why))
        terminal.tell(msg("Lines before it that are as they were sealed: {count}", count=verdict.lines))
        return EXIT_REFUSED
    terminal.say(msg("The journal is whole. Lines: {count}", count=verdict.lines))
    if verdict.lines:
        terminal.tell(msg("Keep this elsewhere, and compare it later with --anchor:"))
        terminal.line(f"{verdict.lines}:{verdict.digest}")
    return 0


def read_anchor(text: str | None) -> "Anchor | None":
    """Read a place and its digest."""
    from bosco.journal.model import Anchor

    if text is None:
        return None
    place, _, digest = text.strip().partition(":")
    digest = digest.lower()
    if not (place.isascii() and place.isdigit()) or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        expected = msg("Expected a place, a colon and 64 hexadecimal digits.")
        raise Refusal(Code.INVALID, msg("This is not an anchor."), expected)
    return Anchor(int(place), digest)


def tail(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Print lines, the oldest first."""
    from bosco.journal.service import Journal
    from bosco.kit.clock import RealClock
    from bosco.store.opening import opened

    with opened(asked) as store:
        asyncio.run(_print(Journal(store, RealClock()), asked, terminal))
    return 0


async def _print(journal: "Journal", asked: argparse.Namespace, terminal: Terminal) -> None:
    last = max((line.place or 0 for line in await journal.read(limit=1)), default=0)
    for line in await journal.read(before=last + 1, limit=asked.lines, subject=asked.subject):
        terminal.line(_written(line, asked, terminal))
    if not asked.follow:
        return
    subject = asked.subject or "*"
    async for line in journal.tail(last):
        fits = line.subject.startswith(subject[:-1]) if subject.endswith("*") else line.subject == subject
        if fits:
            terminal.line(_written(line, asked, terminal))
            terminal.out.flush()


def _written(line: "Line", asked: argparse.Namespace, terminal: Terminal) -> str:
    import msgspec

    if asked.json:
        return msgspec.json.encode(line).decode()
    said = f"{line.place}  {line.at.isoformat(timespec='seconds')}  {line.actor}  {line.say(terminal.language)}"
    # A stranger's text may hold what moves a terminal's cursor or hides what came before.
    return "".join(letter if letter.isprintable() else " " for letter in said)
