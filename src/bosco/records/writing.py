"""One change of a record, at once: its events, its lines, its derived rows, its clocks, its matter."""

from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any

from bosco.journal import write as write_line
from bosco.kit.facts import Fact
from bosco.kit.packed import pack
from bosco.notices.service import Notices
from bosco.people.section import TEAM, shown_name
from bosco.plan.header import TIMEZONE
from bosco.plan.load import Plan
from bosco.records import clocks, matters, rows
from bosco.records.clock import Clock, clock
from bosco.records.explain import explain
from bosco.records.manners import QUIET, Manners
from bosco.records.model import (
    ClockBroke,
    ClockReached,
    ClockStarted,
    ClockStopped,
    ClockTurned,
    RecordChanged,
)
from bosco.records.pledge import urgency
from bosco.records.record import Event, Record
from bosco.records.replay import apply, opened
from bosco.records.words import learn
from bosco.store import timers
from bosco.store.tx import Tx
from bosco.store.types import clean, cleaned

# What of an event names somebody: lines call people by their names.
PEOPLE: Mapping[str, tuple[str, ...]] = {
    "assigned": ("to",),
    "role": ("person",),
    "watched": ("person",),
    "unwatched": ("person",),
    "task": ("owner",),
}
CLOCK_TIMER = "records.clock"
BOSCO = "bosco"


