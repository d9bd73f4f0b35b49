"""`/prometheus`: what Grafana and every other client of Prometheus reads Bosco by, as of a Prometheus."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

import promql_parser
from litestar import HttpMethod, Response, route

from bosco import __version__
from bosco.accounts.service import Accounts
from bosco.explore.envelope import answered, troubled
from bosco.explore.queries import Queries
from bosco.explore.wishes import (
    Form,
    count_of,
    duration_of,
    form_of,
    instant_of,
    label_of,
    named,
    one,
    seconds_of,
    selectors_of,
    span_of,
)
from bosco.kit.clock import Clock
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.promql.parse import parse
from bosco.promql.refusals import QueryRefusal
from bosco.signals.samples import Samples
from bosco.signals.senders import program_of
from bosco.telemetry.grid import micros
from bosco.web.visitor import MACHINE, AnyRequest

ROOT = "/prometheus/api/v1"
# A query is short; a list of selectors may be longer.
LARGEST = 1_000_000
# Whose manners clients find here: they ask by the version what they may ask for.
LIKE = "2.42.0"

T = TypeVar("T")
Ask: TypeAlias = Callable[[Form], Awaitable[Any]]


def routes(queries: Queries, samples: Samples, accounts: Accounts, clock: Clock) -> list[Any]:
    """Return the addresses."""

    def now() -> int:
        return micros(clock.read()) // 1000

    async def query(form: Form) -> bytes:
        text, at = one(form, "query"), instant_of(form, "time", now())
        return await _asked(text, queries.told_at(text, at, seconds_of(form)))

    async def query_range(form: Form) -> bytes:
        text, span = one(form, "query"), (instant_of(form, "start"), instant_of(form, "end"))
        return await _asked(text, queries.told_over(text, span, duration_of(form, "step"), seconds_of(form)))

    async def labels(form: Form) -> list[str]:
        return (await samples.labels(selectors_of(form), *span_of(form, now())))[: count_of(form, "limit") or None]

    async def series(form: Form) -> list[dict[str, str]]:
        found = await samples.series(selectors_of(form, needed=True), *span_of(form, now()))
        return [dict(one) for one in found[: count_of(form, "limit") or None]]

    async def metadata(form: Form) -> dict[str, Any]:
        most = count_of(form, "limit")
        found = await samples.metadata(one(form, "metric") or None)
        kept = list(found.items())[: most if most is not None and most >= 0 else None]
        return {name: [{"type": one.type, "help": one.help, "unit": one.unit} for one in told] for name, told in kept}

    async def format_query(form: Form) -> str:
        text = one(form, "query")
        await _asked(text, _parsed(text))
        return str(promql_parser.parse(text).prettify())

    async def exemplars(form: Form) -> list[Any]:
        await _asked(one(form, "query"), _parsed(one(form, "query")))
        return []

    async def build(_: Form) -> dict[str, str]:
        told = {"version": LIKE, "revision": f"bosco-{__version__}", "branch": "bosco"}
        return {**told, "buildUser": "", "buildDate": "", "goVersion": ""}

    async def answer(request: AnyRequest, ask: Ask) -> Response[bytes]:
        try:
            await program_of(request, accounts)
            return answered(await ask(await form_of(request)))
        except Exception as error:
            return troubled(error)

    @route(f"{ROOT}/label/{{name:str}}/values", http_method=[HttpMethod.GET], **_OPEN)
    async def label_values(request: AnyRequest, name: str) -> Response[bytes]:
        async def ask(form: Form) -> list[str]:
            found = await samples.label_values(label_of(name), selectors_of(form), *span_of(form, now()))
            return found[: count_of(form, "limit") or None]

        return await answer(request, ask)

    @route(f"{ROOT}/{{what:path}}", http_method=[HttpMethod.GET, HttpMethod.POST], **_OPEN)
    async def other(request: AnyRequest, what: str) -> Response[bytes]:
        return await answer(request, asks.get(what.strip("/"), _unknown))

    asks: dict[str, Ask] = {
        "query": query,
        "query_range": query_range,
        "labels": labels,
        "series": series,
        "metadata": metadata,
        "format_query": format_query,
        "query_exemplars": exemplars,
        "status/buildinfo": build,
    }
    return [label_values, other]


_OPEN: dict[str, Any] = {
    "opt": MACHINE,
    "status_code": 200,
    "request_max_body_size": LARGEST,
    "include_in_schema": False,
}


async def _asked(text: str, asking: Awaitable[T]) -> T:
    try:
        return await asking
    except QueryRefusal as refusal:
        # Only what is wrong with the text itself is the parameter's fault.
        raise named(refusal, "query", text) if refusal.place is not None else refusal from refusal


async def _parsed(text: str) -> None:
    parse(text)


async def _unknown(_: Form) -> Any:
    raise Refusal(Code.NOT_FOUND, msg("Bosco answers query, query_range, labels, label values, series and metadata."))
