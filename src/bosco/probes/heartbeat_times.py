"""When the job behind a heartbeat of the plan is expected."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bosco.probes.heartbeat import Times
from bosco.probes.kind import Kind


def times_of(kind: Kind, zone: ZoneInfo) -> Times:
    """Return when the job should come, as its plan says."""
    options: Any = kind
    rhythm = options.rhythm
    if rhythm is None or isinstance(rhythm, timedelta):
        return Times(grace=options.grace, period=rhythm, zone=zone)

    def following(at: datetime) -> datetime | None:
        found = rhythm.after(at, zone)
        return None if found is None else found.start

    return Times(grace=options.grace, following=following, zone=zone)


def fixed_key(kind: Kind) -> str | None:
    """Return the key that the plan gives the heartbeat's address, its secrets not yet filled in."""
    options: Any = kind
    key: str | None = options.key
    return key