class Writing:
    """Collects events inside `with`; at its end everything that follows from them is written."""

    def __init__(
        self, tx: Tx, plan: Plan, notices: Notices, manners: Mapping[str, Manners], record: Record | None = None
    ) -> None:
        self.tx = tx
        self.plan = plan
        self.before = record
        self.taking_over: tuple[str, ...] = ()
        self._record = record
        self._notices = notices
        self._manners = manners
        self._events: list[Event] = []
        self._facts: list[Fact] = []
        self._comment = ""
        self._looks = False
        self._told: tuple[str, str | None] = (BOSCO, None)

    @property
    def record(self) -> Record:
        """Return the record as it stands after what has been noted so far."""
        assert self._record is not None
        return self._record

    def __enter__(self) -> "Writing":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and (self._events or self._looks):
            self._finish()

    def look(self) -> None:
        """Note what the clocks have passed, though nothing else happened."""
        self._looks = True

    def note(  # noqa: PLR0913 - one thing that happened, in words
        self,
        what: str,
        by: str,
        why: str | None = None,
        data: dict[str, Any] | None = None,
        *,
        line: str | None = None,
        shown: dict[str, Any] | None = None,
        quiet: bool = False,
    ) -> Event:
        """Note one event and its line; `shown` completes what the line's sentence needs."""
        seq = self._record.seq + 1 if self._record else 1
        # Cleaned once, here: what is derived now and what is replayed later are made of the same letters.
        why = None if why is None else clean(why)
        event = Event(seq=seq, at=self.tx.at, by=clean(by), what=what, why=why, data=cleaned(data or {}))
        self._events.append(event)
        self._record = apply(self._record, event) if self._record else opened(event)
        if not quiet:
            self._told = (by, why)
            told = {"by": pack(self._called(by)), "priority": self._record.priority, **event.data, **(shown or {})}
            told |= {word: pack(self._called(told[word])) for word in PEOPLE.get(what, ()) if told.get(word)}
            write_line(
                self.tx, subject=self._record.subject, what=line or f"record.{what}", actor=by, why=why, data=told
            )
        return event

    def _called(self, actor: str) -> Any:
        name = actor.partition(":")[2] or actor
        return shown_name(self.plan, name) if name in self.plan[TEAM] else name if name != BOSCO else "Bosco"

    def say(self, kind: type[Fact], **more: Any) -> None:
        """Tell a fact about the record as it stands now."""
        self._facts.append(kind(**self._facts_of(*self._told), **more))

    def changed(self, event: Event) -> None:
        """Tell that something of it is different."""
        self.say(RecordChanged, what=event.what, data=event.data)

    def hear(self, comment: str) -> None:
        """Let the words of a comment be found."""
        self._comment = f"{self._comment} {comment}"

    def _facts_of(self, by: str, why: str | None) -> dict[str, Any]:
        one = self.record
        return {
            "number": one.number,
            "kind": one.kind,
            "title": one.title,
            "stage": one.stage,
            "priority": one.priority,
            "service": one.service,
            "at": self.tx.at,
            "by": by,
            "seq": one.seq,
            "why": why,
        }

    def _finish(self) -> None:
        zone = self.plan[TIMEZONE]
        self._turn_clocks()
        if not self._events:
            self._set_timer(clocks.next_look(self.record, self.tx.at, zone))
            return
        after, now = self.record, self.tx.at
        rows.append(self.tx, after.number, self._events)
        row = (
            after,
            urgency(self.plan, after.kind, after.priority),
            clocks.first_due(after, now, zone),
            clocks.is_broken(after),
        )
        row_id = rows.put(self.tx, *row) if self.before else rows.add(self.tx, *row)
        rows.put_links(self.tx, self.before, after)
        learn(self.tx, row_id, self.before, after, self._comment)
        self._set_timer(clocks.next_look(after, now, zone))
        by, why = self._told
        matters.tell(
            self._notices,
            self.tx,
            self.plan,
            self.before,
            after,
            by=by,
            why=why,
            more=self._manners.get(after.kind, QUIET).matter(after),
            taking_over=self.taking_over,
        )
        for fact in self._facts:
            self.tx.publish(fact)

    def _set_timer(self, at: datetime | None) -> None:
        if at is None:
            if self.before is not None:
                timers.cancel(self.tx, CLOCK_TIMER, self.record.number)
        else:
            timers.set(self.tx, CLOCK_TIMER, self.record.number, at)

    def _turn_clocks(self) -> None:
        zone, now = self.plan[TIMEZONE], self.tx.at
        turned = clocks.turns(self.before, self.record, now, zone)
        for turn in turned:
            if turn.what == "started" and self.record.reached.get(turn.clock.word):
                self.note("clock-rearmed", BOSCO, data={"clock": turn.clock.word}, quiet=True)
        for passed in clocks.crossed(self.record, now, zone):
            self._cross(passed)
        for turn in turned:
            self._tell_clock(f"clock.{turn.what}", turn.clock)
            if turn.what in ("started", "resumed"):
                self._clock_fact(ClockStarted, turn.clock)
            elif turn.what == "stopped":
                self._clock_fact(ClockStopped, turn.clock, kept=turn.clock.broke_at is None)

    def _cross(self, passed: clocks.Crossed) -> None:
        zone, breaks = self.plan[TIMEZONE], passed.share >= 1
        data = {
            "clock": passed.word,
            "share": passed.share,
            "shares": list(passed.shares),
            "due": passed.at.isoformat(),
        }
        self.note("clock-broke" if breaks else "clock-reached", BOSCO, data=data, quiet=True)
        one = clock(self.record, passed.word, self.tx.at, zone)
        if one is None:
            return
        self._tell_clock("clock.broke" if breaks else "clock.reached", one, passed.share)
        self._clock_fact(ClockReached, one, share=passed.share)
        if breaks:
            self._clock_fact(ClockBroke, one)

    def _tell_clock(self, what: str, one: Clock, share: float | None = None) -> None:
        zone = self.plan[TIMEZONE]
        data = clocks.data_of(one, zone, share)
        why = clocks.why_of(one, zone)
        write_line(self.tx, subject=self.record.subject, what=what, actor=BOSCO, why=why, data=data)

    def _clock_fact(self, kind: type[ClockTurned], one: Clock, **more: Any) -> None:
        said = pack(explain(one, self.plan[TIMEZONE]))
        self._facts.append(kind(**self._facts_of(BOSCO, None), clock=one.word, due=one.due, says=said, **more))
