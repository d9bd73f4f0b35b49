"""What every kind of sender has in common: it reads a body, and tells how a signature is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, ClassVar, TypeVar

import msgspec

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Message, msg
from bosco.plan.part import PlanPart
from bosco.receivers.model import Heard

MOST_ALERTS = 20_000
LONGEST_TITLE = 300
LONGEST_TEXT = 4_000
LONGEST_NAME = 200
MOST_LABELS = 64
_TOO_LATE_FOR_SECONDS = 100_000_000_000
T = TypeVar("T")


@dataclass(frozen=True)
class Body:
    """A request as it came: its raw bytes, its headers in lower case, and when."""

    raw: bytes
    headers: Mapping[str, str]
    at: datetime


class Kind(PlanPart):
    """A kind of sender, as an entry of `receivers:` names it.

    The field that is called like the kind holds the secret that its sender signs with, or `token`: then it shows an API
    token of Bosco.
    """

    says: ClassVar[Message] = msg("another program")
    # The lines to copy into the sender's settings; {url} is the address, {token} where the token goes.
    setup: ClassVar[str] = ""

    def read(self, body: Body) -> Heard:
        """Return what a body says, or refuse it with what is wrong."""
        raise NotImplementedError

    def signed(self, body: Body) -> tuple[str, bytes] | None:
        """Return the signature that came, as hexadecimal digits, and the bytes that it covers; None without one."""
        return None


def wrong(says: Message, where: str | None = None) -> Refusal:
    """Refuse a body."""
    return Refusal(Code.INVALID, says, where=where)


def decoded(raw: bytes, kind: type[T]) -> T:
    """Return the JSON of a body as that type; what the type does not name is passed over."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        text, _, where = str(error).partition(" - at ")
        raise wrong(msg("The body is not as it should be: {why}.", why=text), where.strip("`") or None) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise wrong(msg("The body is not JSON: {why}.", why=str(error)[:200])) from None
    except RecursionError:
        raise wrong(msg("The body is nested too deeply.")) from None


def few(count: int) -> None:
    """Refuse more alerts at once than anybody can mean."""
    if count > MOST_ALERTS:
        raise Refusal(Code.TOO_LARGE, msg("At most {n} alerts come at once.", n=MOST_ALERTS))


def line(text: Any, most: int = LONGEST_TITLE) -> str:
    """Return a text as one line that is not too long, without characters that cannot be shown."""
    found = " ".join("".join(one if one.isprintable() else " " for one in str(text)[: most * 4]).split())
    return found if len(found) <= most else found[: most - 1] + "…"


def text(value: Any) -> str | None:
    """Return a longer text, cut where it becomes too long; None for nothing."""
    if value is None or value == "":
        return None
    found = str(value).strip()
    return found if len(found) <= LONGEST_TEXT else found[: LONGEST_TEXT - 1] + "…"


def labels_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Return labels that are neither too many nor too long."""
    pairs = list(given.items())[:MOST_LABELS]
    return {line(name, LONGEST_NAME): line(value, LONGEST_TITLE) for name, value in pairs}


def web_link(value: Any) -> str | None:
    """Return a link that a browser may follow."""
    found = str(value or "").strip()
    return found if found.startswith(("https://", "http://")) and len(found) <= 2000 else None


def instant(value: datetime | None) -> datetime | None:
    """Return an instant of a sender; year 1, which some write for nothing, is nothing."""
    if value is None or value.year <= 1970 or value.year >= 3000:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def when(value: Any) -> datetime | None:
    """Return an instant that was written as ISO 8601, as seconds or as milliseconds since 1970."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return instant(datetime.fromtimestamp(value / 1000 if value > _TOO_LATE_FOR_SECONDS else value, UTC))
        return instant(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def digest(parts: Mapping[str, str]) -> str:
    """Return a short name for a set of labels, the same in whatever order they come."""
    return sha256(msgspec.json.encode(sorted(parts.items()))).hexdigest()[:32]


def short_key(key: str) -> str:
    """Return a sender's key as it is kept: one that is very long by its digest."""
    key = key.strip()
    return key if len(key) <= 255 and key.isprintable() else sha256(key.encode("utf-8", "replace")).hexdigest()
