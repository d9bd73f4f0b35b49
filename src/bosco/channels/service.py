"""The verbs of the ways out: take a letter in the transaction that owes it, and bring it for certain."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bosco.channels import deliveries, store
from bosco.channels.address import language_for, receivers_of
from bosco.channels.carry import INTO_THE_WORLD, LIMIT, Carrier
from bosco.channels.deliveries import Asked, Delivery
from bosco.channels.each import Brought, bring_each, own_id
from bosco.channels.give_up import gives_up_after
from bosco.channels.health import Health, health_of
from bosco.channels.kind import Again, Arrived, Doors, Outcome, Refused
from bosco.channels.model import Letter, LetterDelivered, LetterFailed, Receiver
from bosco.channels.replies import digits
from bosco.channels.section import CHANNELS, Channel, channel_name, ways_out
from bosco.channels.speak import said
from bosco.channels.store import LETTER
from bosco.channels.traffic import Traffic
from bosco.channels.trial import Trial, test_letter, whom_to_try
from bosco.journal import write as write_line
from bosco.journal.audience import Keeps
from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.marks import Gauge, delivers, gauges, service
from bosco.kit.net import Net
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal, not_found
from bosco.kit.words import Sayable, msg
from bosco.plan.current import CurrentPlan
from bosco.plan.header import URL
from bosco.plan.secrets import Secrets
from bosco.store import outbox
from bosco.store.parcel import Answer, Delivered, Failed, Parcel, TryAgain
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.web.events import Live

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
TOPIC = "channel"


@service
class Channels:
    """Takes letters, each a row of the outbox, and brings them."""

    def __init__(  # noqa: PLR0913, PLR0917 - a way out takes every door there is
        self,
        data: Store,
        clock: Clock,
        ids: Ids,
        net: Net,
        secrets: Secrets,
        current: CurrentPlan,
        live: Live,
        carrier: Carrier = INTO_THE_WORLD,
    ) -> None:
        self._store = data
        self._clock = clock
        self._ids = ids
        self._net = net
        self._secrets = secrets
        self._current = current
        self._live = live
        self._carrier = carrier
        self._traffic = Traffic()
        self._counts: dict[tuple[str, str], int] = {}

    def post(self, tx: Tx, letter: Letter, at: datetime | None = None) -> str:
        """Take a letter in the transaction that owes it, and return its id."""
        lane = f"{letter.channel}:{letter.thread}"
        letter_id = outbox.put(tx, LETTER, msgspec.to_builtins(letter), lane=lane, at=at, key=letter.thread)
        deliveries.note_posted(tx, letter_id, letter)
        return letter_id

    def supersede(self, tx: Tx, thread: str, because: str, *, channel: str | None = None) -> int:
        """End the letters of a thread that have not left yet, and return how many they were."""
        lane = f"{channel}:{thread}" if channel is not None else None
        deliveries.note_superseded(tx, thread, because, channel)
        return outbox.supersede(tx, LETTER, because, key=thread, lane=lane)

    @delivers(LETTER)
    async def bring(self, parcel: Parcel) -> Answer:
        """Bring a letter; it ends delivered or failed, and both are told."""
        letter = msgspec.convert(parcel.body, Letter)
        channel = ways_out(self._current.plan).get(letter.channel)
        if channel is None:
            because = msg("the plan has no channel {name}", name=letter.channel[:60])
            return await self._fail(parcel, letter, Brought(Refused(because), missed=letter.to), because)
        now, fuse = self._clock.read(), self._traffic.fuse(letter.channel)
        if (until := fuse.holds_until(now)) is not None and not _is_late(parcel, letter, channel, until):
            return TryAgain(until, "the channel rests")
        if (hindered := self._traffic.hinders(letter.channel, channel, now)) is not None:
            return hindered
        began = self._clock.monotonic()
        with self._traffic.under_way(letter.channel):
            brought = await self._carry(parcel.id, letter, channel)
        took = timedelta(seconds=self._clock.monotonic() - began)
        return await self._conclude(parcel, letter, channel, brought, took)

    async def _conclude(
        self, parcel: Parcel, letter: Letter, channel: Channel, brought: Brought, took: timedelta
    ) -> Answer:
        now, fuse, outcome = self._clock.read(), self._traffic.fuse(letter.channel), brought.outcome
        if isinstance(outcome, Arrived):
            fuse.good(now)
            await self._store.write(lambda tx: self._note_arrival(tx, parcel, letter, outcome, took))
            self._count(letter.channel, "delivered")
            return Delivered()
        if isinstance(outcome, Refused):
            fuse.last_bad, fuse.because = now, outcome.because
            return await self._fail(parcel, letter, brought, outcome.because)
        at = now + (outcome.after if outcome.after is not None else self._pause(parcel.attempt))
        if outcome.busy:
            fuse.rest(at, outcome.because)
        else:
            fuse.bad(now, outcome.because)
        self._count(letter.channel, "again")
        if _is_late(parcel, letter, channel, at):
            return await self._fail(parcel, letter, brought, outcome.because)
        return TryAgain(at, str(outcome.because))

    async def _carry(self, letter_id: str, letter: Letter, channel: Channel) -> Brought:
        ref = await self._store.read(lambda tx: store.ref_of(tx, letter.channel, letter.thread))
        to = receivers_of(self._current.plan, letter, channel)
        if not channel.way.one_by_one or len(to) < 2:
            outcome = await self._hand_over(letter_id, letter, to, channel, ref)
            return Brought(outcome, missed=() if isinstance(outcome, Arrived) else to or letter.to)

        async def bring(one: Receiver) -> Outcome:
            return await self._hand_over(own_id(letter_id, one.address), letter, (one,), channel, ref)

        async def note(one: Receiver) -> None:
            await self._store.write(lambda tx: store.note_reached(tx, letter_id, one.address))

        done = await self._store.read(lambda tx: store.reached_by(tx, letter_id))
        return await bring_each(to, done, bring, note)

    async def _hand_over(
        self, message_id: str, letter: Letter, to: tuple[Receiver, ...], channel: Channel, ref: str | None
    ) -> Outcome:
        plan = self._current.plan
        if channel.way.address == "phone" and to and await self._wants_none(to[0].address):
            return Refused(msg("this phone asked for no more text messages"))
        addressed = msgspec.structs.replace(letter, to=to)
        spoken = said(addressed, message_id, language_for(plan, addressed), plan[URL] or "")
        doors = Doors(self._net, self._clock, self._secrets, ref, LIMIT)
        return await self._carrier.carry(channel.way, spoken, doors)

    async def _wants_none(self, phone: str) -> bool:
        return await self._store.read(lambda tx: store.is_stopped(tx, digits(phone)))

    def _pause(self, attempt: int) -> timedelta:
        pause: timedelta = min(FIRST_PAUSE * 2 ** max(0, min(attempt - 1, 8)), LONGEST_PAUSE)
        return pause * (0.75 + 0.5 * self._ids.chance())

    def _note_arrival(self, tx: Tx, parcel: Parcel, letter: Letter, outcome: Arrived, took: timedelta) -> None:
        store.keep_ref(tx, letter.channel, letter.thread, outcome.ref, ends=letter.ends)
        store.forget_reached(tx, parcel.id)
        deliveries.note_ended(tx, parcel.id, "delivered", answer=pack(outcome.answer), took=took)
        self._line(tx, "notice.sent", parcel, letter, letter.to)
        tx.publish(
            LetterDelivered(
                letter=parcel.id, thread=letter.thread, subject=letter.subject, channel=letter.channel, at=tx.at
            )
        )
        self._tell(tx, letter.channel)

    async def _fail(self, parcel: Parcel, letter: Letter, brought: Brought, because: Sayable) -> Answer:
        def write(tx: Tx) -> None:
            store.forget_reached(tx, parcel.id)
            deliveries.note_ended(tx, parcel.id, "failed", because=pack(because))
            if brought.reached:
                self._line(tx, "notice.sent", parcel, letter, brought.reached)
            self._line(tx, "notice.failed", parcel, letter, brought.missed, because=pack(because))
            tx.publish(
                LetterFailed(
                    letter=parcel.id,
                    thread=letter.thread,
                    subject=letter.subject,
                    channel=letter.channel,
                    to=brought.missed,
                    event=letter.event,
                    because=pack(because),
                    at=tx.at,
                )
            )
            self._tell(tx, letter.channel)

        await self._store.write(write)
        self._count(letter.channel, "failed")
        return Failed(str(because))

    def _line(self, tx: Tx, what: str, parcel: Parcel, letter: Letter, whom: tuple[Receiver, ...], **more: Any) -> None:
        plan = self._current.plan
        to = [one.person or one.address for one in whom] or [_where(plan[CHANNELS].get(letter.channel), letter)]
        data = {
            "to": to,
            "via": letter.channel,
            "channel": pack(channel_name(plan, letter.channel)),
            "priority": letter.priority,
            "event": letter.event,
            "title": letter.title,
            "why": letter.why,
            "letter": parcel.id,
            **more,
        }
        write_line(tx, subject=letter.subject, what=what, actor="bosco", data=data)

    def _tell(self, tx: Tx, name: str) -> None:
        tx.after_commit(lambda: self._live.tell(TOPIC, f"channel:{name}"))

    async def retry(self, letter_id: str, by: str) -> Delivery:
        """Bring a letter that has failed once more, with the same id; return it as it stands."""
        refused = Refusal(
            Code.CONFLICT,
            msg("Only a letter that has failed can be sent again."),
            msg("It may have arrived, or be on its way."),
        )

        def write(tx: Tx) -> Delivery:
            found = deliveries.find(tx, letter_id)
            parcel = outbox.find(tx, letter_id)
            if found is None or parcel is None:
                raise not_found(msg("There is no letter {id} any more.", id=letter_id[:40]))
            if found.state != "failed" or not outbox.revive(tx, letter_id):
                raise refused
            deliveries.note_waiting(tx, letter_id)
            data = {"by": by, "via": found.channel, "title": found.title, "letter": letter_id}
            data["channel"] = pack(channel_name(self._current.plan, found.channel))
            write_line(tx, subject=found.subject, what="notice.retried", actor=by, data=data)
            self._tell(tx, found.channel)
            again = deliveries.find(tx, letter_id)
            assert again is not None
            return again

        return await self._store.write(write)

    async def test(self, name: str, by: str) -> Trial:
        """Send a test at once, past the queue, and return what came of it and how long it took."""
        plan = self._current.plan
        channel = self._channel(name)
        letter_id = self._ids.new(self._clock.read())
        to = whom_to_try(plan, name, channel, by)
        letter = test_letter(name, letter_id, by, to)
        began = self._clock.monotonic()
        outcome = (await self._carry(letter_id, letter, channel)).outcome
        took = timedelta(seconds=self._clock.monotonic() - began)
        fuse, now = self._traffic.fuse(name), self._clock.read()
        if isinstance(outcome, Arrived):
            fuse.good(now)
        else:
            fuse.last_bad, fuse.because = now, outcome.because
        await self._store.write(lambda tx: self._note_test(tx, letter_id, letter, by, outcome, took))
        return Trial(name, to or receivers_of(plan, letter, channel), outcome, took)

    def _note_test(self, tx: Tx, letter_id: str, letter: Letter, by: str, outcome: Outcome, took: timedelta) -> None:
        store.forget_reached(tx, letter_id)
        deliveries.note_posted(tx, letter_id, letter)
        data: dict[str, Any] = {"via": letter.channel, "event": "test", "by": by}
        data["channel"] = pack(channel_name(self._current.plan, letter.channel))
        if isinstance(outcome, Again | Refused):
            data["because"] = pack(outcome.because)
            deliveries.note_ended(tx, letter_id, "failed", because=data["because"], took=took)
        else:
            deliveries.note_ended(tx, letter_id, "delivered", answer=pack(outcome.answer), took=took)
        what = "channel.tested" if isinstance(outcome, Arrived) else "channel.test-failed"
        write_line(tx, subject=letter.subject, what=what, actor=by, data=data)
        self._tell(tx, letter.channel)

    def _channel(self, name: str) -> Channel:
        found = ways_out(self._current.plan).get(name)
        if found is None:
            raise not_found(msg("There is no channel called {name}.", name=name[:60]))
        return found

    def missing_secrets(self, name: str) -> list[str]:
        """Return the secrets that a channel asks for and nobody has set."""
        return list(dict.fromkeys(one for text in _texts(self._channel(name)) for one in self._secrets.missing(text)))

    async def health(self) -> dict[str, Health]:
        """Return how each channel is, in the order of the plan."""
        ways, now = ways_out(self._current.plan), self._clock.read()
        counted = await self._store.read(lambda tx: deliveries.counted(tx, [*ways]))
        return {
            name: health_of(counted[name], self._traffic.fuse(name), self.missing_secrets(name), now) for name in ways
        }

    async def deliveries(self, asked: Asked, keeps: Keeps) -> list[Delivery]:
        """Return one page of letters that the reader may see, the latest first, and one more if more are older."""
        return await self._store.read(lambda tx: deliveries.page(tx, asked, keeps(tx)))

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell what became of letters, and how many wait."""
        found = [
            Gauge("bosco_letters_total", "What became of letters.", n, (("channel", one), ("end", end)), counts=True)
            for (one, end), n in sorted(self._counts.items())
        ]
        waiting = await self._store.read(deliveries.waiting)
        return [*found, Gauge("bosco_letters_waiting", "Letters that wait.", waiting)]

    def _count(self, name: str, end: str) -> None:
        self._counts[name, end] = self._counts.get((name, end), 0) + 1


def _is_late(parcel: Parcel, letter: Letter, channel: Channel, at: datetime) -> bool:
    return at - max(parcel.put_at, parcel.at) > gives_up_after(letter, channel)


def _where(channel: Channel | None, letter: Letter) -> str:
    """Return how a channel that reaches nobody by name is told in the journal."""
    return str(getattr(channel, "channel", None) or letter.channel)


def _texts(channel: Channel) -> list[str]:
    """Return every text that stands in a channel of the plan, also inside its tables."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Mapping):
            for one in value.values():
                walk(one)
        elif isinstance(value, list | tuple):
            for one in value:
                walk(one)

    walk(channel.model_dump(mode="json", by_alias=True))
    return found
