"""Writes a line with the transaction that makes it true."""

from typing import Any

import msgspec
from sqlalchemy import insert

from bosco.journal.store import waiting
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store.tx import Tx
from bosco.store.types import clean, to_microseconds, write_json

BELL = "journal"
DATA_LIMIT = 64 * 1024
NAME_LIMIT = 300
WHY_LIMIT = 4000

_APPEND = insert(waiting)


def append(tx: Tx, subject: str, what: str, actor: str, why: str | None, data: dict[str, Any] | None) -> str:
    """Append a line; the sealer gives it its place after the commit."""
    line_id = tx.new_id()
    tx.run(
        _APPEND,
        {
            "id": line_id,
            "at": to_microseconds(tx.at),
            "subject": _name(subject),
            "what": _name(what),
            "actor": _name(actor),
            "why": None if why is None else _shortened(clean(why)),
            "data": _written(data),
        },
    )
    tx.ring(BELL)
    return line_id


def _name(text: str) -> str:
    if not text or len(text) > NAME_LIMIT:
        raise Refusal(
            Code.INVALID, msg("A line of the journal needs names of 1 to {limit} characters.", limit=NAME_LIMIT)
        )
    return clean(text)


def _shortened(text: str) -> str:
    # A reason may quote a whole answer of a stranger's server: its beginning says enough.
    return text if len(text) <= WHY_LIMIT else f"{text[: WHY_LIMIT - 1]}…"


def _written(data: dict[str, Any] | None) -> str | None:
    if not data:
        return None
    text = write_json(data)
    if len(text) > DATA_LIMIT:
        raise Refusal(
            Code.TOO_LARGE,
            msg("A line of the journal holds at most {limit} KiB of data.", limit=DATA_LIMIT // 1024),
            msg("Keep the data elsewhere and write where."),
        )
    return text


def read_data(text: str | None) -> dict[str, Any]:
    """Return what `data` held."""
    found: dict[str, Any] = {} if text is None else msgspec.json.decode(text)
    return found
