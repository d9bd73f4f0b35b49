"""A cap on how many alerts people are told of within a short time, so that a storm of them buries nobody."""

from datetime import timedelta

from bosco.alerts.model import Alert, Hold, Raised
from bosco.alerts.section import rank_of
from bosco.kit.packed import pack
from bosco.kit.plural import plural
from bosco.kit.words import msg
from bosco.plan.load import Plan

WITHIN = timedelta(minutes=5)
# Of the first priority more are let through: somebody may be needed for each.
MOST_URGENT = 100
MOST_OTHERS = 30
FINGERPRINT = "bosco:storm"


def most_of(plan: Plan, priority: str) -> int:
    """Return how many alerts of a priority are told within that time."""
    return MOST_URGENT if rank_of(plan, priority) == 0 else MOST_OTHERS


def storm_hold(plan: Plan, alert: Alert, told: int) -> Hold:
    """Return why one more is not told now."""
    why = msg("{told} alerts were told within {span}; this one waits", told=told, span=WITHIN)
    return Hold("storm", pack(why), alert.raised_at + WITHIN)


def raised_by_storm(held: int) -> Raised:
    """Return what Bosco says of itself while it holds alerts back."""
    count = plural(held, "{n} alert waits", "{n} alerts wait", n=held)
    return Raised(
        fingerprint=FINGERPRINT,
        source="bosco",
        title=pack(msg("Too many alerts at once")),
        level="critical",
        seen=pack(count),
        why=pack(msg("{count} because too many came at once; each is on the page of alerts", count=count)),
    )
