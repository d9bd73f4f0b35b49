"""What the plan promises of a record of some kind and priority, as it is kept with the record."""

from functools import lru_cache
from typing import Any

import msgspec

from bosco.notices.section import Priority
from bosco.plan.header import hours_called, write_hours
from bosco.plan.hours import Hours
from bosco.plan.load import Plan
from bosco.plan.read_hours import read_hours
from bosco.records.record import Pledge
from bosco.records.section import RECORDS, priorities_of

PROMISES = ("acknowledge", "respond", "update", "resolve")


def pledge(plan: Plan, kind: str, priority: str) -> dict[str, Any]:
    """Return what an event keeps: a plan that changes later does not change what was promised before."""
    found = priorities_of(plan, kind).get(priority)
    if found is None:
        return {}
    limits = {word: getattr(found, word, None) for word in PROMISES}
    seconds = {word: limit.total_seconds() for word, limit in limits.items() if limit is not None}
    return {"seconds": seconds, "hours": found.hours, "calendar": write_hours(hours_called(plan, found.hours))}


def calendar_of(pledged: Pledge) -> Hours:
    """Return the business calendar of a promise."""
    return _calendar(msgspec.json.encode(pledged.calendar))


@lru_cache(maxsize=256)
def _calendar(written: bytes) -> Hours:
    value = msgspec.json.decode(written)
    return read_hours(value if isinstance(value, (str, list)) else [value])


def first_priority(plan: Plan, kind: str) -> str:
    """Return the priority of a record of which nothing is said: its kind's default, or the least urgent one."""
    known = [*priorities_of(plan, kind)]
    declared = plan[RECORDS].get(kind)
    if declared and declared.default in known:
        return str(declared.default)
    return known[-1] if known else ""


def priority_of(plan: Plan, kind: str, name: str) -> Priority | None:
    """Return a priority as the plan declares it for that kind."""
    return priorities_of(plan, kind).get(name)


def urgency(plan: Plan, kind: str, priority: str) -> int:
    """Return how far from the top a priority stands: 0 is the most urgent."""
    known = [*priorities_of(plan, kind)]
    return known.index(priority) if priority in known else len(known)
