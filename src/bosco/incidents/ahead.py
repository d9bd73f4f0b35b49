"""What comes next of an incident: somebody is told, or a promise ends."""

from datetime import datetime
from typing import Any

from bosco.kit.packed import unpack
from bosco.notices.model import Ahead
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.records.clock import clocks
from bosco.records.explain import CALLED
from bosco.records.record import Record


def next_of(plan: Plan, record: Record, ahead: Ahead, at: datetime) -> tuple[Any, datetime | None]:
    """Return what comes next, and when; None when nothing does."""
    if ahead.next is not None:
        return unpack(ahead.next.says), ahead.next.at
    running = [one for one in clocks(record, at, plan[TIMEZONE]) if one.state != "stopped" and one.due is not None]
    coming = min((one for one in running if one.due and one.due > at), key=lambda one: one.due or at, default=None)
    return (CALLED[coming.word], coming.due) if coming else (None, None)
