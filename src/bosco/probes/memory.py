"""How a probe's standing is kept in its row and read again."""

from datetime import datetime
from typing import Any

import msgspec

from bosco.kit.packed import pack, unpack
from bosco.probes.kind import Outcome
from bosco.probes.state import Sight, Standing


class Memory(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the next look is judged with, beside the state itself."""

    known: Outcome | None = None
    recent: tuple[Sight, ...] = ()
    blind: int = 0
    blind_since: datetime | None = None
    changes: tuple[datetime, ...] = ()
    looked_at: datetime | None = None
    away: bool = False


def row_of(name: str, standing: Standing) -> dict[str, Any]:
    """Return the row of a standing."""
    memory = Memory(
        standing.known,
        standing.recent,
        standing.blind,
        standing.blind_since,
        standing.changes,
        standing.looked_at,
        standing.away,
    )
    return {
        "name": name,
        "state": standing.shown,
        "since": standing.since,
        "because": pack(standing.because),
        "flapping": standing.flapping,
        "memory": msgspec.to_builtins(memory),
    }


def standing_of(row: Any) -> Standing:
    """Return the standing that a row keeps."""
    memory = msgspec.convert(row.memory, Memory)
    return Standing(
        shown=row.state,
        since=row.since,
        because=unpack(row.because),
        known=memory.known,
        recent=memory.recent,
        blind=memory.blind,
        blind_since=memory.blind_since,
        changes=memory.changes,
        flapping=row.flapping,
        looked_at=memory.looked_at,
        away=memory.away,
    )
