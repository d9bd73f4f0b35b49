"""For how long what was seen is kept: each look and value, then what minutes, hours and days made of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator

from bosco.kit.numbers import Unreadable
from bosco.kit.units import say_duration
from bosco.kit.words import Message, msg
from bosco.plan.load import Plan
from bosco.plan.part import PlanPart
from bosco.plan.section import Section, Table, cell
from bosco.plan.words import Duration

DAY = timedelta(days=1)


def _at_least(least: timedelta) -> Any:
    def check(span: timedelta) -> timedelta:
        if span < least:
            raise Unreadable(msg("pages and alerts look further back than this"), expected=_least(least))
        return span

    return AfterValidator(check)


def _least(span: timedelta) -> Message:
    return msg("at least {limit}", limit=say_duration(span))


# The last looks are shown for a day, the slow error budget is counted over three, a chart of a month is made of hours.
_Rows = Annotated[Duration, _at_least(DAY)]
_Minutes = Annotated[Duration, _at_least(4 * DAY)]
_Hours = Annotated[Duration, _at_least(32 * DAY)]
_Days = Annotated[Duration, _at_least(400 * DAY)]


class Keep(PlanPart):
    """For how long each sort of row is kept; without a word, as long as its table says."""

    looks: _Rows | None = None
    samples: _Rows | None = None
    measures: _Rows | None = None
    minutes: _Minutes | None = None
    hours: _Hours | None = None
    days: _Days | None = None

    def spans(self) -> dict[str, timedelta]:
        """Return the spans that the plan says, by its words."""
        found: Mapping[str, timedelta | None] = {word: getattr(self, word) for word in type(self).model_fields}
        return {word: span for word, span in found.items() if span is not None}


NAMES: dict[str, Message] = {
    "looks": msg("Each look of a probe"),
    "samples": msg("Metrics of others"),
    "measures": msg("Values of measures"),
    "minutes": msg("By minute"),
    "hours": msg("By hour"),
    "days": msg("By day"),
}


def _table(keep: Keep, _: Plan) -> Table:
    rows = tuple((cell(NAMES[word], tone="strong"), cell(say_duration(span))) for word, span in keep.spans().items())
    return Table((msg("Kept"), msg("For")), rows)


KEEP: Section[Keep] = Section("keep", Keep, default=Keep, title=msg("Retention"), order=16, table=_table)
