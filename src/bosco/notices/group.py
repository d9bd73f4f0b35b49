"""Whether a group is told of now, and for which reason: what Alertmanager does, with its end told at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bosco.channels.model import Event
from bosco.kit.packed import unpack
from bosco.kit.units import say_duration
from bosco.kit.words import Message, msg
from bosco.notices.bundles import Bundle, Owed
from bosco.notices.matrix import again_of

# Of several pieces of news in one letter, the first of these names it.
ORDER: tuple[Event, ...] = (
    "unacknowledged",
    "escalated",
    "opened",
    "changed",
    "acknowledged",
    "resolved",
)


@dataclass(frozen=True)
class Decision:
    """What is told now, and why."""

    event: Event
    why: Any
    rows: tuple[Owed, ...]
    # Whether the whole group is clear with it.
    ends: bool = False


def decide(bundle: Bundle, news: Sequence[Owed], now: datetime) -> Decision | None:
    """Return what a group is told now: all that is new once the first of it is due, or its end once it is clear."""
    ready = tuple(row for row in news if not row.held or row.news == "resolved")
    clear = bundle.standing == 0 and bool(ready) and all(row.news == "resolved" for row in ready)
    if clear:
        return Decision("resolved", _own_reason(ready) or msg("all that was told of is over"), ready, ends=True)
    if not any(row.due is not None and row.due <= now for row in ready):
        return None
    kinds = {row.news for row in ready}
    event = next(one for one in ORDER if one in kinds)
    return Decision(event, _reason(event, bundle, ready), ready)


def _reason(event: Event, bundle: Bundle, rows: Sequence[Owed]) -> Any:
    fresh = [row for row in rows if row.told_at is None and row.news != "resolved"]
    if event == "opened":
        if bundle.standing == 0 and bundle.thread is None:
            return msg("it has just begun") if len(fresh) == 1 else msg("they have just begun")
        return msg("something new in the group")
    if event == "resolved":
        return msg("part of what was told of is over")
    if own := _own_reason(rows):
        return own
    return msg("something changed")


def _own_reason(rows: Sequence[Owed]) -> Any:
    reasons = [row.why for row in rows if row.why is not None]
    return unpack(reasons[0]) if reasons and all(one == reasons[0] for one in reasons) else None


def again_after(how: str) -> Message:
    """Return the reason of telling again what is still so."""
    return msg("still so after {span}, and nobody has it", span=say_duration(again_of([how])))
