"""`bosco up` and `bosco doctor`."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from bosco.kit.command import Command, Terminal, takes_plan, takes_state
from bosco.kit.words import msg


def commands() -> list[Command]:
    """Return the commands that need the whole house."""
    return [
        Command(("up",), msg("run the plan"), up, takes_server),
        Command(
            ("demo",), msg("show Bosco alive: a bundled application, watched by a bundled plan"), demo, takes_address
        ),
        Command(("doctor",), msg("check this installation"), doctor, takes_doctor),
    ]


def takes_doctor(parser: argparse.ArgumentParser) -> None:
    """Let the command say whether tests leave."""
    takes_installation(parser)
    said = str(msg("send a test through every way out, and say how long each took"))
    parser.add_argument("--send", action="store_true", help=said)


def takes_server(parser: argparse.ArgumentParser) -> None:
    """Let the command say where to listen."""
    takes_installation(parser)
    takes_address(parser)


def takes_address(parser: argparse.ArgumentParser) -> None:
    """Let the command say where to listen, and how to log."""
    parser.add_argument("--host", default="127.0.0.1", help=str(msg("the address to listen on (127.0.0.1)")))
    parser.add_argument("--port", type=port, default=8420, help=str(msg("the port to listen on (8420)")))
    parser.add_argument("--logs", choices=("text", "json"), help=str(msg("the form of the log lines")))


def takes_installation(parser: argparse.ArgumentParser) -> None:
    """Let the command say which plan and which state it means."""
    takes_plan(parser)
    takes_state(parser)


def port(text: str) -> int:
    """Read a port number."""
    number = int(text)
    if not 0 < number < 65536:
        raise ValueError
    return number


def run_loop(main: object) -> None:
    """Run a coroutine on the fastest event loop of this machine."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)  # type: ignore[arg-type]
    else:
        uvloop.run(main)  # type: ignore[arg-type]


def leave(status: int) -> int:
    """End the process at once: everything is closed, and the server's own threads must not meet a dying interpreter."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def up(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Run the plan until told to stop."""
    from bosco.accounts.service import Accounts
    from bosco.app.house import House, Settings
    from bosco.app.up import real_doors, run
    from bosco.kit.log import set_up_logs
    from bosco.plan.commands import find_plan
    from bosco.plan.header import LANGUAGE
    from bosco.revisions.opening import WrongPlan

    as_json = asked.logs == "json" or (asked.logs is None and not sys.stderr.isatty())
    set_up_logs(as_json=as_json)
    settings = Settings(find_plan(asked.plan), Path(asked.data), asked.database, asked.host, asked.port)

    async def started(house: House, address: str) -> None:
        terminal.prefer(house.current.plan[LANGUAGE])
        terminal.say(msg("Bosco runs “{plan}” at {address}", plan=house.shell.site.name, address=address))
        away = house.shell.site.url
        if invitation := await house.wiring.get(Accounts).invite_first(away or address):
            terminal.say(invitation)
            if away:
                here = str(invitation.values["link"]).replace(away.rstrip("/"), address, 1)
                terminal.say(msg("Or on this machine: {link}", link=here))
        for mistake in house.loaded.mistakes:
            terminal.tell(mistake.say(terminal.language))
        terminal.out.flush()

    try:
        run_loop(run(settings, real_doors(), started=started))
    except WrongPlan as wrong:
        terminal.refuse(wrong)
        return leave(1)
    return leave(0)


def demo(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Show Bosco alive until told to stop; nothing is kept."""
    from bosco.app.demo import demonstrate
    from bosco.app.house import House
    from bosco.kit.log import set_up_logs

    set_up_logs(as_json=asked.logs == "json", level="WARNING")

    async def started(house: House, address: str) -> None:
        terminal.say(msg("The demonstration runs at {address}; Ctrl-C ends it, and nothing is kept.", address=address))
        terminal.out.flush()

    run_loop(demonstrate(asked.host, asked.port, started))
    return leave(0)


def doctor(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Look at every part of the installation and say what was found."""
    from bosco.app.doctor import examine
    from bosco.plan.commands import find_plan

    findings = examine(find_plan(asked.plan), Path(asked.data), asked.database)
    marks = {True: "✓", False: "✗", None: "!"}
    for finding in findings:
        terminal.line(
            f"{marks[finding.well]} {finding.what.say(terminal.language)}: {finding.seen.say(terminal.language)}"
        )
        if finding.hint and not finding.well:
            terminal.line(f"    {finding.hint.say(terminal.language)}")
    ill = any(finding.well is False for finding in findings)
    if not asked.send:
        terminal.tell(msg("The ways out were not tried: --send sends a test through each."))
        return int(ill)
    from bosco.channels.commands import try_every_way

    return int(not try_every_way(asked, terminal) or ill)
