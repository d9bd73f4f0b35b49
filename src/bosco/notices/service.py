"""The verbs of telling: every one is part of the transaction of what is told."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bosco.accounts.vault import Vault
from bosco.channels.model import LetterDelivered, LetterFailed
from bosco.channels.service import Channels
from bosco.journal import write as write_line
from bosco.journal.audience import Keeps
from bosco.kit.marks import engine, hears, on_timer, service
from bosco.kit.packed import pack, unpack
from bosco.kit.refusal import Refusal, not_found
from bosco.kit.words import msg, say
from bosco.notices import bundles, rows, told
from bosco.notices.ack_links import AckLinks
from bosco.notices.audience import name_of
from bosco.notices.audit import Loose, loose_ends
from bosco.notices.bundles import Owed
from bosco.notices.climbing import EXPIRE, STEP, Climber
from bosco.notices.coming import Coming, coming
from bosco.notices.digests import DIGEST, Digests, digest_routes
from bosco.notices.ladder import ladder_of, next_step
from bosco.notices.matrix import FOLLOWS, kind_of, routes_of, together
from bosco.notices.model import Ahead, Matter, MatterAcknowledged, MatterUnacknowledged, NextStep, NobodyCouldBeTold
from bosco.notices.retell import Reteller
from bosco.notices.rows import Kept
from bosco.notices.telling import FLUSH, News, Teller
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

BOSCO = "bosco"


@service
class Notices:
    """Tells people of matters, as the routing matrix and the escalation of the plan say."""

    def __init__(self, store: Store, current: CurrentPlan, channels: Channels, on_call: OnCall, vault: Vault) -> None:
        self._store = store
        self._current = current
        self.links = AckLinks(vault)
        self._teller = Teller(current, channels, on_call.who, self.links.path, self._ahead)
        self._climber = Climber(current, self._teller, on_call.who)
        self._digests = Digests(current, self._teller)
        self._reteller = Reteller(current, self._teller, on_call.who)

    def _ahead(self, tx: Tx, kept: Kept) -> NextStep | None:
        return self._climber.next_step(tx, rows.find(tx, kept.key) or kept)

    def open(self, tx: Tx, matter: Matter, why: Any, *, actor: str = BOSCO, taking_over: tuple[str, ...] = ()) -> None:
        """Tell of a matter and begin its escalation; hearing of the same key again changes what is known of it.

        One that takes over others goes on where they are: what they told is not told again, steps done stay done.
        """
        known = rows.find(tx, matter.key)
        if known is not None and known.is_open:
            self.change(tx, matter, why, actor=actor)
            return
        before = [one for one in rows.find_all(tx, taking_over).values() if one.is_open]
        cause = before[0].cause if before else matter.group or matter.service or matter.key
        opened = min((one.opened_at for one in before), default=tx.at)
        rows.add(tx, matter, cause, ladder_of(self._current.plan, matter.priority), opened)
        self._line(tx, matter, "matter.opened", actor, why)
        for one in before:
            self._take_over(tx, one, matter)
        self._route(tx, matter, cause, why)
        self._start(tx, matter)

    def _start(self, tx: Tx, matter: Matter) -> None:
        """Begin to escalate, and tell what is due now in one go."""
        kept = rows.find(tx, matter.key)
        assert kept is not None
        if kept.ladder.rungs and kept.climbs:
            self._line(
                tx,
                matter,
                "escalation.started",
                BOSCO,
                msg("as the plan says for {priority}", priority=matter.priority),
            )
        touched = [row.bundle for row in bundles.owed_of(tx, matter.key) if row.due is not None and row.due <= tx.at]
        touched += self._climber.run(tx, matter.key)
        self._tell(tx, touched)

    def _route(self, tx: Tx, matter: Matter, cause: str, why: Any) -> None:
        """Owe what the matrix says; of ways that tell later, the journal keeps what will come."""
        plan, later = self._current.plan, []
        known = {tuple(row.bundle.split("|", 2)[:2]) for row in bundles.owed_of(tx, matter.key) if row.state == "told"}
        for route in routes_of(plan, matter.priority):
            if (route.channel, ",".join(route.audience)) in known:
                continue
            audience, rhythm = route.audience, route.tell.written or None
            own = cause if rhythm else self._teller.cause_for(tx, route.channel, audience, cause, route.tell.how)
            bundle = bundles.ensure_bundle(tx, route.bundle(own), route.channel, audience, own, rhythm)
            due = route.due(tx.at, bundle.last_at)
            self._teller.owe(tx, bundle, matter.key, News("opened", due, how=route.tell.how, mention=route.mention))
            if rhythm and bundle.due is None:
                self._digests.arm(tx, bundle)
            if due is None or due > tx.at:
                later.append((route.channel, pack(route.tell) if route.tell.how == "rhythm" else str(route.tell)))
        if later:
            via = [channel for channel, _ in later]
            self._line(tx, matter, "notice.owed", BOSCO, why, via=via, when=dict(later), names=", ".join(via))

    def _take_over(self, tx: Tx, one: Kept, matter: Matter) -> None:
        """Let one matter speak for another: who was told of it, who has it, and which steps were taken."""
        says = msg("{title} speaks for it now", title=unpack(matter.title))
        for row in bundles.owed_of(tx, one.key):
            if row.state == "told":
                bundles.owe(tx, Owed(row.bundle, matter.key, row.how, None, None, None, (), row.told_at, "told"))
                bundles.settle(tx, row.bundle, [one.key], "over", pack(says))
            elif row.state == "owed":
                bundles.settle(tx, row.bundle, [one.key], "superseded", pack(says))
        mine = rows.find(tx, matter.key)
        assert mine is not None
        done = {step.name: step for step in (*mine.done, *one.done)}
        values: dict[str, Any] = {"done": sorted(done.values(), key=lambda step: step.at)}
        if mine.acked_by is None and one.acked_by is not None:
            values |= {"acked_by": one.acked_by, "acked_at": one.acked_at, "acked_until": one.acked_until}
            if one.acked_until is not None:
                timers.set(tx, EXPIRE, matter.key, one.acked_until)
        rows.change(tx, matter.key, **values)
        rows.change(tx, one.key, state="taken", into_key=matter.key)
        for name in (STEP, EXPIRE):
            timers.cancel(tx, name, one.key)
        self._line(tx, one.matter, "matter.taken-over", BOSCO, says, by=matter.number or matter.subject)

    def change(self, tx: Tx, matter: Matter, why: Any, *, actor: str = BOSCO, tell: bool = True) -> None:
        """Tell what has changed of a matter: its priority, what is seen, its number, its shares."""
        before = rows.find(tx, matter.key)
        if before is None:
            return
        moved = before.matter.priority != matter.priority
        ladder = ladder_of(self._current.plan, matter.priority) if moved else before.ladder
        rows.describe(tx, matter, ladder)
        if not before.is_open:
            return
        self._line(tx, matter, "matter.changed", actor, why)
        if actor != BOSCO:
            self.progress(tx, matter.key)
        if moved:
            self._reroute(tx, before, matter, why)
        elif tell:
            self._news(tx, matter.key, "changed", why)
        self._tell(tx, [*self._due_now(tx, matter.key), *self._climber.run(tx, matter.key, why if moved else None)])

    def _reroute(self, tx: Tx, before: Kept, matter: Matter, why: Any) -> None:
        """Move what is owed to the row of another priority; who was told already hears of the change."""
        because = msg("its priority is {priority} now", priority=matter.priority)
        for row in bundles.owed_of(tx, matter.key):
            if row.state == "owed":
                self._supersede(tx, before, [row], because)
        if before.acked_by is None:
            self._route(tx, matter, before.cause, why)
        self._news(tx, matter.key, "changed", why, at_once=True)

    def progress(self, tx: Tx, key: str) -> None:
        """Say that somebody who has a matter moved it on: the acknowledgement lasts from now again."""
        kept = rows.find(tx, key)
        if kept is None or kept.acked_by is None or kept.acked_until is None or kept.ladder.kept is None:
            return
        until = max(kept.acked_until, tx.at + timedelta(seconds=kept.ladder.kept))
        rows.change(tx, key, acked_until=until)
        timers.set(tx, EXPIRE, key, until)

    def acknowledge(self, tx: Tx, key: str, by: str, *, until: datetime | None = None, via: str = "page") -> None:
        """Let somebody have it: escalation stops until `until`, or until it is given back."""
        kept = self._speaker(tx, key)
        if not kept.is_open:
            return
        if until is None and kept.ladder.kept is not None:
            until = tx.at + timedelta(seconds=kept.ladder.kept)
        if kept.acked_by == by:
            rows.change(tx, kept.key, acked_until=until)
        else:
            rows.change(tx, kept.key, acked_by=by, acked_at=tx.at, acked_until=until)
            self._taken(tx, kept, by, until, via)
        timers.cancel(tx, STEP, kept.key)
        if until is None:
            timers.cancel(tx, EXPIRE, kept.key)
        else:
            timers.set(tx, EXPIRE, kept.key, until)

    def _taken(self, tx: Tx, kept: Kept, by: str, until: datetime | None, via: str) -> None:
        who = name_of(self._current.plan, by)
        because = msg("{who} has it", who=who)
        self._line(tx, kept.matter, "matter.acknowledged", by, because, who=pack(who), via=via)
        subject = kept.matter.subject
        tx.publish(MatterAcknowledged(key=kept.key, subject=subject, by=by, at=tx.at, until=until, via=via))
        owed = [row for row in bundles.owed_of(tx, kept.key) if row.news in ("opened", "escalated") and row.due]
        self._supersede(tx, kept, [row for row in owed if row.state == "owed"], because)
        self._news(tx, kept.key, "acknowledged", because, at_once=True)
        self._tell(tx, self._due_now(tx, kept.key))

    def unacknowledge(self, tx: Tx, key: str, by: str, why: Any) -> None:
        """Give it back: escalation goes on from here, without a burst of what was missed."""
        kept = self._speaker(tx, key)
        if not kept.is_open or kept.acked_by is None:
            return
        rows.change(tx, kept.key, acked_by=None, acked_at=None, acked_until=None)
        timers.cancel(tx, EXPIRE, kept.key)
        self._line(tx, kept.matter, "matter.unacknowledged", by, why)
        tx.publish(
            MatterUnacknowledged(key=kept.key, subject=kept.matter.subject, by=by, at=tx.at, because=pack(unpack(why)))
        )
        told_of = any(row.state == "told" for row in bundles.owed_of(tx, kept.key))
        if not told_of:
            self._route(tx, kept.matter, kept.cause, why)
        self._news(tx, kept.key, "unacknowledged", unpack(why), at_once=True)
        self._tell(tx, [*self._due_now(tx, kept.key), *self._climber.again(tx, kept.key, unpack(why))])

    def still_so(self, tx: Tx, fact: MatterAcknowledged | MatterUnacknowledged) -> bool:
        """Say whether a matter is still in the hands that a fact tells of: one heard late may be over."""
        try:
            kept = self._speaker(tx, fact.key)
        except Refusal:
            return False
        return kept.acked_by == (fact.by if isinstance(fact, MatterAcknowledged) else None)

    def hold(self, tx: Tx, key: str, why: Any) -> None:
        """Tell nothing and escalate nothing for the time being: muted, silenced, flapping."""
        kept = rows.find(tx, key)
        if kept is None or not kept.is_open or kept.held_at is not None:
            return
        rows.change(tx, key, held_at=tx.at, held_why=pack(unpack(why)))
        timers.cancel(tx, STEP, key)
        self._line(tx, kept.matter, "matter.held", BOSCO, why)

    def release(self, tx: Tx, key: str, why: Any) -> None:
        """End a hold: what is still so is told now."""
        kept = rows.find(tx, key)
        if kept is None or kept.held_at is None:
            return
        rows.change(tx, key, held_at=None, held_why=None)
        if not kept.is_open:
            return
        self._line(tx, kept.matter, "matter.released", BOSCO, why)
        if kept.acked_by is None:
            self._tell(tx, [*self._due_now(tx, key), *self._climber.run(tx, key)])

    def close(self, tx: Tx, key: str, why: Any, *, actor: str = BOSCO) -> None:
        """Tell that it is over; what has not been told yet is superseded."""
        kept = rows.find(tx, key)
        if kept is None or kept.state == "closed":
            return
        rows.change(tx, key, state="closed", closed_at=tx.at)
        for name in (STEP, EXPIRE):
            timers.cancel(tx, name, key)
        self._line(tx, kept.matter, "matter.closed", actor, why)
        if not kept.is_open:
            return
        untold = []
        for row in bundles.owed_of(tx, key):
            if row.how == "rhythm" or row.state not in ("owed", "told"):
                continue
            if row.state == "owed":
                untold.append(row)
            else:
                self._over(tx, row)
        self._supersede(tx, kept, untold, msg("it was over before it was told"))
        self._tell(tx, self._due_now(tx, key))

    def _over(self, tx: Tx, row: Owed) -> None:
        """Owe the end of what was told: at once if its whole group is clear, else with what comes next of the group."""
        bundle = bundles.bundle_of(tx, row.bundle)
        assert bundle is not None
        left = bundles.add_standing(tx, row.bundle, -1)
        due = tx.at if left == 0 else tx.at + together(row.how)
        if row.news is not None:
            bundles.settle(tx, row.bundle, [row.matter], "told")
        self._teller.owe(tx, bundle, row.matter, News("resolved", due, None, row.how))

    def _news(self, tx: Tx, key: str, what: str, why: Any, *, at_once: bool = False) -> None:
        """Owe news of a matter to those who follow it: where messages are edited, and to all of what moved it much."""
        plan = self._current.plan
        for row in bundles.owed_of(tx, key):
            if row.state != "told" or row.how == "rhythm" or row.news == "resolved":
                continue
            channel = row.bundle.split("|", 2)[0]
            if what in ("acknowledged", "unacknowledged") and kind_of(plan, channel) not in FOLLOWS:
                continue
            bundle = bundles.bundle_of(tx, row.bundle)
            assert bundle is not None
            due = tx.at if at_once else max(tx.at, (bundle.last_at or tx.at) + together(row.how))
            self._teller.owe(tx, bundle, key, News(what, due, unpack(why), row.how))

    def _supersede(self, tx: Tx, kept: Kept, owed: Iterable[Owed], because: Any) -> None:
        for row in owed:
            bundles.settle(tx, row.bundle, [row.matter], "superseded", pack(because))
            self._teller.supersede_line(tx, kept.key, row.bundle.split("|", 2)[0], because)

    def _due_now(self, tx: Tx, key: str) -> list[str]:
        owed = bundles.owed_of(tx, key)
        return [row.bundle for row in owed if row.news is not None and row.due is not None and row.due <= tx.at]

    def _tell(self, tx: Tx, touched: Iterable[str]) -> None:
        """Tell bundles that are due, and go further for matters for which nobody was there."""
        unheard: list[str] = []
        for key in dict.fromkeys(touched):
            unheard += self._teller.tell(tx, key)
        for key in dict.fromkeys(unheard):
            self._unheard(tx, key, msg("there was nobody to tell"))

    def _unheard(self, tx: Tx, key: str, because: Any) -> None:
        """Call the next level for a matter; if nothing of it reaches anybody any more, say so loudly."""
        kept = rows.find(tx, key)
        if kept is None or not kept.is_open:
            return
        for bundle in self._climber.further(tx, key, because):
            self._teller.tell(tx, bundle)
        waiting = any(row.state == "owed" and row.due is not None for row in bundles.owed_of(tx, key))
        if waiting or told.heard_through(tx, key) or kept.unheard_at is not None:
            return
        rows.change(tx, key, unheard_at=tx.at)
        self._line(tx, kept.matter, "matter.unheard", BOSCO, because)
        tx.publish(NobodyCouldBeTold(key=key, subject=kept.matter.subject, because=pack(because), at=tx.at))

    def _speaker(self, tx: Tx, key: str) -> Kept:
        """Return the matter, or the one that speaks for it."""
        kept = rows.find(tx, key)
        for _ in range(10):
            if kept is None or kept.into is None:
                break
            kept = rows.find(tx, kept.into)
        if kept is None:
            raise not_found(msg("Nobody was told of {key}.", key=key[:100]))
        return kept

    @on_timer(FLUSH)
    async def flush(self, timer: Timer) -> None:
        """Tell a bundle that has become due."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            self._tell(tx, [timer.key])

        await self._store.write(write)

    @on_timer(DIGEST)
    async def digest(self, timer: Timer) -> None:
        """Send a digest."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            self._digests.send(tx, timer.key)

        await self._store.write(write)

    @on_timer(STEP)
    async def step(self, timer: Timer) -> None:
        """Take the steps of an escalation that are due."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            self._tell(tx, self._climber.run(tx, timer.key))

        await self._store.write(write)

    @on_timer(EXPIRE)
    async def expire(self, timer: Timer) -> None:
        """End an acknowledgement under which nothing has moved."""

        def write(tx: Tx) -> None:
            timers.done(tx, timer)
            kept = rows.find(tx, timer.key)
            if kept is not None and kept.acked_by is not None and kept.acked_until and kept.acked_until <= tx.at:
                who = name_of(self._current.plan, kept.acked_by)
                self.unacknowledge(tx, timer.key, BOSCO, msg("{who} had it, and nothing has moved", who=who))

        await self._store.write(write)

    @hears(LetterDelivered)
    async def delivered(self, fact: LetterDelivered) -> None:
        """Keep that a letter has arrived."""
        await self._store.write(lambda tx: told.end_letter(tx, fact.letter, "delivered", fact.at))

    @hears(LetterFailed)
    async def failed(self, fact: LetterFailed) -> None:
        """Try the person's other ways; when nothing is left, call the next level."""

        def write(tx: Tx) -> None:
            if told.end_letter(tx, fact.letter, "failed", fact.at, fact.because):
                instead = self._reteller.instead(tx, fact)
                self._tell(tx, instead.bundles)
                if instead.bundles and instead.begun:
                    told.carry_on(tx, instead.bundles, instead.begun)
                for key in instead.unheard:
                    self._unheard(tx, key, msg("no way reached anybody: {why}", why=unpack(fact.because)))

        await self._store.write(write)

    @engine("digests")
    async def follow_plan(self) -> None:
        """Keep the timers of digests as the plan in force wants them, for as long as Bosco runs."""
        news = asyncio.Event()
        self._current.on_change(lambda before, now: news.set())
        while True:
            await self.keep_digests()
            await news.wait()
            news.clear()

    async def keep_digests(self) -> None:
        """Set the timers of digests that the plan wants even when they are empty."""

        def write(tx: Tx) -> None:
            for route in digest_routes(self._current.plan):
                if route.tell.empty:
                    key, channel = route.bundle(""), route.channel
                    bundle = bundles.ensure_bundle(tx, key, channel, route.audience, "digest", route.tell.written)
                    if timers.due_of(tx, DIGEST, key) is None:
                        self._digests.arm(tx, bundle)

        await self._store.write(write)

    async def next_steps(self, key: str) -> list[NextStep]:
        """Return what happens next about a matter, by the very functions that will do it."""
        kept = await self._store.read(lambda tx: rows.find(tx, key))
        return self._climber.next_steps(kept) if kept is not None else []

    async def ahead_of(self, keys: Iterable[str]) -> dict[str, Ahead]:
        """Return of each of these matters who has it and what happens next, also where another one speaks for it."""
        wanted = list(keys)
        found = await self._store.read(lambda tx: _with_speakers(tx, wanted)) if wanted else {}
        return {
            key: Ahead(
                tuple(self._climber.next_steps(speaker)),
                speaker.acked_by if speaker.is_open else None,
                speaker.matter if speaker.key != key else None,
            )
            for key, speaker in found.items()
        }

    async def coming(self, keeps: Keeps) -> list[Coming]:
        """Return what is still to be told of the matters that a reader may know of, the soonest first."""
        plan, steps = self._current.plan, self._climber.next_steps
        return await self._store.read(lambda tx: coming(tx, plan, lambda kept: steps(kept, tx), keeps(tx)))

    async def loose_ends(self, expected: Iterable[str]) -> tuple[int, list[Loose]]:
        """Return how many open matters there are, with those expected to be, and which of them nothing will come of."""
        keys = list(expected)

        def next_at(kept: Kept) -> datetime | None:
            return next_step(self._climber.ahead(kept)) if kept.climbs else None

        return await self._store.read(lambda tx: loose_ends(tx, self._current.plan, keys, next_at))

    async def told(self, key: str) -> list[tuple[told.Telling, told.Sent]]:
        """Return who was told of a matter, through what, when, and what became of it; the latest first."""
        return await self._store.read(lambda tx: told.letters_about(tx, key))

    def _line(self, tx: Tx, matter: Matter, what: str, actor: str, why: Any, **more: Any) -> None:
        reason = unpack(why)
        data = {"priority": matter.priority, "title": matter.title, "because": pack(reason), **more}
        said = str(say(reason, self._current.plan[LANGUAGE]))
        write_line(tx, subject=matter.subject, what=what, actor=actor, why=said, data=data)


def _with_speakers(tx: Tx, keys: list[str]) -> dict[str, Kept]:
    """Return of each matter the one that speaks for it, itself if none does."""
    found, known = rows.find_all(tx, keys), dict[str, Kept]()
    for _ in range(10):
        moved = {one.into for one in found.values() if one.into is not None and one.into not in known}
        if not moved:
            break
        known |= rows.find_all(tx, moved)
        found = {key: known.get(one.into or "", one) for key, one in found.items()}
    return found
