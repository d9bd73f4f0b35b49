"""The page on which a query is typed, its sheet, and what may be typed next."""

from collections.abc import Collection
from typing import Any

from litestar import Response, get

from bosco.explore.complete import MOST, matching, spot_of, words_of_the_language
from bosco.explore.drawn import MOST_DRAWN, MOST_SHOWN, sheet_of
from bosco.explore.look import LONGEST, SPANS, STEPS, look_of
from bosco.explore.page_explore import Explorer
from bosco.kit.clock import Clock
from bosco.promql.source import NAME, Matcher
from bosco.signals.samples import ENDS_AFTER
from bosco.telemetry.grid import micros
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest


def explore_routes(shell: Shell, clock: Clock, explorer: Explorer) -> list[Any]:
    """Return the routes."""

    @get("/explore")
    async def explore(
        request: AnyRequest, q: str = "", span: str = "1h", step: str = "", until: str = ""
    ) -> Response[str]:
        look, now = look_of(q, span, step, until), clock.read()
        seen = await explorer.see(look, now) if look.query else None
        values: dict[str, Any] = {
            "look": look,
            "seen": seen,
            "earlier": look.earlier(now),
            "later": look.later(now),
            "most_drawn": MOST_DRAWN,
            "most_shown": MOST_SHOWN,
            "examples": [] if look.query else explorer.examples(),
            "is_empty": not explorer.names(),
            "spans": SPANS,
        }
        status = 422 if seen and seen.refused else 200
        if request.headers.get("hx-request"):
            return shell.fragment(request, "explore/explore.html#answer", status=status, **values)
        return shell.page(request, "explore/explore.html", status=status, steps=STEPS, longest=LONGEST, **values)

    @get("/explore/sheet")
    async def sheet(q: str = "", span: str = "1h", step: str = "", until: str = "") -> Response[bytes]:
        _, found, grid = await explorer.over(look_of(q, span, step, until), clock.read())
        written = await explorer.queries.apart(lambda: sheet_of(found, grid))
        name = {"Content-Disposition": 'attachment; filename="measures.csv"'}
        return Response(written, media_type="text/csv; charset=utf-8", headers=name)

    @get("/explore/complete")
    async def complete(text: str = "", at: int = 0) -> dict[str, Any]:
        text = text[:LONGEST]
        spot = spot_of(text, max(0, min(at, len(text))))
        known: dict[str, Collection[str]] = {
            "measure": explorer.names() if spot.kind == "name" else [],
            "function": words_of_the_language() if spot.kind == "name" else [],
            "label": await labels(spot.measure) if spot.kind == "label" else [],
            "value": await values_of(spot.label, spot.measure) if spot.kind == "value" and spot.label else [],
        }
        items = [{"text": word, "kind": kind} for kind, words in known.items() for word in matching(spot.typed, words)]
        begin = [one for one in items if one["text"].casefold().startswith(spot.typed.casefold())]
        rest = [one for one in items if one not in begin]
        return {"begins": spot.begins, "items": [*begin, *rest][:MOST]}

    async def labels(measure: str | None) -> list[str]:
        index = explorer.samples.register.index
        found = await explorer.samples.labels(*recent(measure)) if measure else index.names()
        return [name for name in found if name != NAME]

    async def values_of(label: str, measure: str | None) -> Collection[str]:
        index = explorer.samples.register.index
        return await explorer.samples.label_values(label, *recent(measure)) if measure else index.values(label)

    def recent(measure: str) -> tuple[list[tuple[Matcher, ...]], int, int]:
        now = clock.read()
        return [(Matcher(NAME, "=", measure),)], micros(now - ENDS_AFTER) // 1000 + 1, micros(now) // 1000

    return [explore, sheet, complete]
