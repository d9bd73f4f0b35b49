"""What the page of a query shows: its answer, or why there is none and what would help."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bosco.explore.complete import matching
from bosco.explore.drawn import Drawn, drawn_of
from bosco.explore.look import Look
from bosco.explore.named import measures_in, query_for
from bosco.explore.plan_lines import plan_lines
from bosco.explore.queries import Queries
from bosco.explore.units import unit_of_query
from bosco.kit.refusal import Refusal
from bosco.plan.current import CurrentPlan
from bosco.plan.ledger import nearest
from bosco.promql.evaluate import Found
from bosco.promql.grid import Grid
from bosco.promql.parse import Query, parse
from bosco.promql.refusals import QueryRefusal
from bosco.promql.source import NAME
from bosco.signals.measures import Measures
from bosco.signals.samples import Samples
from bosco.signals.section import is_fed

EXAMPLES = 6


@dataclass(frozen=True)
class Refused:
    """A query that has no answer: the refusal, and the query cut in three around what is wrong."""

    refusal: Refusal
    before: str
    at: str
    after: str


@dataclass(frozen=True)
class Seen:
    """What a page shows of a query."""

    drawn: Drawn | None = None
    refused: Refused | None = None
    unit: str = ""
    lines: str = ""
    # Measures that the query names and nobody feeds, each with the name that was probably meant.
    missing: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Explorer:
    """Asks on behalf of a page."""

    queries: Queries
    samples: Samples
    measures: Measures
    current: CurrentPlan

    def names(self) -> Collection[str]:
        """Return the name of every measure that is fed."""
        return self.samples.register.index.values(NAME)

    def parsed(self, text: str) -> Query:
        """Read a query; the bare name of a measure is one, whatever signs it has."""
        try:
            return parse(text)
        except QueryRefusal:
            if text not in self.names():
                raise
            return parse(query_for(text))

    async def over(self, look: Look, now: datetime) -> tuple[Query, Found, Grid]:
        """Return the answer over the span of a look."""
        query = self.parsed(look.query)
        return query, *await self.queries.over(query.text, look.asked(now), look.step_ms)

    async def see(self, look: Look, now: datetime) -> Seen:
        """Return what the page shows."""
        try:
            query, found, grid = await self.over(look, now)
        except Refusal as refusal:
            return Seen(refused=_refused(look.query, refusal))
        unit = unit_of_query(query.tree, self.measures.unit)
        drawn = await self.queries.apart(lambda: drawn_of(found, grid, unit))
        known = is_fed(self.current.plan, query.text)
        lines = plan_lines(query.text, query.tree, drawn.most, unit, known)
        return Seen(drawn, None, unit, lines, self._missing(query))

    def _missing(self, query: Query) -> list[tuple[str, str | None]]:
        names = self.names()
        known = set(names)
        missing = [name for name in dict.fromkeys(measures_in(query.tree)) if name not in known]
        return [(name, nearest(name, names) or next(iter(matching(name, names)), None)) for name in missing[:5]]

    def examples(self) -> list[str]:
        """Return some queries over measures that there are."""
        found = []
        for name in sorted(self.names()):
            if name.endswith(("_total", "_count")):
                found.append(f"sum(rate({query_for(name)}[5m]))")
            elif name.endswith("_bucket"):
                found.append(f"histogram_quantile(0.95, sum by (le) (rate({query_for(name)}[5m])))")
            elif not name.endswith(("_sum", "_created")):
                found.append(query_for(name))
        kinds = (lambda one: one.startswith("hist"), lambda one: one.startswith("sum("), lambda one: True)
        chosen: dict[str, Any] = {}
        for kind in kinds:
            chosen.update(dict.fromkeys([one for one in found if kind(one)][:3]))
        return list(chosen)[:EXAMPLES]


def _refused(text: str, refusal: Refusal) -> Refused:
    place = getattr(refusal, "place", None)
    if place is None:
        return Refused(refusal, text, "", "")
    end = place
    while end < len(text) and (text[end].isalnum() or text[end] in "_:."):
        end += 1
    end = max(end, place + 1)
    return Refused(refusal, text[:place], text[place:end] or "␣", text[end:])
