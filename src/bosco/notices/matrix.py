"""What the routing matrix says of a priority: through which ways, when, to whom; and what each way is like."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bosco.channels.section import CHANNELS, IN_APP
from bosco.notices.cells import DASHBOARD, Light, Tell
from bosco.notices.section import PRIORITIES, row_of
from bosco.people.section import Person
from bosco.plan.header import TIMEZONE, hours_called
from bosco.plan.hours import next_open
from bosco.plan.load import Plan
from bosco.plan.read_recurrence import read_recurrence

# A letter to one of these is for a person; one to any other way is for whoever reads it there.
PERSONAL = frozenset({"smtp", "sms"})
CHATS = frozenset({"slack", "discord", "teams"})
# Where it is of use that somebody has it, or that something moved: a message there is edited, or a program listens.
FOLLOWS = CHATS | {"webhook", "pagerduty", "in-app"}

# How long additions to a group wait for company, and after how long what is still so is told again.
_GROUPED = timedelta(minutes=30)
_DAY = timedelta(hours=24)
TOGETHER: dict[str, timedelta] = {
    "now": timedelta(minutes=1),
    "within": timedelta(minutes=5),
    "grouped": _GROUPED,
}
AGAIN: dict[str, timedelta] = {
    "now": timedelta(hours=4),
    "within": timedelta(hours=12),
    "grouped": _DAY,
}


@dataclass(frozen=True)
class Route:
    """One cell of the matrix, for one priority."""

    channel: str
    tell: Tell
    personal: bool = False

    @property
    def audience(self) -> tuple[str, ...]:
        """Return to whom a letter of its own goes; nobody means the channel as such, or the usual people."""
        return self.tell.to if self.personal else ()

    @property
    def mention(self) -> tuple[str, ...]:
        """Return whom a letter to everybody who reads the channel calls upon."""
        return () if self.personal else self.tell.to

    def bundle(self, cause: str) -> str:
        """Return the name of what is told together: of one cause, or of one digest."""
        if self.tell.how == "rhythm":
            return bundle_key(self.channel, self.audience, f"digest {self.tell.written}")
        return bundle_key(self.channel, self.audience, cause)

    def due(self, now: datetime, last: datetime | None) -> datetime | None:
        """Return by when something new is told, after a last letter of the same bundle; a digest has its calendar."""
        if self.tell.how == "within":
            return now + (self.tell.within or timedelta(0))
        if self.tell.how == "grouped":
            return now + (self.tell.within or _GROUPED)
        if self.tell.how == "rhythm":
            return None
        return soonest(now, last)


def together(how: str) -> timedelta:
    """Return how long additions to a group that is told so wait for company."""
    return TOGETHER.get(how, _GROUPED)


def again_of(hows: Iterable[str]) -> timedelta:
    """Return after how long what is still so is told again, of what is told in these ways."""
    return min(AGAIN.get(how, _DAY) for how in hows)


def pace_of(plan: Plan, priority: str) -> str:
    """Return how often a priority is told again, as its row's most urgent way."""
    hows = [route.tell.how for route in routes_of(plan, priority) if route.tell.how in AGAIN]
    return min(hows, key=lambda how: AGAIN[how], default="grouped")


def refused_of(plan: Plan, priority: str) -> set[str]:
    """Return the ways to which the plan says no for a priority."""
    return {channel for channel, cell in row_of(plan, priority).items() if isinstance(cell, Tell) and cell.how == "no"}


def next_again(plan: Plan, priority: str, hows: Iterable[str], now: datetime) -> datetime:
    """Return when what is still so is told again: within the hours of its priority."""
    known = plan[PRIORITIES].get(priority)
    at = now + again_of(hows)
    return next_open(hours_called(plan, known.hours), plan[TIMEZONE], at) if known else at


def soonest(now: datetime, last: datetime | None) -> datetime:
    """Return when something that is told at once is told: now, or bundled if its group was told of just now."""
    return now if last is None else max(now, last + TOGETHER["now"])


def bundle_key(channel: str, audience: tuple[str, ...], cause: str) -> str:
    """Return the name of what is told together."""
    return f"{channel}|{','.join(audience)}|{cause}"


def routes_of(plan: Plan, priority: str) -> list[Route]:
    """Return the ways by which a priority is told, in the order of the plan."""
    known = {*plan[CHANNELS], IN_APP}
    return [
        Route(channel, cell, kind_of(plan, channel) in PERSONAL)
        for channel, cell in row_of(plan, priority).items()
        if isinstance(cell, Tell) and cell.how != "no" and channel in known
    ]


def light_of(plan: Plan, priority: str) -> Light | None:
    """Return how the dashboard shows a priority: as its row says, else by the priority's own colour."""
    cell = row_of(plan, priority).get(DASHBOARD)
    if isinstance(cell, Light):
        return cell
    known = plan[PRIORITIES].get(priority)
    return Light(known.color, known.blink) if known and known.color else None


def rank_of(plan: Plan, priority: str) -> int:
    """Return how many priorities are more urgent."""
    order = [*plan[PRIORITIES]]
    return order.index(priority) if priority in order else len(order)


def kind_of(plan: Plan, channel: str) -> str:
    """Return what sort of way a channel is."""
    found = plan[CHANNELS].get(channel)
    return found.kind if found else channel


def address_of(person: Person, kind: str) -> str:
    """Return where such a way reaches a person; empty if it does not."""
    return {
        "smtp": person.email or "",
        "sms": person.phone or "",
        "slack": person.slack or "",
        "discord": person.discord or "",
    }.get(kind, "")


def next_digest(rhythm: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a digest is sent next."""
    found = read_recurrence(rhythm).after(now, zone)
    return found.start if found else None
