"""What people prefer of how they are told, within what the plan allows: never for what is most urgent."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import delete, insert, select

from bosco.kit.words import Language
from bosco.notices.store import preferences
from bosco.plan.wall_time import at, starts
from bosco.store.tx import Tx

# From this rank on (the third priority, where the plan has CESIZen's four), a person may choose.
CHOICE_FROM = 2


class Preferences(msgspec.Struct, frozen=True):
    """A language, hours of quiet, and ways by which somebody does not want to hear of what can wait."""

    language: Language | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None
    without: tuple[str, ...] = ()

    def quiet_ends(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return when the quiet hours end that are on now, if they are."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = now.astimezone(zone)
        first, last = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        clock = local.time().replace(tzinfo=None)
        over_midnight = last <= first
        quiet = (clock >= first or clock < last) if over_midnight else first <= clock < last
        if not quiet:
            return None
        day = local.date()
        ends = starts(at(day, last), zone)
        if ends <= now:
            ends = starts(at(day.fromordinal(day.toordinal() + 1), last), zone)
        return ends


NONE = Preferences()


def preferences_of(tx: Tx, person: str) -> Preferences:
    """Return what somebody prefers."""
    found: Any = tx.run(select(preferences.c.body).where(preferences.c.person == person)).scalar()
    return NONE if found is None else msgspec.convert(found, Preferences)


def put_preferences(tx: Tx, person: str, chosen: Preferences) -> None:
    """Write what somebody prefers."""
    tx.run(delete(preferences).where(preferences.c.person == person))
    if chosen != NONE:
        tx.run(insert(preferences).values(person=person, body=chosen, changed_at=tx.at))
