"""A letter that failed: the same is tried through the person's other ways, or through other ways to everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bosco.channels.model import LetterFailed
from bosco.channels.section import CHANNELS, channel_name
from bosco.kit.words import msg
from bosco.notices import bundles, rows, told
from bosco.notices.audience import Ask, asking, usual_people, ways_of
from bosco.notices.matrix import CHATS, PERSONAL, bundle_key, kind_of, rank_of
from bosco.notices.preferences import CHOICE_FROM
from bosco.notices.rows import Kept
from bosco.notices.telling import News, Teller
from bosco.notices.told import Telling
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan
from bosco.store.tx import Tx

# What need not be said again by another way: it asks nothing of anybody.
_QUIET = ("resolved", "acknowledged", "digest", "test")


@dataclass
class Instead:
    """Which bundles tell it another way, and the matters for which no way is left."""

    bundles: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    # Since when it has been tried: no way is tried twice for the same.
    begun: datetime | None = None


class Reteller:
    """Finds other ways inside the transaction that hears of a failure."""

    def __init__(self, current: CurrentPlan, teller: Teller, who: Ask) -> None:
        self._current = current
        self._teller = teller
        self._who = who

    def instead(self, tx: Tx, fact: LetterFailed) -> Instead:
        """Owe what failed through other ways."""
        found = Instead()
        telling = told.telling_of(tx, fact.letter)
        if telling is None or telling.event in _QUIET:
            return found
        found.begun = telling.begun or telling.at
        matters = [one for one in rows.find_all(tx, told.matters_of(tx, telling.id)).values() if one.climbs]
        people = [one.person for one in fact.to if one.person]
        for kept in matters:
            ways = self._for_people(tx, kept, telling, people) if people else []
            if not people or not ways:
                ways += self._for_everybody(tx, kept, telling) if not self._heard(tx, kept) else []
            for way, audience in ways:
                found.bundles.append(self._owe(tx, kept, telling, way, audience))
            called = bool(telling.bundle.split("|", 2)[1])
            if not ways and (called or not self._heard(tx, kept)):
                found.unheard.append(kept.key)
        return found

    def _heard(self, tx: Tx, kept: Kept) -> bool:
        return told.heard_through(tx, kept.key) > 0

    def _for_people(
        self, tx: Tx, kept: Kept, telling: Telling, people: Iterable[str]
    ) -> list[tuple[str, tuple[str, ...]]]:
        plan = self._current.plan
        found: list[tuple[str, tuple[str, ...]]] = []
        for person in people:
            tried = told.tried_for(tx, kept.key, person, telling.begun or telling.at)
            left = [way for way in ways_of(plan, person) if way not in tried and _fits(plan, way, kept)]
            if left:
                found.append((left[0], (person,)))
        return found

    def _for_everybody(self, tx: Tx, kept: Kept, telling: Telling) -> list[tuple[str, tuple[str, ...]]]:
        """Return the first other way to whoever should know: a chat, else mail, else a text message."""
        plan = self._current.plan
        tried = told.ways_tried(tx, kept.key, telling.begun or telling.at)
        for way in sorted([*plan[CHANNELS]], key=lambda way: _order(plan, way)):
            kind = kind_of(plan, way)
            if way in tried or not _fits(plan, way, kept):
                continue
            if kind in PERSONAL and not usual_people(plan, kind, tx.at, asking(tx, self._who)):
                continue
            return [(way, ())]
        return []

    def _owe(self, tx: Tx, kept: Kept, telling: Telling, way: str, audience: tuple[str, ...]) -> str:
        key = bundle_key(way, audience, kept.cause)
        bundle = bundles.ensure_bundle(tx, key, way, audience, kept.cause)
        why = msg("{channel} could not bring it", channel=channel_name(self._current.plan, telling.channel))
        news = "escalated" if telling.event == "escalated" else "opened"
        self._teller.owe(tx, bundle, kept.key, News(news, tx.at, why))
        return key


def _fits(plan: Plan, way: str, kept: Kept) -> bool:
    """Say whether a way may stand in: what can wait wakes nobody by a text message."""
    return kind_of(plan, way) != "sms" or rank_of(plan, kept.matter.priority) < CHOICE_FROM


def _order(plan: Plan, way: str) -> int:
    kind = kind_of(plan, way)
    order: Sequence[str] = (*sorted(CHATS), "smtp", "sms")
    return order.index(kind) if kind in order else len(order)
