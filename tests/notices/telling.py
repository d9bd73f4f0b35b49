"""A world for stories of telling: a plan, matters, a virtual clock, a real store; every letter that left is kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
from sqlalchemy import select

from bosco.accounts.vault import Vault
from bosco.app.wiring import full_name, marked
from bosco.channels.model import Letter, LetterDelivered, LetterFailed
from bosco.channels.service import Channels
from bosco.journal.store import waiting
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.ids import Ids, SeededIds
from bosco.kit.packed import pack, unpack
from bosco.kit.words import msg, say
from bosco.notices.model import Matter
from bosco.notices.service import Notices
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.plan.load import Plan, load_texts
from bosco.store.parcel import outbox
from bosco.store.store import Store
from bosco.store.tx import Tx
from bosco.store.worker import Worker
from bosco.web.events import Live

ROOT = Path(__file__).resolve().parents[2]
ENVIRON = {"BOSCO_KEY": "A" * 43 + "=", "SLACK_WEBHOOK": "https://hooks.example/x", "SMTP_URL": "smtp://127.0.0.1"}
# A Monday morning in winter, an hour after the weekly hand-over: devops is on call.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def cesizen(**others: str) -> Plan:
    """Return CESIZen's plan, with other sections in place of its own."""
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "plans/cesizen").glob("*.yml")}
    return plan_of({**files, **{f"{name}.yml": text for name, text in others.items()}})


def plan_of(files: dict[str, str]) -> Plan:
    loaded = load_texts(files)
    assert loaded.plan is not None, [str(one.says) for one in loaded.mistakes]
    return loaded.plan


class Recorder:
    """Takes letters and keeps them; a channel may be told to fail."""

    def __init__(self) -> None:
        self.letters: list[tuple[datetime, str, Letter]] = []
        self.fails: set[str] = set()
        # What failed is said a moment later, as a channel that had to try would.
        self.refuse_later: Callable[[LetterFailed], object] | None = None

    def post(self, tx: Tx, letter: Letter, at: datetime | None = None) -> str:
        letter_id = tx.new_id()
        # It travels as a channel would have it: as plain values; and only once, however often its work is run.
        sent = (tx.at, letter_id, msgspec.convert(msgspec.to_builtins(letter), Letter))
        tx.after_commit(lambda: self.letters.append(sent))
        about = {"letter": letter_id, "thread": letter.thread, "subject": letter.subject, "channel": letter.channel}
        if letter.channel in self.fails or any(one.address in self.fails for one in letter.to):
            because = pack(msg("refused"))
            failed = LetterFailed(**about, to=letter.to, event=letter.event, because=because, at=tx.at)
            if self.refuse_later:
                self.refuse_later(failed)
            else:
                tx.publish(failed)
        else:
            tx.publish(LetterDelivered(**about, at=tx.at))
        return letter_id


