"""What arrives from others: alerts as every sender's form comes down to, and notes that are no alerts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from bosco.kit.words import Message, msg

Said = Literal["firing", "resolved", "acknowledged"]

SAYINGS: dict[str, Message] = {
    "receiver.received": msg("{receiver} told of {firing} and the end of {resolved}"),
    "receiver.noted": msg("{receiver}: {title}"),
    "receiver.refused": msg("What came to {receiver} was refused: {why}"),
    "receiver.fell-silent": msg("{receiver} said nothing more of {count}: they count as over"),
}


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One alert of a sender; `key` is what the sender calls the same alert by."""

    key: str
    said: Said
    title: str
    # The sender's own words; the plan says which level and which service they mean.
    severity: str = ""
    service: str = ""
    labels: Mapping[str, str] = {}
    seen: Any = None
    why: str | None = None
    since: datetime | None = None
    # Over at that instant unless it is said again; None for senders who say when it is over.
    until: datetime | None = None
    link: str | None = None
    details: tuple[tuple[str, str], ...] = ()


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a sender tells and that is no alert: a hook that was tried out, a change that was made."""

    title: str
    link: str | None = None
    service: str = ""
    at: datetime | None = None
    # Of a change that was made: the version that was deployed, and where to.
    version: str = ""
    environment: str = ""


Heard = list[Received | Noted]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of an address: what came last, and what was refused last."""

    receiver: str
    received_at: datetime | None = None
    alerts: int = 0
    requests: int = 0
    refused_at: datetime | None = None
    refused_why: Any = None
