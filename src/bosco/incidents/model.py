"""What happens to incidents beside what happens to every record, and how the journal says it."""

from datetime import datetime

from bosco.kit.facts import Fact
from bosco.kit.words import msg

SAYINGS = {
    "incident.joined": msg("{alert} belongs to {record}: {why}"),
    "incident.recovered": msg("all alerts of {record} are over, {span} after it began"),
    "incident.moved-first": msg("{measure} left its usual range at {at}: usually {usual}, then {reached}"),
    "incident.came-back": msg("{record} is not over: {alert} is back"),
    "incident.postmortem-drafted": msg("a post-mortem of {record} is drafted, to be published by {due}"),
    "incident.postmortem-written": msg("{by} wrote “{part}” of the post-mortem of {record}"),
    "incident.postmortem-reviewed": msg("{by} gave the post-mortem of {record} to be read"),
    "incident.postmortem-published": msg("{by} published the post-mortem of {record}"),
    "incident.postmortem-overdue": msg("the post-mortem of {record} is overdue since {due}"),
}


class IncidentRecovered(Fact, frozen=True, kw_only=True):
    """Every alert of a case is over."""

    number: str
    kind: str
    began: datetime
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one record's facts in order."""
        return f"record:{self.number}"


class PostmortemPublished(Fact, frozen=True, kw_only=True):
    """What was learnt from a case can be read."""

    number: str
    by: str
    at: datetime

    @property
    def lane(self) -> str:
        """Return what keeps one record's facts in order."""
        return f"record:{self.number}"
