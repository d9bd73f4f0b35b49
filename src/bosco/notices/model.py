"""What people are told about, and the facts that come of telling them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from bosco.kit.facts import Fact
from bosco.kit.words import msg

SAYINGS = {
    "matter.opened": msg("{title} ({priority}) is told: {why}"),
    "matter.changed": msg("{title} changed: {why}"),
    "matter.taken-over": msg("{title} goes on as {by}"),
    "matter.acknowledged": msg("{who} took {title}, by {via}"),
    "matter.unacknowledged": msg("{title} is in nobody’s hands again: {why}"),
    "matter.held": msg("{title} is told to nobody for the time being: {why}"),
    "matter.released": msg("{title} is told again: {why}"),
    "matter.closed": msg("{title} is over: {why}"),
    "matter.unheard": msg("Nobody could be told of {title}: {why}"),
    "notice.owed": msg("{title} will be told through {names}"),
    "notice.superseded": msg("{title} was not told through {via}: {why}"),
    "notice.told": msg("{title} was told through {via} to {names}: {why}"),
    "person.chose": msg("{who} chose how to be told"),
    "escalation.started": msg("The escalation of {title} began: {why}"),
    "escalation.step": msg("{title} was escalated to {whom}: {why}"),
    "escalation.nobody": msg("{title} could be escalated to nobody of {whom}: {why}"),
}


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """Something that people are told about until it is over: an alert, a record, a trouble of Bosco's own.

    `key` is its own for ever (`alert:01J…`, `record:CESIZEN-0042`) and the thread of its letters; sentences are packed.
    """

    key: str
    # The journal's subject, and the page where it is shown.
    subject: str
    path: str
    title: Any
    priority: str
    since: datetime
    service: str | None = None
    # What it has in common with others that should be told together with it; its service, if nothing is said.
    group: str | None = None
    # What was seen, the level it was held against, anything more to show.
    seen: Any = None
    against: Any = None
    details: tuple[tuple[Any, Any], ...] = ()
    # The number of its record, once it has one.
    number: str | None = None
    # When shares of its time to resolve are reached (0.5 → instant); None means: by its priority, from `since`.
    shares: Mapping[str, datetime] | None = None


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """What will happen about a matter unless somebody does something; `at` is None while its clock stands still."""

    at: datetime | None
    says: Any
    to: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    # Why it comes then: "50 % of 2 h".
    why: Any = None


@dataclass(frozen=True)
class Ahead:
    """Who has a matter and what comes next; `speaker` is the matter that speaks for it, if another one does."""

    steps: tuple[NextStep, ...] = ()
    owner: str | None = None
    speaker: Matter | None = None

    @property
    def next(self) -> NextStep | None:
        """Return what comes next, if anything does."""
        return self.steps[0] if self.steps else None


class MatterAcknowledged(Fact, frozen=True, kw_only=True):
    """Somebody took a matter into their hands; `by` is an actor of the journal: `user:devops`, `person:devops`."""

    key: str
    subject: str
    by: str
    at: datetime
    until: datetime | None = None
    # Where they said so: a page, a link in a message, Slack, PagerDuty.
    via: str = "page"

    @property
    def lane(self) -> str:
        """Return what keeps one matter's facts in order."""
        return f"matter:{self.key}"


class MatterUnacknowledged(Fact, frozen=True, kw_only=True):
    """A matter is in nobody's hands again: given back, or its acknowledgement ran out."""

    key: str
    subject: str
    by: str
    at: datetime
    because: Any = None

    @property
    def lane(self) -> str:
        """Return what keeps one matter's facts in order."""
        return f"matter:{self.key}"


class NobodyCouldBeTold(Fact, frozen=True, kw_only=True):
    """Everything that was tried to tell of a matter failed, or there was nobody to tell."""

    key: str
    subject: str
    because: Any
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one matter's facts in order."""
        return f"matter:{self.key}"
