"""The list of measures, and the page of one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import Parameter

from bosco.alerts.section import LEVEL_NAMES, rules_of
from bosco.explore.drawn import drawn_of
from bosco.explore.look import SPANS, Look, look_of
from bosco.explore.measure_list import ORDERS, WHICH, Tally, address_of, listed, wanted_of
from bosco.explore.named import query_for
from bosco.explore.page_explore import Explorer
from bosco.explore.page_measure import (
    ON_A_PAGE,
    chart_levels,
    feeds_of,
    places_of,
    rules_using,
    series_of,
    signals_using,
)
from bosco.explore.rates import Rates
from bosco.kit.clock import Clock
from bosco.kit.refusal import Refusal, not_found
from bosco.kit.words import Text, msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.signals.section import SIGNALS, measure_name, source_of, unfed
from bosco.signals.service import Feeds
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest

LONGEST_NAME = 500
PageNumber = Annotated[int, Parameter(ge=1, le=1_000_000)]


def measure_routes(
    shell: Shell, clock: Clock, current: CurrentPlan, explorer: Explorer, feeds: Feeds, rates: Rates
) -> list[Any]:
    """Return the routes."""
    samples, units = explorer.samples, explorer.measures

    @get("/measures")
    async def measures(
        request: AnyRequest, q: str = "", which: str = "all", order: str = "name", page: PageNumber = 1
    ) -> Response[str]:
        await samples.load()
        wanted, named = wanted_of(q, which, order, page), named_by(current.plan)
        tally = Tally(samples, rates.each_minute())
        language = shell.reader(request).language
        texts = {name: f"{say(label, language)} {name}" for name, label in named.items()}
        found = listed(tally, named, units.unit, wanted, texts)
        tabs = [
            {"href": wanted.address(which=key, page=1), "label": label, "count": found.counts[key], "current": on}
            for key, label in WHICH.items()
            if (on := key == wanted.which) or key == "all" or found.counts[key]
        ]
        values: dict[str, Any] = {"wanted": wanted, "found": found, "tabs": tabs, "total": len(tally.names)}
        if request.headers.get("hx-request"):
            return shell.fragment(request, "explore/measures.html#rows", **values)
        return shell.page(request, "explore/measures.html", orders=ORDERS, **values)

    @get("/measures/{name:path}")
    async def measure(request: AnyRequest, name: str, span: str = "24h", page: PageNumber = 1) -> Response[str]:
        await samples.load()
        plan, name = current.plan, name.removeprefix("/")[:LONGEST_NAME]
        places = await places_of(samples, name)
        signal, rules = plan[SIGNALS].get(name), rules_using(plan, name)
        if not len(places) and signal is None and not rules:
            raise not_found(msg("Nothing has been heard of a measure {name}.", name=name[:100]))
        minute = rates.each_minute()
        at = int(samples.latest.times[places].max(initial=0))
        unit = units.unit(name)
        return shell.page(
            request,
            "explore/measure.html",
            name=name,
            title=measure_name(plan, name),
            signal=signal,
            kind=source_of(signal).called if signal else None,
            unit=unit,
            count=len(places),
            at=datetime.fromtimestamp(at / 1000, UTC) if at else None,
            rate=float(minute[places].sum()),
            series=series_of(samples, places, minute, page),
            page=page,
            on_a_page=ON_A_PAGE,
            feeds=feeds_of(samples, places),
            asked=feeds.feeding.asked.get(name),
            unfed=unfed(plan, name) or (source_of(signal).unfed if signal else None),
            rules=rules,
            level_names=LEVEL_NAMES,
            computed=[(one, address_of(one), measure_name(plan, one)) for one in signals_using(plan, name)],
            metadata=next(iter((await samples.metadata(name)).get(name, ())), None),
            explore=Look(query_for(name), span if span in SPANS else "24h").address(),
            link=address_of(name),
            **await chart(name, span, unit, rules),
        )

    async def chart(name: str, span: str, unit: str, rules: list[dict[str, Any]]) -> dict[str, Any]:
        look = replace(look_of(query_for(name), span if span in SPANS else "24h", "", ""), path=address_of(name))
        # Values that come seldom are shown, too: each step shows the last one that came in it.
        window = max(look.step_ms // 1000, 300)
        query = f"last_over_time({look.query}[{window}s])"
        try:
            found, grid = await explorer.queries.over(query, look.asked(clock.read()), look.step_ms)
        except Refusal as refusal:
            return {"drawn": None, "refusal": refusal, "tabs": span_tabs(look)}
        drawn = await explorer.queries.apart(lambda: drawn_of(found, grid, unit))
        if drawn.chart:
            drawn.chart["levels"] = chart_levels(rules, unit)
        return {"drawn": drawn, "refusal": None, "tabs": span_tabs(look)}

    return [measures, measure]


def named_by(plan: Plan) -> Mapping[str, Text | str]:
    """Return the measures that the plan names, and what it calls them."""
    names = dict.fromkeys([*plan[SIGNALS], *(rule.measure for rule in rules_of(plan))])
    return {name: measure_name(plan, name) for name in names}


def span_tabs(look: Look) -> list[dict[str, Any]]:
    """Return the tabs that lead from one span to another."""
    return [
        {"href": f"{look.path}?span={span}", "label": label, "current": span == look.span}
        for span, label in SPANS.items()
    ]
