"""The verbs of incidents: what is heard of alerts and records, what a case's page shows, and what is learnt from it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bosco.alerts.model import AlertAcknowledged, AlertChanged, AlertFired, AlertResolved
from bosco.alerts.service import Alerts
from bosco.channels.service import Channels
from bosco.incidents import learning, store, verbs
from bosco.incidents.actions import read_action
from bosco.incidents.first_moves import LOOK, FirstMoves
from bosco.incidents.gather import gather
from bosco.incidents.manners import IncidentManners
from bosco.incidents.marks import marks_of
from bosco.incidents.model import PostmortemPublished
from bosco.incidents.moves import AFTER
from bosco.incidents.postmortem import Known, Part, Sentence, draft
from bosco.incidents.remind import remind, who_communicates, who_leads
from bosco.incidents.room import Room, enter
from bosco.incidents.store import Case, Postmortem
from bosco.incidents.tell_world import Words, keep_words
from bosco.incidents.verbs import BOSCO, Hands
from bosco.journal.model import Line
from bosco.journal.service import Journal
from bosco.kit.clock import Clock
from bosco.kit.marks import hears, on_timer, service
from bosco.kit.words import Language, Sayable, msg, say
from bosco.notices.service import Notices
from bosco.plan.current import CurrentPlan
from bosco.plan.header import LANGUAGE, TIMEZONE
from bosco.plan.load import Plan
from bosco.records.model import (
    ClockBroke,
    ClockReached,
    RecordAcknowledged,
    RecordChanged,
    RecordClosed,
    RecordOpened,
    RecordReopened,
    TaskOverdue,
)
from bosco.records.moves import kind_of
from bosco.records.record import Record
from bosco.records.section import demands_postmortem
from bosco.records.service import Records
from bosco.services.intervals import Interval
from bosco.services.section import SERVICES, service_name
from bosco.services.service import Services
from bosco.services.spans import Span
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

PUBLISH = "postmortem"
INCIDENT = "incident"
CASES = (INCIDENT, "ticket")
# From this share of the time on it is said that a word is due soon.
SOON = 0.75


@service
class Incidents:
    """Cases from the first alert to what was learnt."""

    def __init__(  # noqa: PLR0913, PLR0917 - an incident has to do with everybody
        self,
        store: Store,
        clock: Clock,
        current: CurrentPlan,
        records: Records,
        alerts: Alerts,
        notices: Notices,
        journal: Journal,
        services: Services,
        moves: FirstMoves,
        channels: Channels,
    ) -> None:
        self._store = store
        self._clock = clock
        self._current = current
        self._records = records
        self._alerts = alerts
        self._notices = notices
        self._journal = journal
        self._services = services
        self._moves = moves
        self._channels = channels
        records.behave("incident", IncidentManners(self))
        services.mark_with(marks_of)

    @property
    def _plan(self) -> Plan:
        return self._current.plan

    @property
    def _hands(self) -> Hands:
        return Hands(self._plan, self._records, self._notices)

    @hears(AlertFired)
    async def hear_fired(self, fact: AlertFired) -> None:
        """Open a case, or join one."""
        if not fact.quiet:
            hands = self._hands
            await self._store.write(lambda tx: verbs.take(tx, hands, fact))

    @hears(AlertChanged)
    async def hear_changed(self, fact: AlertChanged) -> None:
        """Open a case once an alert is told after all, and make it as urgent as its alert."""
        hands = self._hands

        def work(tx: Tx) -> None:
            number = store.number_of(tx, fact.alert)
            if number is not None:
                verbs.raise_priority(tx, hands, number, fact)
            elif not fact.quiet:
                verbs.take(tx, hands, fact)

        await self._store.write(work)

    @hears(AlertResolved)
    async def hear_resolved(self, fact: AlertResolved) -> None:
        """Take note that a case is well again once the last of its alerts is over."""
        hands = self._hands
        number = await self._store.write(lambda tx: verbs.resolve(tx, hands, fact.alert, fact.at))
        if number is not None:
            down = await self._down(number, fact.at)
            await self._store.write(lambda tx: verbs.recover(tx, hands, number, fact.at, down))

    @hears(AlertAcknowledged)
    async def hear_alert_taken(self, fact: AlertAcknowledged) -> None:
        """Let whoever has an alert have its case."""

        def work(tx: Tx) -> None:
            number = store.number_of(tx, fact.alert)
            # Heard late, it may have been given back meanwhile.
            if number is None or self._alerts.holder(tx, fact.alert) != fact.by:
                return
            given_back = self._records.given_back_since(tx, number, fact.at)
            if not given_back and not self._records.of(tx, number).acknowledged_by:
                self._records.acknowledge(tx, number, by=fact.by, via="alert")

        await self._store.write(work)

    @hears(RecordAcknowledged)
    async def hear_taken(self, fact: RecordAcknowledged) -> None:
        """Let whoever has a case have its alerts."""
        joined = await self._store.read(lambda tx: store.alerts_of(tx, [fact.number]))

        def who(tx: Tx) -> str | None:
            return fact.by if self._records.of(tx, fact.number).acknowledged_by == fact.by else None

        for one in joined:
            if one.resolved is None:
                await self._alerts.follow_case(one.alert, who, fact.at)

    @hears(RecordOpened)
    async def hear_opened(self, fact: RecordOpened) -> None:
        """Know a case that a person opened."""
        if fact.kind != "incident":
            return

        def work(tx: Tx) -> None:
            store.add_case(tx, Case(fact.number, fact.kind, fact.service, self._began(tx, fact), fact.at))
            # What moved first is looked at for good when it is clear what followed.
            timers.set(tx, LOOK, fact.number, fact.at + AFTER)

        await self._store.write(work)

    @on_timer(LOOK)
    async def look_for_good(self, timer: Timer) -> None:
        """Write down what moved first."""
        await self._moves.look_for_good(timer)

    def _began(self, tx: Tx, fact: RecordOpened) -> datetime:
        return self._records.of(tx, fact.number).opened_at

    @hears(RecordChanged)
    async def hear_linked(self, fact: RecordChanged) -> None:
        """Let an alert belong to the case that a person linked it with."""
        target = str(fact.data.get("target", ""))
        if fact.what == "linked" and fact.kind in CASES and target.startswith("alert:"):
            alert = target.removeprefix("alert:")
            await self._store.write(lambda tx: store.give_alert(tx, alert, fact.number))

    @hears(ClockReached)
    async def hear_due_soon(self, fact: ClockReached) -> None:
        """Remind whoever communicates that a word is due soon."""
        if fact.kind == INCIDENT and fact.clock == "update" and SOON <= fact.share < 1:
            at = fact.due.astimezone(self._plan[TIMEZONE]) if fact.due else None
            what = msg("A word about {number} is due at {time}.", number=fact.number, time=f"{at:%H:%M}" if at else "—")
            await self._remind(fact.number, who_communicates, what)

    @hears(ClockBroke)
    async def hear_word_overdue(self, fact: ClockBroke) -> None:
        """Remind whoever communicates that a word is overdue."""
        if fact.kind == INCIDENT and fact.clock == "update":
            what = msg("A word about {number} is overdue: say how it goes.", number=fact.number)
            await self._remind(fact.number, who_communicates, what)

    @hears(TaskOverdue)
    async def hear_task_overdue(self, fact: TaskOverdue) -> None:
        """Tell whose it is that something was to be done by now."""
        task = (await self._records.get(fact.number)).task(fact.task)
        if task is None or task.sort == PUBLISH:
            # A post-mortem has a reminder of its own.
            return
        what = msg("Overdue for {number}: {text}", number=fact.number, text=fact.text)
        await self._remind(fact.number, lambda record: (fact.owner,) if fact.owner else who_leads(record), what)

    async def _remind(self, number: str, whom: Callable[[Record], Sequence[str]], what: Sayable) -> None:
        def work(tx: Tx) -> None:
            record = self._records.of(tx, number)
            if record.kind in CASES and record.merged_into is None:
                remind(tx, self._channels, self._plan, record, whom(record), what)

        await self._store.write(work)

    @hears(RecordReopened)
    async def hear_reopened(self, fact: RecordReopened) -> None:
        """Know that a case is not over."""
        await self._store.write(lambda tx: store.change_case(tx, fact.number, ended=None))

    @hears(RecordClosed)
    async def hear_closed(self, fact: RecordClosed) -> None:
        """Know that a case is over; what must be learnt from it is demanded."""

        def end(tx: Tx) -> None:
            store.change_case(tx, fact.number, ended=fact.at)
            if fact.merged_into is not None:
                store.hand_over_alerts(tx, fact.number, fact.merged_into)

        await self._store.write(end)
        if fact.merged_into is None:
            down = await self._down(fact.number, fact.at)
            hands = self._hands
            await self._store.write(lambda tx: verbs.keep_downtime(tx, hands, fact.number, down) if down else None)
        if fact.merged_into is None and demands_postmortem(self._plan, fact.kind, fact.priority):
            await self.demand_postmortem(fact.number, by=BOSCO)

    @hears(PostmortemPublished)
    async def hear_published(self, fact: PostmortemPublished) -> None:
        """Let what was decided be done: each action becomes a task that is followed until then."""

        def work(tx: Tx) -> None:
            found = learning.find(tx, fact.number)
            record = self._records.of(tx, fact.number)
            known = {task.text for task in record.tasks}
            for one in learning.sentences(found, "actions"):
                action = read_action(self._plan, str(say(one.says, self._plan[LANGUAGE])))
                if action.text not in known:
                    self._records.add_task(
                        tx, fact.number, action.text, by=fact.by, owner=action.owner, due=action.due, sort="preventive"
                    )
            task = next((task for task in record.tasks if task.sort == PUBLISH and task.done_at is None), None)
            if task is not None:
                self._records.finish_task(tx, fact.number, task.id, by=fact.by)

        await self._store.write(work)

    @on_timer(learning.OVERDUE)
    async def tell_overdue(self, timer: Timer) -> None:
        """Tell that a post-mortem is overdue."""

        def work(tx: Tx) -> None:
            timers.done(tx, timer)
            if learning.remind(tx, timer.key, tx.at):
                record = self._records.of(tx, timer.key)
                what = msg("The post-mortem of {number} is overdue.", number=record.number)
                remind(tx, self._channels, self._plan, record, who_leads(record), what)

        await self._store.write(work)

    async def demand_postmortem(self, number: str, *, by: str) -> None:
        """Begin the post-mortem of a case, drafted from what is written down."""
        parts = await self.draft_of(number)
        title = str(say(msg("Publish the post-mortem"), self._plan[LANGUAGE]))

        def work(tx: Tx) -> None:
            if store.postmortem_of(tx, number) is not None:
                return
            learning.demand(tx, number, parts, by)
            record = self._records.of(tx, number)
            owner = record.roles.get("lead") or record.assignee
            due = tx.at + learning.WITHIN
            self._records.add_task(tx, number, title, by=BOSCO, owner=owner, due=due, sort=PUBLISH)

        await self._store.write(work)

    async def draft_of(self, number: str) -> dict[Part, tuple[Sentence, ...]]:
        """Return what can be said of a case from what is written down."""
        case = await self._store.read(lambda tx: store.case_of(tx, number))
        record = await self._records.get(number)
        if case is None:
            case = Case(number, record.kind, record.service, record.opened_at, record.opened_at, ended=record.over_at)
        lines = await self.lines(case)
        return draft(_known(self._plan, case, record, lines))

    async def lines(self, case: Case) -> list[Line]:
        """Return everything that the journal says about a case, the earliest first."""
        joined = await self._store.read(lambda tx: store.alerts_of(tx, [case.number]))
        return await gather(self._journal, self._plan, case, joined, self._clock.read())

    async def room(self, record: Record) -> Room:
        """Return what the page of a case shows beside the record itself."""
        return await enter(self._store, self._journal, self._plan, record, self._clock.read(), self._moves)

    async def keep_words(self, number: str, words: Words, by: str) -> None:
        """Keep what is to be said, to the world or in the team."""
        await self._store.write(lambda tx: keep_words(tx, self._plan, self._records, number, words, by))

    async def postmortem(self, number: str) -> Postmortem | None:
        """Return the post-mortem of a case."""
        return await self._store.read(lambda tx: store.postmortem_of(tx, number))

    async def owed(self) -> list[Postmortem]:
        """Return the post-mortems that are not published yet."""
        return await self._store.read(store.owed)

    async def published(self, before: datetime | None = None) -> list[Postmortem]:
        """Return the post-mortems that can be read."""
        return await self._store.read(lambda tx: store.published(tx, before))

    async def write_part(
        self, number: str, part: str, lines: Sequence[str], *, version: int, by: str, language: Language
    ) -> Postmortem:
        """Put a person's words in place of a part."""
        return await self._store.write(lambda tx: learning.write_part(tx, number, part, lines, version, by, language))

    async def give_to_read(self, number: str, by: str) -> Postmortem:
        """Give a post-mortem to be read by another."""
        return await self._store.write(lambda tx: learning.give_to_read(tx, number, by))

    async def publish(self, number: str, by: str) -> Postmortem:
        """Publish a post-mortem."""
        return await self._store.write(lambda tx: learning.publish(tx, number, by))

    async def cases(self, since: datetime) -> list[tuple[Case, Record]]:
        """Return the incidents since then with their records, the newest first."""

        def read(tx: Tx) -> list[tuple[Case, Record]]:
            found = store.cases_since(tx, "incident", since)
            known = self._records.of_many(tx, [one.number for one in found])
            return [(one, known[one.number]) for one in found]

        return await self._store.read(read)

    async def open_ones(self) -> list[tuple[Case, Record]]:
        """Return the incidents that are not over with their records, the newest first."""

        def read(tx: Tx) -> list[tuple[Case, Record]]:
            return [(one, self._records.of(tx, one.number)) for one in store.open_cases(tx, "incident")]

        return await self._store.read(read)

    async def _down(self, number: str, now: datetime) -> list[Span]:
        """Return when the services of a case were down while it lasted."""

        def read(tx: Tx) -> tuple[Case | None, list[str]]:
            case = store.case_of(tx, number)
            touched = [one.service for one in store.alerts_of(tx, [number]) if one.service]
            return case, list(dict.fromkeys([*([case.service] if case and case.service else []), *touched]))

        case, services = await self._store.read(read)
        if case is None or not services:
            return []
        found = await self._services.intervals(services, case.began, now)
        return [_span(one, case.began, now) for one in found if one.state == "down"]


def _span(one: Interval, start: datetime, end: datetime) -> Span:
    return Span(one.start, one.end or end).cut(start, end)


def _known(plan: Plan, case: Case, record: Record, lines: list[Line]) -> Known:
    fields = kind_of(plan, record.kind).fields
    impact: list[tuple[Any, Any]] = [
        (field.label or name, _written(record.fields[name]))
        for name, field in fields.items()
        if record.fields.get(name) not in (None, "", [])
    ]
    pledged = record.pledges[-1].seconds.get("resolve") if record.pledges else None
    return Known(
        number=record.number,
        title=record.title,
        priority=record.priority,
        began=case.began,
        detected=case.detected,
        lines=lines,
        acknowledged=record.acknowledged_at,
        recovered=case.recovered or case.ended or record.over_at,
        resolve_by=record.opened_at + timedelta(seconds=pledged) if pledged else None,
        services=(_service(plan, record.service),) if record.service else (),
        zone=plan[TIMEZONE],
        impact=tuple(impact),
    )


def _service(plan: Plan, key: str) -> Any:
    return service_name(plan, key) if key in plan[SERVICES] else key


def _written(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
