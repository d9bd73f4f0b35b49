"""SQLite: one thread writes for everybody and shares its commits; readers look at snapshots."""

import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from bosco.store.bells import Bells
from bosco.store.failures import not_stored
from bosco.store.job import Job, settle
from bosco.store.turn import Turn
from bosco.store.tx import Tx

FILE = "bosco.db"
READERS = 3
# One commit serves at most so many works, so that the first of them is not kept waiting for long.
COMPANIONS = 256
_BUSY_MILLISECONDS = 60_000


def engine_of(file: Path, *, durable: bool, reads_only: bool) -> Engine:
    """Return an engine on the file whose transactions are SQLite's own, not the driver's."""
    engine = create_engine(f"sqlite:///{file}", connect_args={"check_same_thread": False}, pool_size=READERS + 1)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -8000")
        if reads_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine


class OneWriter:
    """The only thread of this process that writes the file."""

    def __init__(self, engine: Engine, turn: Turn, bells: Bells, new_tx: Callable[[Connection], Tx]) -> None:
        self._engine = engine
        self._turn = turn
        self._bells = bells
        self._new_tx = new_tx
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._write_until_closed, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a work."""
        if self._closed:
            raise RuntimeError("the store is closed")
        self._waiting.put(job)

    def close(self) -> None:
        """Write what waits, then end."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _write_until_closed(self) -> None:
        closing = False
        while not closing:
            group: list[Job] = []
            job = self._waiting.get()
            while job is not None:
                group.append(job)
                if len(group) == COMPANIONS or self._waiting.empty():
                    break
                job = self._waiting.get()
            closing = job is None
            self._write(group)

    def _write(self, group: list[Job]) -> None:
        rings: set[str] = set()
        begun: list[Job] = []
        try:
            with self._turn, self._engine.connect() as connection, connection.begin():
                for job in group:
                    if not job.abandoned:
                        begun.append(job)
                        rings |= self._run(job, connection)
        except Exception as error:  # whatever the database says, everybody must be told
            for job in group:
                job.fail(not_stored(error))
        else:
            self._bells.ring(rings)
        settle(group)

    def _run(self, job: Job, connection: Connection) -> set[str]:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("SAVEPOINT work")
        tx = self._new_tx(connection)
        try:
            job.run(tx)
        except BaseException as error:  # its caller gets it
            if not driver.in_transaction:
                # A full disk or a broken file makes SQLite give up the whole transaction, companions included.
                raise
            driver.execute("ROLLBACK TO work")
            driver.execute("RELEASE work")
            job.fail(_spoken(error))
            return set()
        driver.execute("RELEASE work")
        return tx.rings


def _spoken(error: BaseException) -> BaseException:
    """Return the refusal of a failing disk, and any other error as it is."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode in {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    }:
        return not_stored(error)
    return error
