"""One transaction, as rooms see it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, CursorResult, Executable

from bosco.kit.facts import Fact
from bosco.store.failures import unstorable


class Surroundings(Protocol):
    """What a transaction needs from its store."""

    def new_id(self, at: datetime) -> str:
        """Return a fresh sortable id."""

    def publish(self, tx: "Tx", fact: Fact) -> None:
        """Write the fact for each of its listeners."""


class Tx:
    """A transaction with one instant; it lives as long as the function that received it."""

    __slots__ = ("_broken", "_connection", "_store", "at", "callbacks", "rings")

    def __init__(self, connection: Connection, at: datetime, store: Surroundings) -> None:
        self.at = at
        self.callbacks: list[Callable[[], None]] = []
        self.rings: set[str] = set()
        self._connection = connection
        self._store = store
        self._broken: BaseException | None = None

    @property
    def on_postgresql(self) -> bool:
        """Say which of the two stores this is, for the rare statement that differs."""
        return self._connection.dialect.name == "postgresql"

    def run(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run a statement of SQLAlchemy Core; a list of values runs it once for each."""
        if self._broken is not None:
            # PostgreSQL refuses everything after a failed statement; SQLite must not be more lenient.
            raise RuntimeError(
                "a statement of this transaction has failed; use `with tx.savepoint():`"
            ) from self._broken
        try:
            return self._connection.execute(statement, values)
        except Exception as error:
            self._broken = error
            if refusal := unstorable(error):
                raise refusal from error
            raise

    def savepoint(self) -> "Savepoint":
        """Undo only what stands inside the block if it raises, so that the transaction can go on."""
        return Savepoint(self, self._connection)

    def heal(self) -> None:
        """Forget a failed statement, because its savepoint was rolled back."""
        self._broken = None

    def publish(self, fact: Fact) -> None:
        """Store the fact; each listener hears it after the commit, at least once."""
        self._store.publish(self, fact)

    def new_id(self) -> str:
        """Return a fresh id that sorts after the earlier ones."""
        return self._store.new_id(self.at)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call it once the transaction is durable; a crash forgets it, so never use it for what was promised."""
        self.callbacks.append(callback)

    def ring(self, name: str) -> None:
        """Wake those who wait for that bell, once, after the commit."""
        self.rings.add(name)

    def check(self) -> None:
        """Raise if a statement failed and its error was swallowed."""
        if self._broken is not None:
            raise RuntimeError("a failed statement was swallowed; use `with tx.savepoint():`") from self._broken


class Savepoint:
    """The block of `with tx.savepoint():`."""

    def __init__(self, tx: Tx, connection: Connection) -> None:
        self._tx = tx
        self._connection = connection

    def __enter__(self) -> None:
        self._nested = self._connection.begin_nested()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._nested.commit()
        else:
            self._nested.rollback()
            self._tx.heal()
