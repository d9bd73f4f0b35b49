"""Turns as a calendar that other programs subscribe to (RFC 5545)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from bosco.people.model import Shift

# How often a program should ask again.
REFRESH = timedelta(hours=1)


def calendar_of(name: str, turns: Iterable[tuple[str, str, Shift]], at: datetime) -> bytes:
    """Return a calendar of turns, each with what its entry says and the rotation that it is of.

    An entry keeps its identity as long as its turn keeps its beginning and its person.
    """
    made = Calendar()
    made.add("prodid", "-//Bosco//on call//")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, {"value": "DURATION"})
    made.add("x-published-ttl", REFRESH)
    for says, rotation, turn in turns:
        event = Event()
        event.add("uid", f"{rotation}-{turn.person}-{turn.start:%Y%m%dT%H%M%SZ}@bosco")
        event.add("dtstamp", at)
        event.add("dtstart", turn.start)
        event.add("dtend", turn.end)
        event.add("summary", says)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    written: bytes = made.to_ical()
    return written
