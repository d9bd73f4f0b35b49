"""What will not happen by itself: open matters without a next step, and those that nobody could be told of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bosco.kit.packed import unpack
from bosco.kit.words import Message, msg
from bosco.notices import bundles, rows
from bosco.notices.bundles import Owed
from bosco.notices.climbing import EXPIRE, STEP
from bosco.notices.digests import DIGEST
from bosco.notices.matrix import routes_of
from bosco.notices.rows import Kept
from bosco.notices.telling import FLUSH
from bosco.plan.load import Plan
from bosco.store import timers
from bosco.store.tx import Tx


@dataclass(frozen=True)
class Loose:
    """A matter whose next step will not come, and why."""

    key: str
    says: Message
    # Whether everything that was tried to tell of it failed.
    unheard: bool = False


@dataclass(frozen=True)
class Set:
    """The timers that are set, by what they are for: name of the matter or bundle → when."""

    steps: Mapping[str, datetime]
    ends: Mapping[str, datetime]
    flushes: Mapping[str, datetime]
    digests: Mapping[str, datetime]


def loose_ends(
    tx: Tx, plan: Plan, expected: Iterable[str], next_at: Callable[[Kept], datetime | None]
) -> tuple[int, list[Loose]]:
    """Look at every open matter, and at those that should be open; return how many, and what is loose."""
    keys = rows.open_keys(tx)
    found = rows.find_all(tx, dict.fromkeys([*keys, *expected]))
    set_now = Set(*(timers.all_of(tx, name) for name in (STEP, EXPIRE, FLUSH, DIGEST)))
    owed = bundles.owed_of_all(tx, keys)
    loose = [
        Loose(key, msg("nobody is told of it: it holds, and telling of it has not begun or has ended"))
        for key in expected
        if key not in found or found[key].state == "closed"
    ]
    for key in keys:
        kept = found[key]
        why = _why(kept, owed.get(key, ()), set_now, next_at, told=bool(routes_of(plan, kept.matter.priority)))
        if kept.unheard_at is not None and kept.climbs:
            loose.append(Loose(key, msg("{title}: nobody could be told", title=_title(kept)), unheard=True))
        elif why is not None:
            loose.append(Loose(key, msg("{title}: {why}", title=_title(kept), why=why)))
    return len(dict.fromkeys([*keys, *expected])), loose


def _why(
    kept: Kept, owed: Sequence[Owed], now: Set, next_at: Callable[[Kept], datetime | None], *, told: bool
) -> Message | None:
    """Return why nothing will happen about a matter, if so."""
    if kept.held_at is not None:
        return None
    if kept.acked_by is not None:
        lasts = kept.acked_until is None or kept.key in now.ends
        return None if lasts else msg("its acknowledgement ends, and nothing will see to it")
    at = next_at(kept)
    if at is not None and (kept.key not in now.steps or now.steps[kept.key] > at):
        return msg("its next step is due, and nothing will take it")
    for row in owed:
        if row.state != "owed" or row.news is None:
            continue
        if row.how == "rhythm" and row.bundle not in now.digests:
            return msg("it is owed to a digest that nothing will send")
        if row.how != "rhythm" and row.due is not None and row.bundle not in now.flushes:
            return msg("a word is owed, and nothing will tell it")
    if at is None and not owed and told:
        return msg("the plan tells of it, and nothing was ever owed")
    return None


def _title(kept: Kept) -> object:
    return unpack(kept.matter.title)
