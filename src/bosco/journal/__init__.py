"""The log book: the one append-only account of what happened."""

from typing import TYPE_CHECKING, Any

from bosco.kit.words import Language

if TYPE_CHECKING:
    from bosco.journal.model import Line
    from bosco.store.tx import Tx


def write(
    tx: "Tx", *, subject: str, what: str, actor: str, why: str | None = None, data: dict[str, Any] | None = None
) -> str:
    """Append a line in the transaction that makes it true, and return its id.

    `subject` is what it is about (`probe:api-health`), `what` a word for what happened (`probe.went-down`), `actor` who
    or what did it (`bosco`, `user:devops`), `why` its reason, `data` the values of its sentence.
    """
    # Late, so that a command which needs no state does not wait for the database's library to be imported.
    from bosco.journal.append import append  # noqa: PLC0415

    return append(tx, subject, what, actor, why, data)


def tell(line: "Line", language: Language) -> str:
    """Return the line as a sentence; rooms declare theirs as `SAYINGS` in their `model.py`."""
    return line.say(language)
