"""PagerDuty's Events API v2, spoken from the other side: a tool that knows PagerDuty changes one address."""

from typing import Any, ClassVar, Literal

import msgspec

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, msg
from bosco.plan.words import SecretText
from bosco.receivers.kind import LONGEST_NAME, Body, Kind, decoded, labels_of, line, short_key, text, web_link, when
from bosco.receivers.model import Heard, Noted, Received, Said

LONGEST_SUMMARY = 1024
_SAID: dict[str, Said] = {"trigger": "firing", "acknowledge": "acknowledged", "resolve": "resolved"}


class Link(msgspec.Struct, kw_only=True):
    """A link beside an event."""

    href: str | None = None
    text: str | None = None


class Payload(msgspec.Struct, kw_only=True):
    """What an event is about."""

    summary: str
    source: str
    severity: Literal["critical", "error", "warning", "info"]
    timestamp: Any = None
    component: str | None = None
    group: str | None = None
    class_: str | None = msgspec.field(default=None, name="class")
    custom_details: Any = None


class Event(msgspec.Struct, kw_only=True):
    """The body of `/v2/enqueue`."""

    routing_key: str
    event_action: Literal["trigger", "acknowledge", "resolve"]
    dedup_key: str | None = None
    payload: Payload | None = None
    client: str | None = None
    client_url: str | None = None
    links: list[Link] | None = None


class ChangePayload(msgspec.Struct, kw_only=True):
    """What a change is about."""

    summary: str
    source: str | None = None
    timestamp: Any = None
    custom_details: Any = None


class Change(msgspec.Struct, kw_only=True):
    """The body of `/v2/change/enqueue`."""

    routing_key: str
    payload: ChangePayload
    links: list[Link] | None = None


class Invalid(Refusal):
    """An event that PagerDuty would call invalid, with its sentences."""

    def __init__(self, *errors: str) -> None:
        super().__init__(Code.INVALID, "; ".join(errors))
        self.errors = errors


class Pagerduty(Kind):
    """Events of any tool that knows PagerDuty; an API token is the routing key.

    In the plan: {pagerduty: token}
    """

    pagerduty: SecretText = "token"

    says: ClassVar[Message] = msg("any tool that knows PagerDuty")
    setup: ClassVar[str] = """Events API v2
URL: {base}/v2/enqueue   (in place of https://events.pagerduty.com/v2/enqueue)
Routing key: {token}
"""

    def read(self, body: Body) -> Heard:
        """Return the one event that came to an address of the plan rather than to `/v2/enqueue`."""
        return [event_of(decoded(body.raw, Event), "")]


def event_of(event: Event, new_key: str) -> Received:
    """Return the alert of an event; a trigger without a key gets the new one."""
    if event.event_action != "trigger":
        if not event.dedup_key:
            raise Invalid("'dedup_key' is missing or blank")
        return Received(key=short_key(event.dedup_key), said=_SAID[event.event_action], title="")
    payload = event.payload
    if payload is None:
        raise Invalid("'payload' is missing or blank")
    if not payload.summary.strip():
        raise Invalid("'payload.summary' is missing or blank")
    if not payload.source.strip():
        raise Invalid("'payload.source' is missing or blank")
    if event.dedup_key and len(event.dedup_key) > 255:
        raise Invalid("'dedup_key' is too long (maximum is 255 characters)")
    labels = {"source": payload.source, "component": payload.component, "group": payload.group, "class": payload.class_}
    links = [found for one in event.links or () if (found := web_link(one.href))]
    return Received(
        key=short_key(event.dedup_key or new_key),
        said="firing",
        title=line(payload.summary[:LONGEST_SUMMARY]),
        severity=payload.severity,
        service=payload.component or payload.source,
        labels=labels_of({name: value for name, value in labels.items() if value}),
        since=when(payload.timestamp),
        link=next(iter(links), None) or web_link(event.client_url),
        details=_details(payload.custom_details),
    )


def change_of(change: Change) -> Noted:
    """Return what was changed."""
    links = [found for one in change.links or () if (found := web_link(one.href))]
    summary = change.payload.summary
    if not summary.strip():
        raise Invalid("'payload.summary' is missing or blank")
    return Noted(
        title=line(summary[:LONGEST_SUMMARY]),
        link=next(iter(links), None),
        service=change.payload.source or "",
        at=when(change.payload.timestamp),
        version=line(summary[:LONGEST_SUMMARY]),
    )


def _details(given: Any) -> tuple[tuple[str, str], ...]:
    if given is None or given == "":
        return ()
    pairs = list(given.items())[:20] if isinstance(given, dict) else [("details", given)]
    return tuple((line(name, LONGEST_NAME), _shown(value)) for name, value in pairs)


def _shown(value: Any) -> str:
    return text(value if isinstance(value, str) else msgspec.json.encode(value).decode()) or ""
