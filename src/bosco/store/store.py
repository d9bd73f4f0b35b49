"""The door to the state: one transaction for each work, on SQLite or on PostgreSQL."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine

from bosco.kit.clock import Clock
from bosco.kit.facts import Fact
from bosco.kit.ids import Ids
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store import facts, postgresql, sqlite
from bosco.store.bells import Bells
from bosco.store.failures import ConnectionLost, lost_connection, unreachable
from bosco.store.helm import Helm
from bosco.store.job import Job, settle
from bosco.store.turn import Turn
from bosco.store.tx import Tx

T = TypeVar("T")
# How often to look for what other processes wrote: on PostgreSQL they share the work, on SQLite only commands write.
POSTGRESQL_LOOKS = timedelta(seconds=1)
SQLITE_LOOKS = timedelta(seconds=2)
# How long a work waits for a database that went away, between one attempt and the next.
RETURNS = [timedelta(seconds=pause) for pause in (0.1, 0.3, 1, 2, 3, 4)]

# A command does not wait, but a connection that broke while it was idle deserves another one.
ATTEMPTS_HERE = 3


class _Writer(Protocol):
    def submit(self, job: Job) -> None: ...
    def close(self) -> None: ...


class Store:
    """All state of an installation; made with `Store.open`, ended with `close`."""

    def __init__(self, clock: Clock, ids: Ids, look_every: timedelta | None) -> None:
        self.clock = clock
        self.ids = ids
        self.bells = Bells()
        self._look_every = look_every
        # Who hears which fact; None in a process that does not know, whose facts are then handed on by one that does.
        self.listeners: dict[str, list[str]] | None = None
        self.file: Path | None = None
        self.turn: Turn | None = None
        self.helm: Helm
        self.engine: Engine
        self.reads: Engine
        self._readers: ThreadPoolExecutor
        self._writer: _Writer
        self._ids_lock = Lock()
        self._closed = False

    @classmethod
    def open(cls, where: str | Path, clock: Clock, ids: Ids, *, durable: bool = True, alone: bool = False) -> "Store":
        """Open the database of a data folder, or the one at a `postgresql://` URL.

        Without `durable` a crash of the machine may lose the last seconds: for rehearsals and tests. With `alone`,
        no other process writes here, so nobody needs to look now and then for what others wrote: for stories.
        """
        on_postgresql = "://" in str(where)
        store = cls(clock, ids, None if alone else POSTGRESQL_LOOKS if on_postgresql else SQLITE_LOOKS)
        if on_postgresql:
            store._open_postgresql(str(where), durable)
        else:
            store._open_sqlite(Path(where), durable)
        store.helm = Helm(store, shared=on_postgresql and not alone)
        return store

    def _open_sqlite(self, folder: Path, durable: bool) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.file = folder / sqlite.FILE
            # Only its owner may read the state, whatever the umask; an existing file keeps what its owner chose.
            if not self.file.exists():
                self.file.touch(mode=0o600)
            self.turn = Turn(self.file)
        except OSError as error:
            raise Refusal(
                Code.UNAVAILABLE,
                msg(
                    "The data folder {folder} cannot be used: {why}.",
                    folder=str(folder),
                    why=error.strerror or str(error),
                ),
            ) from error
        self.engine = sqlite.engine_of(self.file, durable=durable, reads_only=False)
        self.reads = sqlite.engine_of(self.file, durable=durable, reads_only=True)
        self._readers = ThreadPoolExecutor(sqlite.READERS, "store-reader")
        self._writer = sqlite.OneWriter(self.engine, self.turn, self.bells, self._new_tx)

    def _open_postgresql(self, url: str, durable: bool) -> None:
        self.engine = postgresql.engine_of(url, durable=durable)
        self.reads = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._readers = ThreadPoolExecutor(postgresql.READERS, "store-reader")
        self._writer = postgresql.ManyWriters(self.engine, self.bells, self._new_tx)

    @property
    def readers(self) -> int:
        """Return how many works may read at once."""
        return postgresql.READERS if self.on_postgresql else sqlite.READERS

    @property
    def on_postgresql(self) -> bool:
        """Say which of the two stores this is."""
        return self.file is None

    async def write(self, work: Callable[[Tx], T], *, serializable: bool = True) -> T:
        """Run the work in one transaction and return its answer once that is durable; it may be run more than once."""
        return await self._ask(self._writer.submit, work, serializable)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run the work on a snapshot; it may not write, and it never waits for those who do."""
        return await self._ask(lambda job: self._readers.submit(self._answer, job), work)

    def write_now(self, work: Callable[[Tx], T]) -> T:
        """Do what `write` does, from a command that has no event loop."""
        return self._ask_here(self._writer.submit, work)

    def read_now(self, work: Callable[[Tx], T]) -> T:
        """Do what `read` does, from a command that has no event loop."""
        return self._ask_here(self._answer, work)

    async def _ask(self, submit: Callable[[Job], object], work: Callable[[Tx], T], serializable: bool = True) -> T:
        for pause in RETURNS:
            job = Job(work, self.clock, waits_on_loop=True, serializable=serializable)
            submit(job)
            try:
                return await job.wait()  # type: ignore[no-any-return]
            except ConnectionLost as lost:
                why = lost
            await self.clock.sleep(pause)
        raise unreachable(why.args[0])

    def _ask_here(self, submit: Callable[[Job], object], work: Callable[[Tx], T]) -> T:
        for _ in range(ATTEMPTS_HERE):
            job = Job(work, self.clock, waits_on_loop=False)
            submit(job)
            try:
                return job.wait_here()  # type: ignore[no-any-return]
            except ConnectionLost as lost:
                why = lost
        raise unreachable(why.args[0])

    async def look_again(self, news: asyncio.Event, at: datetime | None = None) -> None:
        """Wait for news of this process, for that instant, or until it is time to look for news of other processes."""
        until = at
        if self._look_every is not None:
            next_look = self.clock.read() + self._look_every
            until = next_look if at is None else min(at, next_look)
        await self.clock.wait(news, until)

    def close(self) -> None:
        """Finish what was begun and let go of the database."""
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self._readers.shutdown()
        self.reads.dispose()
        self.engine.dispose()
        if self.turn:
            self.turn.close()

    def new_id(self, at: datetime) -> str:
        """Return a fresh sortable id, from any thread."""
        with self._ids_lock:
            return self.ids.new(at)

    def publish(self, tx: Tx, fact: Fact) -> None:
        """Write the fact for each of its listeners."""
        facts.publish(tx, fact, self.listeners)

    def _new_tx(self, connection: Connection) -> Tx:
        return Tx(connection, self.clock.read(), self)

    def _answer(self, job: Job) -> None:
        try:
            if not job.abandoned:
                self._look(job)
        except BaseException as error:
            job.fail(error)
        settle([job])

    def _look(self, job: Job) -> None:
        try:
            with self.reads.connect() as connection, connection.begin():
                job.run(self._new_tx(connection))
        except Exception as error:
            if lost_connection(error):
                raise ConnectionLost(error) from error
            raise
