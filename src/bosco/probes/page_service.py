"""One service in five seconds: what is wrong, since when, whose fault it is, what it means, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bosco.kit.plural import plural
from bosco.kit.words import Message, Sayable, Text, msg
from bosco.probes.page_services import Stands
from bosco.services.availability import Availability, Correction, attribute
from bosco.services.budget import Budget, judge
from bosco.services.intervals import Interval
from bosco.services.spans import Span, month_of
from bosco.web.states import STATES

MONTHS = 12
# Probes look at different instants: what a need explains may begin so much sooner or later.
SLACK = timedelta(minutes=2)
TITLES: dict[str, Message] = {
    "up": msg("Up"),
    "degraded": msg("Degraded"),
    "down": msg("Down"),
    "unknown": msg("Nobody knows how it is"),
    "unwatched": msg("Nothing watches it"),
}


@dataclass(frozen=True)
class Banner:
    """What the banner of a service says; `means` are sentences about what follows from its trouble."""

    tone: str
    title: Sayable
    because: Sayable | None
    since: datetime | None
    means: tuple[object, ...]
    next: object = None
    next_at: datetime | None = None


def banner_of(one: Stands, leaning: list[Text | str], next_look: datetime | None) -> Banner:
    """Return what is said of a service; `leaning` are those that need it, the nearest first."""
    means: list[object] = []
    if one.wrong and one.declared.over_sla:
        means.append(msg("Beyond its promise: {impact}.", impact=one.declared.over_sla))
    if one.wrong and len(leaning) == 1:
        means.append(msg("{service} needs it.", service=leaning[0]))
    elif one.wrong and leaning:
        means.append(plural(len(leaning), "{n} service needs it.", "{n} services need it."))
    return Banner(one.tone, TITLES[one.word], one.because, one.since, tuple(means), _next(one), next_look)


def _next(one: Stands) -> object:
    if one.word == "unwatched":
        return msg("Add a probe for it to the plan: nothing proves that it is up.")
    if one.causes and one.word == "down":
        return msg("Begin with {service}: it is down too, and this one needs it.", service=one.causes[0].label)
    if one.wrong and one.declared.runbook:
        return msg("Its runbook says what to do.")
    return None


@dataclass(frozen=True)
class Month:
    """How a promise was kept in a month; without a promise there is only what was measured."""

    span: Span
    found: Availability
    budget: Budget | None

    @property
    def middle(self) -> datetime:
        """Return an instant that lies in the month in every time zone."""
        return self.span.start + self.span.length / 2

    @property
    def tone(self) -> str:
        """Return the tone of the verdict."""
        return STATES[self.budget.verdict][0] if self.budget else "muted"

    @property
    def seen(self) -> bool:
        """Say whether anything is known of it."""
        return bool(self.found.known)


def last_months(now: datetime, zone: ZoneInfo, count: int = MONTHS) -> list[Span]:
    """Return the calendar months up to the present one, the latest first."""
    months = [month_of(now, zone)]
    while len(months) < count:
        months.append(month_of(months[-1].start - timedelta(days=1), zone))
    return months


def month_kept(found: Availability, sla: float | None) -> Month:
    """Return how a promise stands over a month."""
    return Month(found.span, found, None if sla is None else judge(found, sla))


def causes_of(
    month: Month, needs: Sequence[tuple[Text | str, str]], states: Sequence[Interval]
) -> list[tuple[Message, timedelta]]:
    """Return how much of a month's downtime lay in that of what a service needs, and how much was its own."""
    until = month.found.until
    spans = {
        key: [Span(one.start, one.end or until) for one in states if (one.name, one.state) == (key, "down")]
        for _, key in needs
    }
    found = attribute(month.found.down_spans, spans, SLACK)
    names = {key: name for name, key in needs}
    told = [(msg("while {service} was down", service=names[key]), span) for key, span in found.needs.items()]
    return [*told, (msg("of its own"), found.own)] if told else []


def effects(found: list[Month]) -> list[tuple[Correction, timedelta]]:
    """Return each correction once, the latest first, and how much downtime it added or took away."""
    totals: dict[Correction, timedelta] = {}
    for month in found:
        for correction, effect in month.found.corrected:
            totals[correction] = totals.get(correction, timedelta(0)) + effect
    return sorted(totals.items(), key=lambda pair: pair[0].made_at, reverse=True)
