"""Takes the steps of escalations: calls more people, once each, and goes further at once when nobody is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bosco.channels.section import CHANNELS
from bosco.journal import write as write_line
from bosco.kit.packed import pack
from bosco.kit.words import Message, msg, say
from bosco.notices import bundles, rows
from bosco.notices.audience import Ask, asking, name_of, people_of, speaks_to, ways_of
from bosco.notices.bundles import Owed
from bosco.notices.compose import listed
from bosco.notices.ladder import Done, Due, Rung, climb_of, next_step, steps_ahead, steps_due
from bosco.notices.matrix import CHATS, PERSONAL, bundle_key, kind_of, pace_of, refused_of, routes_of, soonest
from bosco.notices.model import NextStep
from bosco.notices.rows import Kept
from bosco.notices.telling import News, Teller
from bosco.people.targets import word_said
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.plan.load import Plan
from bosco.store import timers
from bosco.store.tx import Tx

STEP = "notices.step"
EXPIRE = "notices.expire"


@dataclass
class Calls:
    """Whom steps call that are taken together, by the way that calls them."""

    to: dict[str, list[str]] = field(default_factory=dict)
    nobody: list[Rung] = field(default_factory=list)
    taken: list[Done] = field(default_factory=list)


def ways_for(plan: Plan, rung: Rung, people: Sequence[str], priority: str) -> tuple[str, ...]:
    """Return by which ways a step calls these people.

    As it says itself; else as the priority is told; and if that reaches nobody in person, as they can be reached. A way
    to which the plan says no is taken only when there is no other.
    """
    if rung.via:
        return tuple(
            way
            for way in rung.via
            if kind_of(plan, way) in CHATS or speaks_to(plan, way, people) or way not in plan[CHANNELS]
        )
    found = [route.channel for route in routes_of(plan, priority) if speaks_to(plan, route.channel, people)]
    if not any(kind_of(plan, way) not in CHATS for way in found):
        others = [way for person in people for way in ways_of(plan, person) if way not in found]
        refused = refused_of(plan, priority)
        willing = [way for way in others if way not in refused]
        found += dict.fromkeys(willing or others)
    return tuple(found)


def said_target(plan: Plan, target: str) -> Any:
    """Return how a target of the plan is called."""
    return word_said(target) or name_of(plan, target)


def said_targets(plan: Plan, targets: Iterable[str]) -> Any:
    """Return how targets of the plan are called."""
    return listed(said_target(plan, one) for one in targets)


class Climber:
    """Takes steps inside the transactions of others, and sets the timer of the next one."""

    def __init__(self, current: CurrentPlan, teller: Teller, who: Ask) -> None:
        self._current = current
        self._teller = teller
        self._who = who

    @property
    def _plan(self) -> Plan:
        return self._current.plan

    def ahead(self, kept: Kept) -> list[Due]:
        """Return the steps that are still to come."""
        climb = climb_of(self._plan, kept.ladder, kept.opened_at, kept.matter.since, kept.matter.shares)
        return steps_ahead(kept.ladder, climb, kept.done)

    def next_step(self, tx: Tx, kept: Kept) -> NextStep | None:
        """Return what a letter says about what comes next."""
        steps = self.next_steps(kept, tx)
        return steps[0] if steps else None

    def next_steps(self, kept: Kept, tx: Tx | None = None) -> list[NextStep]:
        """Return what happens next unless somebody does something."""
        if not kept.is_open or kept.held_at is not None:
            return []
        if kept.acked_by is not None:
            if kept.acked_until is None:
                return []
            return [NextStep(at=kept.acked_until, says=pack(msg("the escalation goes on if nothing has moved")))]
        return [self._said(kept, one, tx) for one in self.ahead(kept)]

    def _said(self, kept: Kept, due: Due, tx: Tx | None) -> NextStep:
        plan, rung = self._plan, due.rung
        people = people_of(rung.to, due.at, asking(tx, self._who)) if due.at is not None else ()
        return NextStep(
            at=due.at,
            says=pack(msg("{whom} is told", whom=said_targets(plan, rung.to))),
            to=rung.to,
            via=ways_for(plan, rung, people, kept.matter.priority),
            why=pack(rung.says(kept.ladder.resolve)),
        )

    def run(self, tx: Tx, key: str, because: Any = None) -> list[str]:
        """Take every step that is due, together, and set the timer; return the bundles to tell now."""
        kept = rows.find(tx, key)
        if kept is None or not kept.climbs:
            return []
        due = steps_due(self.ahead(kept), tx.at)
        found = self._take(tx, kept, due, because) if due else []
        self.arm(tx, key)
        return found

    def further(self, tx: Tx, key: str, because: Any) -> list[str]:
        """Take the next step now, whatever its time: nobody of those before could be told."""
        kept = rows.find(tx, key)
        if kept is None or not kept.climbs or any(one.at == tx.at for one in kept.done):
            return []
        ahead = self.ahead(kept)
        found = self._take(tx, kept, ahead[:1], because) if ahead else []
        self.arm(tx, key)
        return found

    def again(self, tx: Tx, key: str, because: Any) -> list[str]:
        """Go on after nobody has it any more: what was missed, or else whom the last step called, in one letter."""
        kept = rows.find(tx, key)
        if kept is None or not kept.climbs:
            return []
        due = steps_due(self.ahead(kept), tx.at)
        last = next((rung for rung in kept.ladder.rungs if kept.done and rung.name == kept.done[-1].name), None)
        if last is not None:
            due = [Due(last, tx.at), *(one for one in due if one.rung.name != last.name)]
        found = self._take(tx, kept, due, because, "unacknowledged") if due else []
        self.arm(tx, key)
        return found

    def arm(self, tx: Tx, key: str) -> None:
        """Set the timer of the next step, or none while nothing is to come."""
        kept = rows.find(tx, key)
        at = next_step(self.ahead(kept)) if kept is not None and kept.climbs else None
        if at is None:
            timers.cancel(tx, STEP, key)
        else:
            timers.set(tx, STEP, key, at)

    def _take(self, tx: Tx, kept: Kept, due: Sequence[Due], because: Any, news: str = "escalated") -> list[str]:
        plan, calls = self._plan, Calls()
        waiting, who = [one.rung for one in due], asking(tx, self._who)
        later = [one.rung for one in self.ahead(kept) if one.rung not in waiting]
        while waiting:
            rung = waiting.pop(0)
            people = people_of(rung.to, tx.at, who)
            ways = ways_for(plan, rung, people, kept.matter.priority)
            reached = any(kind_of(plan, way) not in CHATS for way in ways) or (people and ways)
            calls.taken.append(Done(rung.name, tx.at, rung.to, ways))
            if not reached:
                calls.nobody.append(rung)
            for way in ways if people else ():
                targets = calls.to.setdefault(way, [])
                targets += [one for one in rung.to if one not in targets]
            if not reached and not waiting and later and not calls.to:
                waiting.append(later.pop(0))
        # A step that is taken again, because nobody has it any more, counts from now on as the last one.
        names = {one.name for one in calls.taken}
        kept = replace(kept, done=(*(one for one in kept.done if one.name not in names), *calls.taken))
        rows.change(tx, kept.key, done=list(kept.done))
        why = because or _reason(plan, kept, due, calls)
        self._lines(tx, kept, calls, why)
        if news == "escalated" and _begins(tx, kept, due):
            news = "opened"
        return self._owe(tx, kept, calls, why, news)

    def _owe(self, tx: Tx, kept: Kept, calls: Calls, why: Any, news: str) -> list[str]:
        plan, found = self._plan, []
        pace = pace_of(plan, kept.matter.priority)
        opening = {one.bundle: one for one in bundles.owed_of(tx, kept.key) if one.news == "opened"}
        for way, targets in calls.to.items():
            for_all = kind_of(plan, way) not in PERSONAL
            merged = _to_merge_with(opening, way, tx)
            if merged is not None and for_all:
                bundles.owe(tx, replace(merged, mention=tuple(dict.fromkeys((*merged.mention, *targets)))))
                continue
            # Whoever reads a channel gets one message that calls upon some of them, not one for each step.
            audience, mention = ((), tuple(targets)) if for_all else (tuple(targets), ())
            cause = self._teller.cause_for(tx, way, audience, kept.cause)
            bundle = bundles.ensure_bundle(tx, bundle_key(way, audience, cause), way, audience, cause)
            due = soonest(tx.at, bundle.last_at)
            self._teller.owe(tx, bundle, kept.key, News(news, due, why, pace, mention))
            found.append(bundle.key)
        return found

    def _lines(self, tx: Tx, kept: Kept, calls: Calls, why: Any) -> None:
        plan, language = self._plan, self._plan[LANGUAGE]
        nobody, who = {rung.name for rung in calls.nobody}, asking(tx, self._who)
        for one in calls.taken:
            people = people_of(one.to, tx.at, who)
            what = "escalation.nobody" if one.name in nobody else "escalation.step"
            data = {
                "to": people or list(one.to),
                "via": list(one.via),
                "priority": kept.matter.priority,
                "title": kept.matter.title,
                "whom": pack(said_targets(plan, one.to)),
                "step": one.name,
                "because": pack(why),
            }
            reason = str(say(why, language))
            write_line(tx, subject=kept.matter.subject, what=what, actor="bosco", why=reason, data=data)


def _begins(tx: Tx, kept: Kept, due: Sequence[Due]) -> bool:
    """Say whether these steps are those with which everything begins: nobody has had a chance to take it yet."""
    return kept.opened_at == tx.at and all(not one.rung.at and not one.rung.after for one in due)


def _to_merge_with(opening: dict[str, Owed], way: str, tx: Tx) -> Owed | None:
    """Return what tells the opening through that way to the channel as such at this very instant."""
    for row in opening.values():
        channel, audience, _ = row.bundle.split("|", 2)
        if channel == way and not audience and row.due is not None and row.due <= tx.at:
            return row
    return None


def _reason(plan: Plan, kept: Kept, due: Sequence[Due], calls: Calls) -> Message:
    if calls.nobody and len(calls.taken) > len(due):
        absent = said_targets(plan, (target for rung in calls.nobody for target in rung.to))
        return msg("nobody else could be called: {whom}", whom=absent)
    shown = listed(one.rung.says(kept.ladder.resolve) for one in due)
    return msg("nobody has it: {steps}", steps=shown)
