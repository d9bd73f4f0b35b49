"""The whole house as a story: a plan, what happens when, and the exact account of it, on the virtual clock."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import cast

import msgspec
from sqlalchemy import select
from tests.stories.watching import Hosts

from bosco.app.house import Doors, House, Settings, open_house
from bosco.journal.service import Journal
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.facts import fact_types
from bosco.kit.ids import SeededIds
from bosco.kit.net import Net
from bosco.kit.processes import Processes
from bosco.store.parcel import outbox

LISTENER = "story"


@dataclass
class Told:
    """What a story left behind: every line of the journal and every fact, each with its time."""

    lines: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)


class Stage:
    """What a story may do: change the world, change the plan, wait."""

    def __init__(self, house: House, hosts: Hosts, plan: Path) -> None:
        self.house = house
        self.hosts = hosts
        self.plan = plan

    async def until(self, at: str) -> None:
        """Wait for a time of the same day, in UTC: `03:20`."""
        now = self.house.doors.clock.read()
        hour, minute = at.split(":")
        await self.house.doors.clock.sleep_until(
            now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        )

    def write_plan(self, text: str) -> None:
        """Change the plan's file, as its team would."""
        self.plan.write_text(text, encoding="utf-8")


def play(
    folder: Path,
    plan: str,
    start: datetime,
    story: Callable[[Stage], Awaitable[None]],
    database: str | None = None,
    facts: bool = True,
) -> Told:
    """Play a story from its first instant to its last, and return its account.

    Facts are kept by a listener that never takes them, which Bosco's look at itself would rightly call overdue: a story
    has either the facts or that look.
    """
    path = folder / "plan.yml"
    path.write_text(plan, encoding="utf-8")
    clock = VirtualClock(start)
    hosts = Hosts(clock)
    doors = Doors(clock, SeededIds(), cast(Net, hosts), cast(Processes, None), {"BOSCO_KEY": "A" * 43 + "="})
    settings = Settings(path, folder / "data", database, durable=False, alone=True)
    told = Told()

    async def main() -> None:
        async with open_house(settings, doors) as house:
            assert house.store.listeners is not None
            for name in fact_types() if facts else ():
                house.store.listeners.setdefault(name, []).append(LISTENER)
            house.start()
            if facts:
                house._engines["self-audit"].cancel()
            await story(Stage(house, hosts, path))
            await house.wiring.get(Journal).settle()
            told.lines = await _lines(house)
            told.facts = await _facts(house)
            await house.stop()

    run_virtually(clock, main)
    return told


async def _lines(house: House) -> list[str]:
    found = await house.wiring.get(Journal).read(limit=500)
    named = _numbered([line.subject for line in found])
    return [f"{line.at:%H:%M} {named[line.subject]} {line.what}" for line in found]


def _numbered(subjects: list[str]) -> dict[str, str]:
    """Return subjects by their names, and those whose name is a long id by their number: `alert:1`."""
    named: dict[str, str] = {}
    count: dict[str, int] = {}
    for subject in subjects:
        kind, _, name = subject.partition(":")
        if subject not in named and re.fullmatch(r"[0-9A-Z]{26}", name):
            count[kind] = count.get(kind, 0) + 1
            named[subject] = f"{kind}:{count[kind]}"
    return {subject: named.get(subject, subject) for subject in subjects}


async def _facts(house: House) -> list[str]:
    ours = (
        select(outbox.c.key, outbox.c.body, outbox.c.put_at)
        .where(outbox.c.kind == f"fact:{LISTENER}")
        .order_by(outbox.c.place)
    )
    rows = await house.store.read(lambda tx: tx.run(ours).all())
    return [f"{row.put_at:%H:%M} {row.key} {_about(msgspec.to_builtins(row.body))}".strip() for row in rows]


def _about(body: dict[str, object]) -> str:
    return str(body.get("probe") or body.get("service") or body.get("number") or "")
