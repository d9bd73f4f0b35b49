"""The verbs of records: each is part of its caller's transaction, and writes everything that follows from it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bosco.journal import write as write_line
from bosco.kit.marks import hears, on_timer, service
from bosco.kit.packed import unpack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import msg, say
from bosco.notices.model import MatterAcknowledged, MatterUnacknowledged
from bosco.notices.service import Notices
from bosco.people.section import TEAM
from bosco.plan.current import CurrentPlan
from bosco.records import company, files, rows, steps, texts
from bosco.records.actors import person_of
from bosco.records.files import Upload
from bosco.records.manners import QUIET, Manners
from bosco.records.matters import key_of
from bosco.records.model import TaskOverdue
from bosco.records.moves import kind_of
from bosco.records.numbers import given_number, next_number
from bosco.records.pledge import first_priority, pledge
from bosco.records.record import Attached, Event, Record, Voice
from bosco.records.section import RECORDS, priorities_of
from bosco.records.writing import CLOCK_TIMER, Writing
from bosco.store.store import Store
from bosco.store.timers import Timer
from bosco.store.tx import Tx

_MATTER = "record:"


@service
class Records:
    """Cases of every kind."""

    def __init__(self, store: Store, current: CurrentPlan, notices: Notices) -> None:
        self._store = store
        self._current = current
        self._notices = notices
        self._manners: dict[str, Manners] = {}

    def behave(self, kind: str, manners: Manners) -> None:
        """Let a kind behave as its own room says; asked once, by the room's service when it is built."""
        self._manners[kind] = manners

    def manners(self, kind: str) -> Manners:
        """Return how a kind behaves."""
        return self._manners.get(kind, QUIET)

    def open(  # noqa: PLR0913 - what is known of a case when it begins
        self,
        tx: Tx,
        kind: str,
        title: str,
        *,
        by: str,
        priority: str | None = None,
        fields: Mapping[str, Any] | None = None,
        service: str | None = None,
        why: str | None = None,
        since: datetime | None = None,
        number: str | None = None,
        assignee: str | None = None,
        watchers: tuple[str, ...] = (),
        taking_over: tuple[str, ...] = (),
    ) -> str:
        """Open a case and return its number; `taking_over` names the matters that it goes on with: `alert:01J…`."""
        plan = self._current.plan
        kinds = plan[RECORDS]
        if kind not in kinds:
            listed = msg("There are: {names}.", names=", ".join(kinds))
            raise Refusal(Code.INVALID, msg("There is no kind of record “{name}”.", name=kind[:60]), listed, "kind")
        known = priorities_of(plan, kind)
        priority = priority or first_priority(plan, kind)
        if priority not in known:
            listed = msg("It can be: {names}.", names=", ".join(known))
            raise Refusal(Code.INVALID, msg("There is no priority {name}.", name=priority[:30]), listed, "priority")
        declared = kind_of(plan, kind)
        if assignee is None:
            assignee = next(iter(declared.assign.get(priority, ())), None)
        data = {
            "kind": kind,
            "title": texts.read_title(title),
            "priority": priority,
            "service": texts.read_service(plan, service),
            "fields": texts.read_fields(plan, kind, fields or {}),
            "stage": declared.flow[0],
            "since": steps.since_of(since if since and since < tx.at else None),
            "assignee": assignee,
            "watchers": list(dict.fromkeys([*watchers, *self._opener(tx, by)])),
            "taking_over": list(taking_over),
            "pledge": pledge(plan, kind, priority),
        }
        data["number"] = given_number(tx, number) if number else next_number(tx, plan, kind)
        with Writing(tx, plan, self._notices, self._manners) as writing:
            steps.begin(writing, data, by, why, taking_over)
        return str(data["number"])

    def _opener(self, tx: Tx, by: str) -> list[str]:
        person = person_of(tx, self._current.plan, by)
        return [person] if person else []

    def change(self, tx: Tx, number: str) -> Writing:
        """Return what several verbs can be noted with as one change: `with records.change(tx, number) as writing:`."""
        return Writing(tx, self._current.plan, self._notices, self._manners, rows.take(tx, number))

    def move(self, tx: Tx, number: str, stage: str, *, by: str, why: str | None = None) -> Record:
        """Bring it into a stage; refused with every field, approval and reason that is missing."""
        with self.change(tx, number) as writing:
            steps.move(writing, self._manners, stage, by, why)
        return writing.record

    def fail(self, tx: Tx, number: str, *, by: str, why: str) -> Record:
        """Let a failure bring it back by itself, as `back:` says."""
        with self.change(tx, number) as writing:
            steps.fail(writing, by, why)
        return writing.record

    def reopen(self, tx: Tx, number: str, *, by: str, why: str, stage: str | None = None) -> Record:
        """Open again what was over; its clocks go on from where they were."""
        plan = self._current.plan
        with self.change(tx, number) as writing:
            kind = kind_of(plan, writing.record.kind)
            if not writing.record.over:
                raise Refusal(Code.CONFLICT, msg("{number} is not over.", number=number))
            lasting = [one for one in kind.flow if one not in kind.last and one not in kind.pauses]
            steps.move(writing, self._manners, stage or lasting[min(1, len(lasting) - 1)], by, why)
        return writing.record

    def change_priority(self, tx: Tx, number: str, priority: str, *, by: str, why: str | None = None) -> Record:
        """Measure it by another priority from now on."""
        with self.change(tx, number) as writing:
            steps.change_priority(writing, priority, by, why)
        return writing.record

    def acknowledge(self, tx: Tx, number: str, *, by: str, via: str = "page") -> Record:
        """Let somebody have it: its escalation stops."""
        with self.change(tx, number) as writing:
            if steps.acknowledge(writing, by, via) and kind_of(writing.plan, writing.record.kind).calls:
                self._notices.acknowledge(tx, key_of(writing.record), by, via=via)
        return writing.record

    def edit(
        self,
        tx: Tx,
        number: str,
        changes: Mapping[str, Any],
        *,
        by: str,
        seen: int | None = None,
        why: str | None = None,
    ) -> list[str]:
        """Write texts (`title`, `service`, fields); `seen` is the event up to which their writer knew the record.

        What somebody else wrote since then is never overwritten: all is refused as a `Clash` that holds both.
        """
        with self.change(tx, number) as writing:
            return texts.write_texts(writing, changes, seen, by, why)

    def set_field(self, tx: Tx, number: str, name: str, value: Any, *, by: str, seen: int | None = None) -> list[str]:
        """Write one field."""
        return self.edit(tx, number, {name: value}, by=by, seen=seen)

    def comment(
        self, tx: Tx, number: str, text: str, *, by: str, public: bool = False, voice: Voice = "team", **more: Any
    ) -> str:
        """Add a word, and return its id; one that begins with a command of its kind moves it too."""
        with self.change(tx, number) as writing:
            comment_id = company.comment(writing, text, by, public=public, voice=voice, **more)
            asked = company.command_in(writing.plan, writing.record.kind, text) if voice == "team" else None
            if asked:
                steps.move(writing, self._manners, asked[0], by, asked[1] or None)
        return comment_id

    def assign(self, tx: Tx, number: str, to: str | None, *, by: str) -> Record:
        """Put it into somebody's hands."""
        with self.change(tx, number) as writing:
            company.assign(writing, to, by)
        return writing.record

    def role(self, tx: Tx, number: str, role: str, person: str | None, *, by: str) -> Record:
        """Give somebody a seat: lead, communication, scribe."""
        with self.change(tx, number) as writing:
            company.give_role(writing, role, person, by)
        return writing.record

    def watch(self, tx: Tx, number: str, person: str, *, by: str, on: bool = True) -> Record:
        """Let somebody be told of it, or no longer."""
        with self.change(tx, number) as writing:
            company.watch(writing, person, by, on=on)
        return writing.record

    def add_task(  # noqa: PLR0913 - what is known of a task
        self,
        tx: Tx,
        number: str,
        text: str,
        *,
        by: str,
        owner: str | None = None,
        due: datetime | None = None,
        sort: str = "",
        task_id: str = "",
    ) -> str:
        """Write down something to do, or with its id change it; return the id."""
        with self.change(tx, number) as writing:
            return company.add_task(writing, text, owner, due, sort, by, task_id)

    def finish_task(self, tx: Tx, number: str, task_id: str, *, by: str, done: bool = True) -> Record:
        """Take note that it is done, or not after all."""
        with self.change(tx, number) as writing:
            company.finish_task(writing, task_id, by, done=done)
        return writing.record

    def attach(self, tx: Tx, number: str, upload: Upload, *, by: str) -> Attached:
        """Keep a file with a record; refused by its size and by what its bytes are."""
        with self.change(tx, number) as writing:
            file = files.keep(tx, writing.record, upload, by)
            company.attach(writing, file, by)
        return file

    def detach(self, tx: Tx, number: str, file_id: str, *, by: str, why: str) -> Record:
        """Forget a file for a reason: that it was there stays written down, its bytes do not."""
        with self.change(tx, number) as writing:
            files.drop(tx, company.detach(writing, file_id, by, why))
        return writing.record

    def file(self, tx: Tx, number: str, file_id: str) -> tuple[Attached, bytes]:
        """Return a file of a record with its bytes."""
        found = rows.load(tx, number).file(file_id)
        if found is None:
            raise not_found(msg("There is no such file."))
        return found, files.read(tx, found.digest)

    def link(self, tx: Tx, number: str, target: str, *, by: str, how: str = "related") -> Record:
        """Note what it has to do with; another record learns of it too."""
        with self.change(tx, number) as writing:
            company.link(writing, target, by, how)
        if target.startswith(_MATTER):
            with self.change(tx, target.removeprefix(_MATTER)) as other:
                company.link(other, writing.record.subject, by, how)
        return writing.record

    def unlink(self, tx: Tx, number: str, target: str, *, by: str) -> Record:
        """Note that it has nothing to do with it after all."""
        with self.change(tx, number) as writing:
            company.unlink(writing, target, by)
        if target.startswith(_MATTER):
            with self.change(tx, target.removeprefix(_MATTER)) as other:
                company.unlink(other, writing.record.subject, by)
        return writing.record

    def approve(self, tx: Tx, number: str, *, by: str, target: str | None = None) -> Record:
        """Give a word that the plan asks for."""
        with self.change(tx, number) as writing:
            company.approve(writing, by, target)
        return writing.record

    def disapprove(self, tx: Tx, number: str, target: str, *, by: str) -> Record:
        """Take a word back."""
        with self.change(tx, number) as writing:
            company.disapprove(writing, by, target)
        return writing.record

    def merge(self, tx: Tx, number: str, into: str, *, by: str, why: str | None = None) -> Record:
        """Make it a part of another record, which began when the first of the two did."""
        with self.change(tx, number) as gone, self.change(tx, into) as kept:
            steps.absorb(kept, gone, by, why)
        return kept.record

    def split(  # noqa: PLR0913 - a part of a case that becomes one of its own
        self,
        tx: Tx,
        number: str,
        title: str,
        *,
        by: str,
        kind: str | None = None,
        priority: str | None = None,
        taking: tuple[str, ...] = (),
        why: str | None = None,
    ) -> str:
        """Open a case of its own out of another, which takes some of its links along; its clocks begin now."""
        of = rows.load(tx, number)
        made = self.open(
            tx, kind or of.kind, title, by=by, priority=priority or of.priority, service=of.service, why=why
        )
        for target in taking:
            self.unlink(tx, number, target, by=by)
            self.link(tx, made, target, by=by)
        self.link(tx, made, of.subject, by=by, how="split")
        return made

    def told(self, tx: Tx, number: str, *, by: str, why: str) -> Record:
        """Note that the world was told how things stand."""
        with self.change(tx, number) as writing:
            steps.tell_world(writing, by, why)
        return writing.record

    def excuse(self, tx: Tx, number: str, clock: str, *, by: str, why: str) -> Record:
        """Let a broken promise not count, by the word of a manager and for a reason."""
        with self.change(tx, number) as writing:
            steps.excuse(writing, clock, by, why)
        return writing.record

    def of(self, tx: Tx, number: str) -> Record:
        """Return a record as it stands, within a transaction."""
        return rows.load(tx, number)

    def given_back_since(self, tx: Tx, number: str, at: datetime) -> bool:
        """Say whether somebody gave a record back at this instant or later."""
        return any(one.what == "given-back" and one.at >= at for one in rows.events_of(tx, number))

    def of_many(self, tx: Tx, numbers: Iterable[str]) -> dict[str, Record]:
        """Return records as they stand, by their numbers, read at once."""
        return rows.load_many(tx, numbers)

    def linked_to(self, tx: Tx, target: str, *, still_open: bool = False) -> list[str]:
        """Return the numbers of the records that have to do with something."""
        return rows.linked_to(tx, target, still_open=still_open)

    def open_ones(self, tx: Tx, kinds: tuple[str, ...], service: str | None = None) -> list[str]:
        """Return the numbers of the records of some kinds that are not over, the latest first."""
        return rows.open_ones(tx, kinds, service)

    async def get(self, number: str) -> Record:
        """Return a record as it stands."""
        return await self._store.read(lambda tx: rows.load(tx, number))

    async def events(self, number: str) -> list[Event]:
        """Return everything that happened to a record."""
        return await self._store.read(lambda tx: rows.events_of(tx, number))

    @on_timer(CLOCK_TIMER)
    async def look_at_clocks(self, timer: Timer) -> None:
        """Note what a record's clocks have passed."""

        def work(tx: Tx) -> None:
            with self.change(tx, timer.key) as writing:
                writing.look()

        await self._store.write(work)

    @on_timer(steps.CLOSE_TIMER)
    async def close_what_rests(self, timer: Timer) -> None:
        """Close what was solved some time ago and nobody came back to."""

        def work(tx: Tx) -> None:
            with self.change(tx, timer.key) as writing:
                steps.close_by_itself(writing, timer.body["stage"])

        await self._store.write(work)

    @on_timer(company.TASK_TIMER)
    async def tell_late_task(self, timer: Timer) -> None:
        """Tell that something was to be done by now and is not."""
        number, _, task_id = timer.key.partition("/")

        def work(tx: Tx) -> None:
            record = rows.load(tx, number)
            task = record.task(task_id)
            if task is None or task.done_at is not None or record.merged_into:
                return
            data = {"id": task.id, "text": task.text, "owner": task.owner, "priority": record.priority}
            write_line(tx, subject=record.subject, what="record.task-late", actor="bosco", data=data)
            tx.publish(TaskOverdue(number=number, task=task.id, text=task.text, owner=task.owner, at=tx.at))

        await self._store.write(work)

    @hears(MatterAcknowledged)
    async def hear_acknowledged(self, fact: MatterAcknowledged) -> None:
        """Take note that somebody has it who said so elsewhere: by a link, in Slack."""

        def work(tx: Tx) -> None:
            if not self._notices.still_so(tx, fact):
                return
            with self.change(tx, fact.key.removeprefix(_MATTER)) as writing:
                steps.acknowledge(writing, fact.by, fact.via)

        if fact.key.startswith(_MATTER):
            await self._store.write(work)

    @hears(MatterUnacknowledged)
    async def hear_given_back(self, fact: MatterUnacknowledged) -> None:
        """Take note that it is in nobody's hands again."""

        def work(tx: Tx) -> None:
            if not self._notices.still_so(tx, fact):
                return
            with self.change(tx, fact.key.removeprefix(_MATTER)) as writing:
                steps.give_back(writing, fact.by, str(say(unpack(fact.because), "en") or ""))

        if fact.key.startswith(_MATTER):
            await self._store.write(work)

    def people(self) -> list[str]:
        """Return everybody whom a record may be given to."""
        return [key for key, person in self._current.plan[TEAM].items() if not person.is_group]
