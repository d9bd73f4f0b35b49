"""From the time on a wall to an instant and back, on the days when clocks change too."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


def starts(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which something planned for that wall-clock time starts.

    A time that comes twice means the first; a time that is skipped means the next one that exists.
    """
    first, last = _both(wall, zone)
    return _after_the_gap(first, last, zone) if first > last else first


def ends(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which something planned until that wall-clock time ends; of two, the last."""
    first, last = _both(wall, zone)
    return _after_the_gap(first, last, zone) if first > last else last


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC: between two instants of one zone, Python would count by the wall."""
    assert instant.tzinfo is not None, "an instant knows its zone"
    return instant.astimezone(UTC)


def on_the_wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock on the wall shows at that instant, without a zone."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def at(day: date, clock: time = time.min) -> datetime:
    """Return the wall-clock time of that day."""
    return datetime.combine(day, clock)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which that day begins; where midnight itself is skipped, it begins later."""
    return starts(at(day), zone)


def _both(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants that the offset before and the offset after a change would give; equal on ordinary days."""
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return before, after


def _after_the_gap(too_late: datetime, too_early: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of the change itself, which lies between two readings of a time that does not exist."""
    before = too_early.astimezone(zone).utcoffset()
    # Found by halving, for zoneinfo does not tell its transitions; they fall on whole seconds.
    early, late = too_early.replace(microsecond=0), too_late
    while late - early > SECOND:
        middle = early + ((late - early) // 2 // SECOND) * SECOND
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return early + SECOND
