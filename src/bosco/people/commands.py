"""`bosco oncall`: who is on call, now or at an instant, running or not."""

import argparse
import contextlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bosco.kit.command import Command, Terminal, takes_plan, takes_state
from bosco.kit.refusal import EXIT_REFUSED, Code, Refusal
from bosco.kit.words import Message, msg, say

if TYPE_CHECKING:
    from bosco.people.model import Change, Duty
    from bosco.plan.load import Plan


def commands() -> list[Command]:
    """Return the command."""
    return [Command(("oncall",), msg("tell who is on call, now or at an instant"), on_call, _takes_instant)]


def _takes_instant(parser: argparse.ArgumentParser) -> None:
    takes_plan(parser)
    takes_state(parser)
    parser.add_argument(
        "--at", metavar="INSTANT", help=str(msg("such as 2026-12-24T18:00, by the plan's time zone (now)"))
    )
    parser.add_argument("--rotation", metavar="NAME", help=str(msg("only this rotation")))
    parser.add_argument("--json", action="store_true", help=str(msg("answer in JSON")))


def on_call(asked: argparse.Namespace, terminal: Terminal) -> int:
    """Tell who is on call of each rotation, until when, and who comes then; overrides count if there is a state."""
    from bosco.kit.clock import RealClock
    from bosco.people.on_call import duty
    from bosco.people.section import ON_CALL
    from bosco.plan.commands import find_plan, read, told
    from bosco.plan.header import TIMEZONE

    path = find_plan(asked.plan)
    loaded = read(path, terminal, asked.data)
    for mistake in loaded.mistakes:
        terminal.tell(told(path, mistake, terminal))
    plan = loaded.plan
    if plan is None:
        return EXIT_REFUSED
    at = read_instant(asked.at, plan[TIMEZONE]) if asked.at else RealClock().read()
    if asked.rotation is not None and asked.rotation not in plan[ON_CALL]:
        raise Refusal(Code.NOT_FOUND, msg("There is no rotation called {name}.", name=asked.rotation[:100]))
    changes = _changes(asked)
    wanted = [asked.rotation] if asked.rotation is not None else [*plan[ON_CALL]]
    duties = [duty(plan, key, at, changes) for key in wanted]
    if asked.json:
        terminal.line(json.dumps([_as_json(plan, one, at, terminal) for one in duties], ensure_ascii=False, indent=1))
    else:
        for one in duties:
            terminal.say(_sentence(plan, one))
        if not duties:
            terminal.say(msg("The plan names no rotation yet"))
    return 0


def read_instant(text: str, zone: Any) -> datetime:
    """Read an instant; without an offset, by that time zone."""
    at = None
    with contextlib.suppress(ValueError):
        at = datetime.fromisoformat(text)
    if at is None or not 1971 < at.year < 2200:
        expected = msg("Write it as 2026-12-24T18:00.")
        raise Refusal(Code.INVALID, msg("“{text}” is no instant.", text=text[:100]), expected)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _changes(asked: argparse.Namespace) -> "Sequence[Change]":
    from bosco.people.store import load_changes
    from bosco.store.opening import opened
    from bosco.store.sqlite import FILE

    if asked.database is None and not (Path(asked.data) / FILE).exists():
        return ()
    with opened(asked) as store:
        return store.read_now(load_changes)


def _sentence(plan: "Plan", one: "Duty") -> Message:
    from bosco.people.duties import named
    from bosco.people.section import shown_name
    from bosco.plan.header import TIMEZONE

    rotation, now, then = shown_name(plan, one.rotation), named(plan, one.people), named(plan, one.next_people)
    if one.next_at is None:
        return msg("{rotation}: {now}", rotation=rotation, now=now)
    until = f"{one.next_at.astimezone(plan[TIMEZONE]):%Y-%m-%d %H:%M}"
    if one.backup:
        return msg(
            "{rotation}: nobody until {until}, told instead: {instead}; then {then}",
            rotation=rotation,
            until=until,
            instead=named(plan, one.backup),
            then=then,
        )
    return msg("{rotation}: {now} until {until}, then {then}", rotation=rotation, now=now, until=until, then=then)


def _as_json(plan: "Plan", one: "Duty", at: datetime, terminal: Terminal) -> dict[str, Any]:
    from bosco.people.section import shown_name
    from bosco.plan.header import TIMEZONE

    zone = plan[TIMEZONE]
    return {
        "rotation": one.rotation,
        "label": str(say(shown_name(plan, one.rotation), terminal.language)),
        "at": at.astimezone(zone).isoformat(),
        "people": list(one.people),
        "instead": list(one.backup),
        "next_at": one.next_at.astimezone(zone).isoformat() if one.next_at else None,
        "next": list(one.next_people),
    }
