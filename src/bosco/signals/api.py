"""Measures for programs: values in, last values out; and the addresses that speak the protocols of others."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import Parameter

from bosco.accounts.service import Accounts
from bosco.kit.clock import Clock
from bosco.kit.refusal import not_found
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.signals.api_sources import source_routes
from bosco.signals.gate import Gate
from bosco.signals.labels import MOST_LABELS
from bosco.signals.measures import Measures, Told, Value
from bosco.signals.otlp import otlp_routes
from bosco.signals.pushing import Pushing
from bosco.signals.samples import Samples
from bosco.signals.senders import must_keep
from bosco.signals.service import Feeds
from bosco.signals.writing import write_routes
from bosco.store.helm import Helm
from bosco.web.shell import Shell
from bosco.web.visitor import AnyRequest, Visitor, may

MOST_AT_ONCE = 10_000
Text = Annotated[str, msgspec.Meta(max_length=4000)]


class ValueIn(msgspec.Struct, forbid_unknown_fields=True):
    """A value of a measure."""

    value: float
    labels: Annotated[dict[str, Text], msgspec.Meta(max_length=MOST_LABELS)] = {}
    at: datetime | None = None
    unit: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class NamedIn(ValueIn, forbid_unknown_fields=True, kw_only=True):
    """A value of the measure that is named."""

    name: Annotated[str, msgspec.Meta(max_length=200)]


class ValueOut(msgspec.Struct):
    """A value as it was kept, in the measure's unit."""

    name: str
    value: float | None
    unit: str
    at: datetime
    labels: dict[str, str]
    source: str


def routes(  # noqa: PLR0913, PLR0917 - every way in has a door of its own
    samples: Samples,
    measures: Measures,
    pushing: Pushing,
    accounts: Accounts,
    clock: Clock,
    gate: Gate,
    helm: Helm,
    feeds: Feeds,
    current: CurrentPlan,
    shell: Shell,
) -> list[Any]:
    """Return the API of what arrives."""

    async def keep(request: AnyRequest, visitor: Visitor, told: Sequence[Told]) -> list[ValueOut]:
        must_keep(helm)
        # A sender that did not hear the answer sends the same again, with the same key: its value counts once.
        key = request.headers.get("idempotency-key", "")[:200]
        sender, source = visitor.actor + request.url.path, f"pushed by {visitor.name or visitor.id}"
        return [_out(one) for one in await pushing.push(sender, key, list(told), source)]

    @post(
        "/api/v1/measures/{name:str}",
        summary="Send a value",
        description="Answered when the value is on disk. With an `Idempotency-Key`, sent twice it counts once.",
        status_code=200,
        guards=[may("responder")],
    )
    async def push(request: AnyRequest, visitor: Visitor, name: str, data: ValueIn) -> ValueOut:
        return (await keep(request, visitor, [_told(name, data)]))[0]

    @post(
        "/api/v1/measures",
        summary="Send several values",
        description="All of them are kept, or none.",
        status_code=200,
        guards=[may("responder")],
    )
    async def push_all(
        request: AnyRequest,
        visitor: Visitor,
        data: Annotated[list[NamedIn], msgspec.Meta(max_length=MOST_AT_ONCE)],
    ) -> list[ValueOut]:
        return await keep(request, visitor, [_told(one.name, one) for one in data])

    @get("/api/v1/measures/{name:str}", summary="The last value of each series of a measure")
    async def last(name: str, limit: Annotated[int, Parameter(ge=1, le=MOST_AT_ONCE)] = 1000) -> list[ValueOut]:
        found = await measures.last(name)
        if not found:
            raise not_found(msg("Nothing has been heard of a measure {name}.", name=name[:100]))
        return [_out(one) for one in found[:limit]]

    return [
        push,
        push_all,
        last,
        *write_routes(samples, accounts, clock, gate, helm),
        *otlp_routes(samples, accounts, clock, gate, helm),
        *source_routes(feeds, current, shell),
    ]


def _told(name: str, data: ValueIn) -> Told:
    at = data.at.replace(tzinfo=UTC) if data.at is not None and data.at.tzinfo is None else data.at
    return Told(name, data.value, data.labels, data.unit, at)


def _out(one: Value) -> ValueOut:
    # JSON has no word for what is no number.
    value = one.value if abs(one.value) < float("inf") else None
    return ValueOut(one.name, value, one.unit, one.at, dict(one.labels), one.source)
