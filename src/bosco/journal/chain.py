"""How a line is bound to everything before it."""

import hashlib
from typing import NamedTuple

import msgspec

BEGINNING = bytes(32)


class Written(NamedTuple):
    """What a digest covers of a line: all of it, as it is stored."""

    place: int
    id: str
    at: int
    subject: str
    what: str
    actor: str
    why: str | None
    data: str | None


def digest_of(before: bytes, line: Written) -> bytes:
    """Return SHA-256 of the digest before, followed by the line as one JSON list."""
    return hashlib.sha256(before + msgspec.json.encode(line)).digest()
