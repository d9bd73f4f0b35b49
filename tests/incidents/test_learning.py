"""The way of a post-mortem, on both stores."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select

from bosco.incidents import learning
from bosco.incidents import store as tables
from bosco.incidents.postmortem import Sentence
from bosco.journal.store import waiting
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.packed import pack
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import msg
from bosco.store import timers
from bosco.store.store import Store
from bosco.store.tx import Tx

T = TypeVar("T")
DRAFT = {"summary": (Sentence(pack(msg("It began at {at}.", at="03:00")), "LINE1"),)}


def told(store: Store, clock: VirtualClock, *works: Callable[[Tx], T]) -> list[T]:
    async def story() -> list[T]:
        return [await store.write(work) for work in works]

    return run_virtually(clock, story)


def demand(tx: Tx) -> None:
    learning.demand(tx, "X-1", DRAFT, "bosco")


def write(part: str, lines: list[str], version: int) -> Callable[[Tx], tables.Postmortem]:
    return lambda tx: learning.write_part(tx, "X-1", part, lines, version, "user:devops", "en")


def test_a_post_mortem_goes_from_its_draft_to_its_readers(store: Store, clock: VirtualClock) -> None:
    made = told(
        store,
        clock,
        demand,
        write("causes", ["No limit on memory", ""], 1),
        write("actions", ["Set a limit"], 2),
        lambda tx: learning.give_to_read(tx, "X-1", "user:devops"),
        lambda tx: learning.publish(tx, "X-1", "user:rssi"),
    )
    assert [one.state for one in made[1:]] == ["draft", "draft", "review", "published"]  # type: ignore[attr-defined]
    lines = store.read_now(lambda tx: [row.what for row in tx.run(select(waiting).order_by(waiting.c.number))])
    assert [one.removeprefix("incident.postmortem-") for one in lines] == [
        *("drafted", "written", "written", "reviewed", "published"),
    ]
    assert store.read_now(lambda tx: timers.due_of(tx, learning.OVERDUE, "X-1")) is None


def test_a_drafted_sentence_keeps_the_line_that_it_rests_on_and_a_persons_own_has_none(
    store: Store, clock: VirtualClock
) -> None:
    told(store, clock, demand, write("summary", ["It began at 03:00.", "Users could not pay."], 1))
    found = store.read_now(lambda tx: learning.sentences(learning.find(tx, "X-1"), "summary"))
    assert [one.line for one in found] == ["LINE1", None]


def test_what_was_demanded_twice_is_begun_once(store: Store, clock: VirtualClock) -> None:
    told(store, clock, demand, write("causes", ["x"], 1), demand)
    assert store.read_now(lambda tx: learning.find(tx, "X-1")).version == 2


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (write("causes", ["x"], 7), Code.CONFLICT),
        (write("blame", ["x"], 1), Code.NOT_FOUND),
        (write("causes", ["x" * 30_000], 1), Code.TOO_LARGE),
        (lambda tx: learning.publish(tx, "X-1", "user:rssi"), Code.CONFLICT),
        (lambda tx: learning.publish(tx, "X-2", "user:rssi"), Code.NOT_FOUND),
    ],
)
def test_what_cannot_be_done_is_refused(
    store: Store, clock: VirtualClock, work: Callable[[Tx], object], code: Code
) -> None:
    told(store, clock, demand)
    with pytest.raises(Refusal) as refused:
        told(store, clock, work)
    assert refused.value.code == code


def test_an_overdue_one_is_told_until_it_is_published(store: Store, clock: VirtualClock) -> None:
    told(store, clock, demand)
    later = clock.read() + timedelta(days=8)
    assert told(store, clock, lambda tx: learning.remind(tx, "X-1", later)) == [True]
    assert store.read_now(lambda tx: timers.due_of(tx, learning.OVERDUE, "X-1")) == later + learning.REMIND_EVERY
    told(store, clock, write("causes", ["x"], 1), write("actions", ["x"], 2))
    told(store, clock, lambda tx: learning.publish(tx, "X-1", "user:rssi"))
    assert told(store, clock, lambda tx: learning.remind(tx, "X-1", later)) == [False]
