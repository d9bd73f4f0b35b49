"""The verbs of the ways out: take a letter in the transaction that owes it, and bring it for certain."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bosco.channels import store
from bosco.channels.address import language_for, receivers_of
from bosco.channels.carry import INTO_THE_WORLD, LIMIT, Carrier
from bosco.channels.fuse import Bucket, Fuse
from bosco.channels.kind import Again, Arrived, Doors, Outcome, Refused
from bosco.channels.model import Letter, LetterDelivered, LetterFailed, Receiver
from bosco.channels.section import CHANNELS, Channel, channel_name
from bosco.channels.speak import said
from bosco.channels.store import LETTER, Posted
from bosco.journal import write as write_line
from bosco.kit.clock import Clock
from bosco.kit.ids import Ids
from bosco.kit.marks import Gauge, delivers, gauges, service
from bosco.kit.net import Net
from bosco.kit.packed import pack
from bosco.kit.refusal import not_found
from bosco.kit.words import Language, Sayable, msg, say
from bosco.plan.current import CurrentPlan
from bosco.plan.header import URL
from bosco.plan.secrets import Secrets
from bosco.store import outbox
from bosco.store.parcel import Answer, Delivered, Failed, Parcel, TryAgain
from bosco.store.store import Store
from bosco.store.tx import Tx

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
# A slow channel leaves places for the others.
AT_ONCE = 3
SOON = timedelta(seconds=1)
# Somebody waits for these: a failure must be told while it can still be made good in another way.
URGENT_GIVES_UP = timedelta(minutes=10)


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
        carrier: Carrier = INTO_THE_WORLD,
    ) -> None:
        self._store = data
        self._clock = clock
        self._ids = ids
        self._net = net
        self._secrets = secrets
        self._current = current
        self._carrier = carrier
        self._fuses: dict[str, Fuse] = {}
        self._buckets: dict[str, Bucket] = {}
        self._under_way: dict[str, int] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def post(self, tx: Tx, letter: Letter, at: datetime | None = None) -> str:
        """Take a letter in the transaction that owes it, and return its id."""
        lane = f"{letter.channel}:{letter.thread}"
        return outbox.put(tx, LETTER, msgspec.to_builtins(letter), lane=lane, at=at, key=letter.thread)

    def supersede(self, tx: Tx, thread: str, because: str, *, channel: str | None = None) -> int:
        """End the letters of a thread that have not left yet, and return how many they were."""
        lane = f"{channel}:{thread}" if channel is not None else None
        return outbox.supersede(tx, LETTER, because, key=thread, lane=lane)

    @delivers(LETTER)
    async def bring(self, parcel: Parcel) -> Answer:
        """Bring a letter; it ends delivered or failed, and both are told."""
        letter = msgspec.convert(parcel.body, Letter)
        channel = self._current.plan[CHANNELS].get(letter.channel)
        if channel is None:
            return await self._fail(parcel, letter, msg("the plan has no channel {name}", name=letter.channel[:60]))
        now = self._clock.read()
        fuse = self._fuses.setdefault(letter.channel, Fuse())
        if (until := fuse.holds_until(now)) is not None and not self._is_late(parcel, letter, channel, until):
            return TryAgain(until, "the channel failed several times")
        under_way = self._under_way.get(letter.channel, 0)
        if under_way >= (1 if fuse.is_doubtful else AT_ONCE):
            # Others have a place too, and one letter is enough to find out whether the far end is well again.
            return TryAgain(now + SOON, "others are under way on this channel")
        if (wait := self._wait_for_room(letter.channel, channel, now)) is not None:
            return TryAgain(now + wait, "as many as the channel may carry")
        self._under_way[letter.channel] = under_way + 1
        try:
            outcome = await self._carry(parcel.id, letter, channel)
        finally:
            self._under_way[letter.channel] -= 1
        return await self._conclude(parcel, letter, channel, fuse, outcome)

    async def _conclude(self, parcel: Parcel, letter: Letter, channel: Channel, fuse: Fuse, outcome: Outcome) -> Answer:
        now = self._clock.read()
        if isinstance(outcome, Arrived):
            fuse.good(now)
            await self._store.write(lambda tx: self._note_arrival(tx, parcel, letter, outcome.ref))
            self._count(letter.channel, "delivered")
            return Delivered()
        if isinstance(outcome, Refused):
            fuse.last_bad, fuse.because = now, outcome.because
            return await self._fail(parcel, letter, outcome.because)
        fuse.bad(now, outcome.because)
        self._count(letter.channel, "again")
        at = now + (outcome.after if outcome.after is not None else self._pause(parcel.attempt))
        if self._is_late(parcel, letter, channel, at):
            return await self._fail(parcel, letter, outcome.because)
        return TryAgain(at, str(outcome.because))

    async def _carry(self, letter_id: str, letter: Letter, channel: Channel) -> Outcome:
        ref = await self._store.read(lambda tx: store.ref_of(tx, letter.channel, letter.thread))
        doors = Doors(self._net, self._clock, self._secrets, ref, LIMIT)
        plan = self._current.plan
        addressed = msgspec.structs.replace(letter, to=receivers_of(plan, letter, channel))
        spoken = said(addressed, letter_id, language_for(plan, letter), plan[URL] or "")
        return await self._carrier.carry(channel.way, spoken, doors)

    def _is_late(self, parcel: Parcel, letter: Letter, channel: Channel, at: datetime) -> bool:
        usual = URGENT_GIVES_UP if letter.color == "red" else channel.way.patience
        limit = usual if channel.gives_up is None else channel.gives_up
        return at - max(parcel.put_at, parcel.at) > limit

    def _pause(self, attempt: int) -> timedelta:
        pause: timedelta = min(FIRST_PAUSE * 2 ** max(0, min(attempt - 1, 8)), LONGEST_PAUSE)
        return pause * (0.75 + 0.5 * self._ids.chance())

    def _wait_for_room(self, name: str, channel: Channel, now: datetime) -> timedelta | None:
        if channel.limit is None:
            return None
        rate = channel.limit.each_second
        bucket = self._buckets.get(name)
        if bucket is None or bucket.rate != rate:
            most = max(1.0, channel.limit.count)
            bucket = self._buckets[name] = Bucket(rate, most, most, now)
        return bucket.take(now)

    def _note_arrival(self, tx: Tx, parcel: Parcel, letter: Letter, ref: str | None) -> None:
        store.keep_ref(tx, letter.channel, letter.thread, ref, ends=letter.ends)
        self._line(tx, "notice.sent", parcel, letter, {})
        tx.publish(
            LetterDelivered(
                letter=parcel.id, thread=letter.thread, subject=letter.subject, channel=letter.channel, at=tx.at
            )
        )

    async def _fail(self, parcel: Parcel, letter: Letter, because: Sayable) -> Answer:
        def write(tx: Tx) -> None:
            self._line(tx, "notice.failed", parcel, letter, {"because": pack(because)})
            tx.publish(
                LetterFailed(
                    letter=parcel.id,
                    thread=letter.thread,
                    subject=letter.subject,
                    channel=letter.channel,
                    to=letter.to,
                    event=letter.event,
                    because=pack(because),
                    at=tx.at,
                )
            )

        await self._store.write(write)
        self._count(letter.channel, "failed")
        return Failed(str(because))

    def _line(self, tx: Tx, what: str, parcel: Parcel, letter: Letter, more: Mapping[str, Any]) -> None:
        plan = self._current.plan
        to = [one.person or one.address for one in letter.to] or [_where(plan[CHANNELS].get(letter.channel), letter)]
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

    async def test(self, name: str, by: str, to: tuple[Receiver, ...] = ()) -> tuple[Outcome, timedelta]:
        """Send a test at once, past the queue, and return what came of it and how long it took."""
        plan = self._current.plan
        channel = plan[CHANNELS].get(name)
        if channel is None:
            raise not_found(msg("There is no channel called {name}.", name=name[:60]))
        letter_id = self._ids.new(self._clock.read())
        letter = Letter(
            channel=name,
            event="test",
            thread=f"test:{letter_id}",
            title=pack(msg("A test from Bosco: this way out works.")),
            brief=pack(msg("A test from Bosco: this way out works.")),
            to=to,
            subject=f"channel:{name}",
            why=pack(msg("{by} asked for a test", by=by.partition(":")[2] or by)),
        )
        began = self._clock.monotonic()
        outcome = await self._carry(letter_id, letter, channel)
        took = timedelta(seconds=self._clock.monotonic() - began)
        fuse, now = self._fuses.setdefault(name, Fuse()), self._clock.read()
        if isinstance(outcome, Arrived):
            fuse.good(now)
        else:
            fuse.last_bad, fuse.because = now, outcome.because
        data: dict[str, Any] = {"channel": pack(channel_name(plan, name)), "via": name, "event": "test", "by": by}
        data |= {"because": pack(outcome.because)} if isinstance(outcome, Again | Refused) else {}
        what = "channel.tested" if isinstance(outcome, Arrived) else "channel.test-failed"
        await self._store.write(lambda tx: write_line(tx, subject=f"channel:{name}", what=what, actor=by, data=data))
        return outcome, took

    def missing_secrets(self, channel: Channel) -> list[str]:
        """Return the secrets that a channel asks for and nobody has set."""
        texts = [value for value in channel.model_dump(mode="json", by_alias=True).values() if isinstance(value, str)]
        return list(dict.fromkeys(name for text in texts for name in self._secrets.missing(text)))

    def health(self, name: str) -> Fuse:
        """Return what this process knows of a channel."""
        return self._fuses.get(name) or Fuse()

    async def letters(self) -> list[Posted]:
        """Return the last letters, the newest first."""
        return await self._store.read(store.letters)

    @gauges
    async def figures(self) -> list[Gauge]:
        """Tell what became of letters, and how many wait."""
        found = [
            Gauge("bosco_letters_total", "What became of letters.", n, (("channel", one), ("end", end)), counts=True)
            for (one, end), n in sorted(self._counts.items())
        ]
        return [*found, Gauge("bosco_letters_waiting", "Letters that wait.", await self._store.read(store.waiting))]

    def _count(self, name: str, end: str) -> None:
        self._counts[name, end] = self._counts.get((name, end), 0) + 1


def _where(channel: Channel | None, letter: Letter) -> str:
    """Return how a channel that reaches nobody by name is told in the journal."""
    return str(getattr(channel, "channel", None) or letter.channel)


def spoken(outcome: Outcome, language: Language) -> str:
    """Return why a letter did not arrive."""
    return "" if isinstance(outcome, Arrived) else str(say(outcome.because, language))
