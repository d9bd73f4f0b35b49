"""What a record may have to do with: what somebody typed or pasted, and where it leads."""

import re
from urllib.parse import quote

from sqlalchemy import select

from bosco.records.store import states
from bosco.store.tx import Tx

_PAGES = {"records": "record", "incidents": "record", "alerts": "alert", "services": "service", "probes": "probe"}
_PATHS = {"record": "/records/", "alert": "/alerts/", "service": "/services/", "probe": "/probes/"}
_OURS = re.compile(r"(?:https?://[^/\s]+)?/(" + "|".join(_PAGES) + r")/([^/?#\s]+)(?:[?#].*)?")


def read_target(tx: Tx, typed: str, site: str | None = None) -> str:
    """Return what is meant: a number stands for its record, the address of one of our pages for what it shows."""
    text = typed.strip()
    known = select(states.c.number).where(states.c.number == text)
    if text and tx.run(known).first() is not None:
        return f"record:{text}"
    ours = _OURS.fullmatch(text)
    if ours and (text.startswith("/") or (site and text.startswith(f"{site.rstrip('/')}/"))):
        return f"{_PAGES[ours[1]]}:{ours[2]}"
    return text


def address_of(target: str) -> str | None:
    """Return where a target leads, or None; an address of a script leads nowhere."""
    if re.fullmatch(r"https?://[^\s<>\"']+", target):
        return target
    kind, _, name = target.partition(":")
    if kind == "measure" and name:
        return f"/explore?query={quote(name, safe='')}"
    start = _PATHS.get(kind)
    return start + quote(name, safe="") if start and name else None


def shown(target: str) -> str:
    """Return how a target reads: a record by its number alone."""
    return target.removeprefix("record:")
