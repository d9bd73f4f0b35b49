"""PostgreSQL: a few threads write, one transaction each, run again when the server asks."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store.bells import Bells
from bosco.store.failures import ConnectionLost, lost_connection, may_run_again, perhaps_stored
from bosco.store.job import Job, settle
from bosco.store.tx import Tx

WRITERS = 4
READERS = 3
ATTEMPTS = 40
# After so many lost races a work runs while no other of this process does.
PATIENCE = 3


def engine_of(url: str, *, durable: bool) -> Engine:
    """Return an engine on the database."""
    address = _address(url)
    engine = create_engine(
        address,
        pool_size=WRITERS + READERS,
        max_overflow=1,
        connect_args={"connect_timeout": 10, "application_name": "bosco"},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.autocommit = True
        # A promise is on disk when it is given, whatever the server's default.
        connection.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
        # A stuck process must not block the others.
        connection.execute("SET idle_in_transaction_session_timeout = '5min'")
        connection.autocommit = False

    return engine


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = URL.create("none")
    if address.drivername not in {"postgresql", "postgres", "postgresql+psycopg"} or not address.database:
        raise Refusal(
            Code.INVALID,
            msg("This is not the address of a database."),
            msg("Expected postgresql://user:password@host:5432/name."),
        )
    return address.set(drivername="postgresql+psycopg")


class ManyWriters:
    """The threads of this process that write the database."""

    def __init__(self, engine: Engine, bells: Bells, new_tx: Callable[[Connection], Tx]) -> None:
        # Serializable: a work that is right alone is right in company, as it is on SQLite.
        self._serializable = engine.execution_options(isolation_level="SERIALIZABLE")
        self._committed = engine.execution_options(isolation_level="READ COMMITTED")
        self._bells = bells
        self._new_tx = new_tx
        self._threads = ThreadPoolExecutor(WRITERS, "store-writer")
        self._alone = threading.Lock()

    def submit(self, job: Job) -> None:
        """Queue a work."""
        self._threads.submit(self._write, job)

    def close(self) -> None:
        """Write what waits, then end."""
        self._threads.shutdown()

    def _write(self, job: Job) -> None:
        try:
            if not job.abandoned:
                self._bells.ring(self._try_again_and_again(job))
        except BaseException as error:  # its caller gets it
            job.fail(error)
        settle([job])

    def _try_again_and_again(self, job: Job) -> set[str]:
        for attempt in range(ATTEMPTS):
            try:
                if attempt < PATIENCE:
                    return self._once(job)
                with self._alone:
                    return self._once(job)
            except Exception as error:
                if not may_run_again(error):
                    raise
        raise Refusal(
            Code.UNAVAILABLE, msg("Too many others write the same thing at this moment; nothing was stored, try again.")
        )

    def _once(self, job: Job) -> set[str]:
        engine = self._serializable if job.serializable else self._committed
        committing = False
        try:
            with engine.connect() as connection:
                transaction = connection.begin()
                tx = self._new_tx(connection)
                try:
                    job.run(tx)
                except BaseException:
                    transaction.rollback()
                    raise
                committing = True
                transaction.commit()
        except Exception as error:
            if not lost_connection(error):
                raise
            raise perhaps_stored(error) if committing else ConnectionLost(error) from error
        return tx.rings
