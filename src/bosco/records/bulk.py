"""One verb for many records at once: each is done or refused by itself, and what was refused is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import Sayable, msg
from bosco.plan.load import Plan
from bosco.records.acts import Asking
from bosco.records.moves import kind_of
from bosco.records.record import Record

MOST = 100
Word = Literal["assign", "move", "priority", "close", "watch"]
WORDS: tuple[Word, ...] = ("assign", "move", "priority", "close", "watch")


@dataclass(frozen=True)
class Refused:
    """A record with which it could not be done, and why."""

    number: str
    says: Sayable
    hint: Sayable | None


@dataclass(frozen=True)
class Outcome:
    """What became of it."""

    done: tuple[str, ...]
    refused: tuple[Refused, ...]


def at_once(ask: Asking, plan: Plan, numbers: Sequence[str], word: str, value: str, why: str | None) -> Outcome:
    """Do it with each record, in the name of who asks."""
    if word not in WORDS:
        raise Refusal(Code.INVALID, msg("Choose what is to be done."), where="act")
    if not numbers:
        raise Refusal(Code.INVALID, msg("Choose the records first."), where="number")
    if len(numbers) > MOST:
        raise Refusal(Code.TOO_MANY, msg("At most {n} records at once.", n=MOST), where="number")
    done: list[str] = []
    refused: list[Refused] = []
    for number in dict.fromkeys(numbers):
        try:
            # What one record refuses undoes nothing of the others.
            with ask.tx.savepoint():
                record = ask.sight.of(ask.tx, number, ask.visitor)
                _DOES[word](ask, plan, record, value, why)
        except Refusal as refusal:
            if refusal.code is Code.UNAVAILABLE:
                raise
            refused.append(Refused(number[:60], refusal.says, refusal.hint))
        else:
            done.append(number)
    return Outcome(tuple(done), tuple(refused))


def _assign(ask: Asking, plan: Plan, record: Record, value: str, why: str | None) -> None:
    ask.records.assign(ask.tx, record.number, value or None, by=ask.by)


def _move(ask: Asking, plan: Plan, record: Record, value: str, why: str | None) -> None:
    ask.records.move(ask.tx, record.number, value, by=ask.by, why=why)


def _priority(ask: Asking, plan: Plan, record: Record, value: str, why: str | None) -> None:
    ask.records.change_priority(ask.tx, record.number, value, by=ask.by, why=why)


def _close(ask: Asking, plan: Plan, record: Record, value: str, why: str | None) -> None:
    last = kind_of(plan, record.kind).last[0]
    ask.records.move(ask.tx, record.number, last, by=ask.by, why=why)


def _watch(ask: Asking, plan: Plan, record: Record, value: str, why: str | None) -> None:
    ask.records.watch(ask.tx, record.number, value, by=ask.by)


_DOES: dict[str, Callable[[Asking, Plan, Record, str, str | None], None]] = {
    "assign": _assign,
    "move": _move,
    "priority": _priority,
    "close": _close,
    "watch": _watch,
}
