"""What somebody answered to a text message, as gateways hand it on: who, and whether they want more of them."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

# As Twilio, OVHcloud and most others name them; the first that is there counts.
_FROM = ("from", "sender", "msisdn", "phone", "number", "source", "mo")
_TEXT = ("body", "text", "message", "content", "keyword")
_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "arret", "desinscription"})
_START = frozenset({"start", "unstop", "yes", "oui", "reprise"})
LONGEST = 20_000
Wish = Literal["stop", "start"]


@dataclass(frozen=True)
class Reply:
    """Who answered, and what they want, if it is one of the two."""

    phone: str
    wish: Wish | None


def read_reply(body: bytes, content_type: str, query: Mapping[str, str]) -> Reply | None:
    """Return the answer, or nothing if nobody is named in it."""
    found = {name.casefold(): value for name, value in {**_fields(body, content_type), **query}.items()}
    phone = digits(next((found[name] for name in _FROM if found.get(name)), ""))
    text = next((found[name] for name in _TEXT if found.get(name)), "")
    return Reply(phone, wish_of(text)) if 5 <= len(phone) <= 15 else None


def wish_of(text: str) -> Wish | None:
    """Return what an answer wants: its first word says so, however it is written."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign)).split()
    first = words[0] if words else ""
    return "stop" if first in _STOP else "start" if first in _START else None


def digits(phone: str) -> str:
    """Return the digits of a phone, by which the same one is known however it is written."""
    return "".join(sign for sign in phone[:40] if sign.isascii() and sign.isdigit()).removeprefix("00")


def _fields(body: bytes, content_type: str) -> dict[str, str]:
    text = body[:LONGEST].decode("utf-8", "replace")
    if "json" not in content_type.casefold():
        return dict(parse_qsl(text, max_num_fields=100)) if text.count("&") < 100 else {}
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
