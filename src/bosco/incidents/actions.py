"""What is to be done after an incident, as people write it: `Set a memory limit @backend 2026-12-15`."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from bosco.people.section import TEAM
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.plan.wall_time import ends

_OWNER = re.compile(r"(?<!\S)@([\w.-]{1,80})(?!\S)")
_DAY = re.compile(r"(?<!\S)(\d{4}-\d{2}-\d{2})(?!\S)")


@dataclass(frozen=True)
class Action:
    """Something to do, whose it is, and until when."""

    text: str
    owner: str | None = None
    due: datetime | None = None


def read_action(plan: Plan, line: str) -> Action:
    """Read a line; a name that nobody in the team has, and a day that does not exist, stay in the text."""
    text, owner, due = line.strip(), None, None
    for found in _OWNER.finditer(text):
        if found[1] in plan[TEAM]:
            owner = found[1]
            text = text.replace(found[0], "", 1)
            break
    if day := _DAY.search(text):
        try:
            due = ends(datetime.combine(datetime.fromisoformat(day[1]), time(23, 59)), plan[TIMEZONE])
            text = text.replace(day[0], "", 1)
        except ValueError:
            due = None
    return Action(" ".join(text.split()).rstrip(" :,-"), owner, due)
