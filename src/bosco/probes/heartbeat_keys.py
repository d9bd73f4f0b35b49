"""The addresses of heartbeats: a key for each, or the installation's ping key and a slug."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bosco.probes.heartbeat import PingKind

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
SLUG = re.compile(r"[a-z0-9_-]+", re.ASCII)
_STATUS = re.compile(r"\d{1,10}", re.ASCII)
_ACTIONS: dict[str, PingKind] = {"": "success", "start": "start", "fail": "fail", "log": "log"}

Wrong = Literal["not found", "invalid url format", "ambiguous slug"]


@dataclass(frozen=True)
class Meant:
    """What an address means: a heartbeat, and what is said of it."""

    heartbeat: str
    kind: PingKind
    status: int | None = None


def key_from(secret: str) -> str:
    """Return a key in the form of a UUID, as unguessable as the secret."""
    digits = list(hashlib.sha256(secret.encode()).hexdigest()[:32])
    digits[12], digits[16] = "4", "89ab"[int(digits[16], 16) % 4]
    text = "".join(digits)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def slug_of(name: str) -> str:
    """Return a name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")


class Addresses:
    """Which address means which heartbeat."""

    def __init__(self, ping_key: str = "", keys: Mapping[str, str] | None = None) -> None:
        self.ping_key = ping_key
        # Heartbeats by their key, in lower case.
        self._by_key = {key.lower(): name for name, key in (keys or {}).items()}
        self._by_slug: dict[str, list[str]] = {}
        for name in keys or {}:
            self._by_slug.setdefault(slug_of(name), []).append(name)

    def means(self, path: Iterable[str]) -> Meant | Wrong:
        """Return what the parts of an address after `/ping` mean."""
        parts = [part for part in path if part]
        if not parts:
            return "not found"
        first, *rest = parts
        name = self._by_key.get(first.lower())
        if name is None and rest and self.ping_key and first == self.ping_key:
            slug, *rest = rest
            if not SLUG.fullmatch(slug):
                return "invalid url format"
            names = self._by_slug.get(slug, [])
            if len(names) > 1:
                return "ambiguous slug"
            name = names[0] if names else None
        return "not found" if name is None or len(rest) > 1 else _said(name, rest[0] if rest else "")


def _said(name: str, action: str) -> Meant | Wrong:
    if action in _ACTIONS:
        return Meant(name, _ACTIONS[action])
    if not _STATUS.fullmatch(action):
        return "not found"
    status = int(action)
    if status > 255:
        return "invalid url format"
    return Meant(name, "success" if status == 0 else "fail", status)