class World:
    """Bosco's telling, as `app` would build it."""

    def __init__(self, store: Store, clock: VirtualClock, plan: Plan, ids: Ids | None = None) -> None:
        self.store, self.clock, self.ids = store, clock, ids or SeededIds()
        self.current = CurrentPlan(plan)
        self.out = Recorder()
        self._refusing: set[asyncio.Task[None]] = set()
        self.build()

    def build(self) -> None:
        """Build the services anew, as a start of the process does."""
        self.on_call = OnCall(self.store, self.clock, self.current, Live())
        vault = Vault(Path("/nowhere"), ENVIRON, self.ids)
        self.notices = Notices(self.store, self.current, cast(Channels, self.out), self.on_call, vault)
        services: list[object] = [self.notices]
        hears = marked(services, "hears")
        self.store.listeners = {fact: [full_name(one) for one in several] for fact, several in hears.items()}
        for fact in ("MatterAcknowledged", "MatterUnacknowledged", "NobodyCouldBeTold"):
            self.store.listeners[fact] = ["story"]
        self.worker = Worker(
            self.store,
            hears={full_name(one): one for several in hears.values() for one in several},
            on_timer={name: several[0] for name, several in marked(services, "timer").items()},
            delivers={},
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run Bosco; leaving the block kills it."""
        task = asyncio.create_task(self.worker.run())
        await self.clock.sleep(timedelta(milliseconds=1))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def until(self, text: str) -> None:
        """Wait for a time of the clock, in UTC: `08:15`, `03-29 02:00`."""
        now = self.clock.read()
        day, _, time = text.rpartition(" ")
        written = f"{now.year}-{day}" if day else f"{now:%Y-%m-%d}"
        at = datetime.fromisoformat(f"{written} {time}").replace(tzinfo=UTC)
        assert at > now, f"{text} has passed"
        await self.clock.sleep_until(at)

    def matter(self, key: str, priority: str = "P1", service: str | None = "api", **more: Any) -> Matter:
        values: dict[str, Any] = {
            "key": f"alert:{key}",
            "subject": f"alert:{key}",
            "path": f"/alerts/{key}",
            "title": f"{key} is wrong",
            "since": self.clock.read(),
        }
        return Matter(**{**values, "priority": priority, "service": service, **more})

    async def open(self, key: str, priority: str = "P1", service: str | None = "api", **more: Any) -> Matter:
        matter = self.matter(key, priority, service, **more)
        await self.store.write(lambda tx: self.notices.open(tx, matter, msg("it was seen")))
        return matter

    async def close(self, *keys: str) -> None:
        for key in keys:
            await self.store.write(lambda tx, key=key: self.notices.close(tx, f"alert:{key}", msg("it went away")))

    def fail_after(self, pause: timedelta, *channels: str) -> None:
        """Let those channels refuse every letter, that long after they were given it."""
        self.out.fails |= set(channels)

        async def refuse(failed: LetterFailed) -> None:
            await self.clock.sleep(pause)
            await self.store.write(lambda tx: tx.publish(msgspec.structs.replace(failed, at=tx.at)))

        loop = asyncio.get_running_loop()

        def begin(failed: LetterFailed) -> None:
            self._refusing.add(asyncio.create_task(refuse(failed)))

        # Letters are posted inside a transaction, in the writer's thread.
        self.out.refuse_later = lambda failed: loop.call_soon_threadsafe(begin, failed)

    async def do(self, work: Callable[[Tx, Notices], None]) -> None:
        await self.store.write(lambda tx: work(tx, self.notices))

    def told(self) -> list[str]:
        """Return every letter that left since the last question: when, how, to whom, which event, its title."""
        found: dict[tuple[datetime, str, str], set[str]] = {}
        for at, _, letter in self.out.letters:
            what = f"{letter.event}: {say(unpack(letter.title), 'en')}"
            to = found.setdefault((at.replace(second=0, microsecond=0), letter.channel, what), set())
            for one in letter.to:
                who = one.person or one.address
                assert who not in to, f"{who} is told twice: {what}"
                to.add(who)
        self.out.letters.clear()
        return [
            f"{at:%d %H:%M} {channel}{' to ' + ','.join(sorted(to)) if to else ''} {what}"
            for (at, channel, what), to in sorted(found.items(), key=lambda one: (one[0][0], one[0][1]))
        ]

    def letters(self) -> list[Letter]:
        return [letter for _, _, letter in self.out.letters]

    async def lines(self, *starts: str) -> list[str]:
        rows = await self.store.read(lambda tx: tx.run(select(waiting).order_by(waiting.c.number)).all())
        found = []
        for row in rows:
            if not starts or row.what.startswith(starts):
                at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row.at)
                found.append(f"{at:%H:%M} {row.subject} {row.what}: {row.why}")
        return found

    async def facts(self) -> list[str]:
        ours = select(outbox.c.key, outbox.c.body).where(outbox.c.kind == "fact:story").order_by(outbox.c.place)
        rows = await self.store.read(lambda tx: tx.run(ours).all())
        return [f"{row.key} {row.body['key']}" for row in rows]


Story = Callable[[World], Awaitable[None]]


def play(where: str, plan: Plan, story: Story, start: datetime = START) -> World:
    """Play a story on that state, and return its world."""
    clock = VirtualClock(start)
    store = Store.open(where, clock, SeededIds(), durable=False, alone=True)
    world = World(store, clock, plan)
    try:
        run_virtually(clock, lambda: story(world))
    finally:
        store.close()
    return world
