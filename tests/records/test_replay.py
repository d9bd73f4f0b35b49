"""Events are the truth: replaying them gives the row, and people who write at once lose none of their words."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from tests.records.desk import Desk

from bosco.kit.refusal import Refusal
from bosco.records.files import Upload
from bosco.records.once import once
from bosco.records.record import Record
from bosco.records.store import events, links, numbers, words
from bosco.records.texts import Clash
from bosco.records.words import texts_of, words_in
from bosco.store.tx import Tx

PEOPLE = ["person:devops", "person:backend", "person:direction", "bosco"]
STAGES = ["open", "analysing", "fixing", "testing", "deploying", "verifying", "closed", "nowhere"]
HOSTILE = ["<script>alert(1)</script>", "a\x00b", "\ud800", "{number}{0}", "Ünï ’ code", "'; DROP TABLE x; --", " "]
texts = st.sampled_from(HOSTILE) | st.text(max_size=40)
Action = Callable[[Desk, Tx, list[str]], Any]


def one(numbers: list[str], which: int) -> str:
    return numbers[which % len(numbers)]


@st.composite
def actions(draw: st.DrawFn) -> Action:
    by, which, text = draw(st.sampled_from(PEOPLE)), draw(st.integers(0, 3)), draw(texts)
    stage, other = draw(st.sampled_from(STAGES)), draw(st.integers(0, 3))
    priority = draw(st.sampled_from(["P1", "P2", "P3", "P9"]))
    person = draw(st.sampled_from(["devops", "backend", "nobody", None]))
    name = draw(st.sampled_from(["title", "service", "business_impact", "users_affected", "cause", "odd"]))
    value = draw(texts | st.sampled_from(["code", "network", "12", "api"]))
    chosen = draw(st.integers(0, 17))

    def act(desk: Desk, tx: Tx, known: list[str]) -> Any:
        records, number = desk.records, one(known, which)
        task = next((task.id for task in records.of(tx, number).tasks), "none")
        file = Upload(text, (text or "x").encode("utf-8", "replace"))
        kept = next((one.id for one in records.of(tx, number).files), "none")
        verbs: list[Callable[[], Any]] = [
            lambda: records.move(tx, number, stage, by=by, why=text),
            lambda: records.fail(tx, number, by=by, why=text),
            lambda: records.change_priority(tx, number, priority, by=by, why=text),
            lambda: records.edit(tx, number, {name: value}, by=by),
            lambda: records.comment(tx, number, f"@backend {text}", by=by, public=bool(other % 2)),
            lambda: records.comment(tx, number, text, by="customer", voice="customer"),
            lambda: records.assign(tx, number, person, by=by),
            lambda: records.role(tx, number, "lead", person, by=by),
            lambda: records.add_task(tx, number, text, by=by, owner=person, due=tx.at + timedelta(hours=1)),
            lambda: records.finish_task(tx, number, task, by=by, done=bool(other % 2)),
            lambda: records.attach(tx, number, file, by=by),
            lambda: records.detach(tx, number, kept, by=by, why=text),
            lambda: records.link(tx, number, f"record:{one(known, other)}", by=by),
            lambda: records.unlink(tx, number, f"record:{one(known, other)}", by=by),
            lambda: records.merge(tx, number, one(known, other), by=by, why=text),
            lambda: records.split(tx, number, text, by=by),
            lambda: records.approve(tx, number, by=by),
            lambda: records.reopen(tx, number, by=by, why=text),
        ]
        return verbs[chosen]()

    return act


# Both stores are emptied by their own fixture only once: the numbers go on from one example to the next.
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(actions(), st.integers(0, 300)), max_size=25))
def test_replaying_the_events_gives_the_running_row_whatever_happened(
    desk: Desk, story: list[tuple[Action, int]]
) -> None:
    known = [desk.open(priority="P1"), desk.open(priority="P3"), desk.open()]
    for action, minutes in story:
        desk.later(timedelta(minutes=minutes))
        try:
            made = desk.do(lambda tx, action=action: action(desk, tx, known))  # type: ignore[misc]
        except Refusal:
            continue
        if isinstance(made, str) and made.startswith("CESIZEN"):
            known.append(made)
    for number in known:
        record = desk.record(number)
        assert desk.replayed(number) == record
        assert {link.target for link in record.links} == set(
            desk.store.read_now(
                lambda tx, number=number: tx.run(select(links.c.target).where(links.c.number == number)).scalars().all()  # type: ignore[misc]
            )
        )


def at_once(work: Callable[[int], Any], count: int, threads: int = 12) -> list[Any]:
    """Run the work that many times from several threads that begin together."""
    gate = threading.Barrier(threads)

    def run(first: int) -> list[Any]:
        gate.wait()
        return [work(turn) for turn in range(first, count, threads)]

    with ThreadPoolExecutor(threads) as pool:
        return [answer for part in pool.map(run, range(threads)) for answer in part]


def test_a_thousand_edits_at_once_lose_no_word_and_leave_no_hole(desk: Desk) -> None:
    number = desk.open()
    clashes: list[tuple[Any, str]] = []

    def write(turn: int, field: str, seen: int) -> None:
        text = {field: f"text {turn}"}
        desk.do(lambda tx: desk.records.edit(tx, number, text, by="person:backend", seen=seen))

    def edit(turn: int) -> None:
        if turn % 3 == 0:
            desk.do(lambda tx: desk.records.comment(tx, number, f"word{turn}", by="person:devops"))
            return
        field = "business_impact" if turn % 3 == 1 else "title"
        seen = desk.record(number).seq
        while True:
            try:
                write(turn, field, seen)
                return
            except Clash as clash:
                # The one who was slower has both texts in hand, reads on and writes again.
                clashes.append((clash.clashing[0].mine, f"text {turn}"))
                seen = desk.record(number).seq

    at_once(edit, 1000)
    record = desk.record(number)
    happened = desk.store.read_now(
        lambda tx: tx.run(select(events.c.seq, events.c.data).where(events.c.number == number)).all()
    )
    assert sorted(row.seq for row in happened) == list(range(1, len(happened) + 1))
    said = {row.data.get("text") for row in happened}
    assert {f"word{turn}" for turn in range(0, 1000, 3)} <= said
    # Every text that was written was written after its writer had read the one before it.
    values = {row.data.get("value") for row in happened}
    assert {f"text {turn}" for turn in range(1000) if turn % 3} <= values
    assert record.comments == 334
    assert clashes
    assert all(mine == wrote for mine, wrote in clashes)
    assert desk.replayed(number) == record


def test_numbers_have_no_hole_however_many_open_at_once(desk: Desk) -> None:
    def open_or_fail(turn: int) -> str | None:
        def work(tx: Tx) -> str:
            number = desk.records.open(tx, "incident", f"panne {turn}", by="person:devops")
            if turn % 5 == 0:
                raise ValueError
            return number

        try:
            return desk.do(work)
        except ValueError:
            return None

    given = [number for number in at_once(open_or_fail, 120) if number]
    assert sorted(given) == [f"CESIZEN-{count:04}" for count in range(1, 97)]
    assert desk.store.read_now(lambda tx: tx.run(select(numbers.c.last)).scalar_one()) == 96


def test_the_words_of_a_record_are_those_it_says_now(desk: Desk) -> None:
    number = desk.open("Paiement refusé", fields={"business_impact": "ventes arrêtées"})
    desk.do(lambda tx: desk.records.edit(tx, number, {"business_impact": "ventes lentes"}, by="bosco"))
    desk.do(lambda tx: desk.records.comment(tx, number, "carte expirée", by="bosco"))
    found = set(desk.store.read_now(lambda tx: tx.run(select(words.c.word)).scalars().all()))
    assert found == {*words_in(*texts_of(desk.record(number))), "carte", "expiree"}
    assert {"refuse", "lentes", "cesizen", "0001"} <= found
    assert "arretees" not in found
    assert desk.store.read_now(lambda tx: tx.run(select(func.count()).select_from(words)).scalar_one()) == len(found)


def test_letters_that_no_database_holds_are_the_same_in_the_row_and_in_the_events(desk: Desk) -> None:
    number = desk.open("a\x00b \ud800")
    for text in HOSTILE:
        desk.do(lambda tx, text=text: desk.records.change_priority(tx, number, "P1", by="bosco", why=text))  # type: ignore[misc]
        desk.do(lambda tx, text=text: desk.records.move(tx, number, "fixing", by="bosco", why=f"x{text}"))  # type: ignore[misc]
        desk.do(lambda tx, text=text: desk.records.change_priority(tx, number, "P2", by="bosco", why=text))  # type: ignore[misc]
        desk.do(lambda tx, text=text: desk.records.move(tx, number, "open", by="bosco", why=f"x{text}"))  # type: ignore[misc]
    assert desk.replayed(number) == desk.record(number)


def test_a_key_that_comes_many_times_at_once_is_done_once(desk: Desk) -> None:
    def ask(turn: int) -> str:
        def work(tx: Tx) -> Record:
            return desk.records.of(tx, desk.records.open(tx, "incident", "panne", by="person:devops"))

        return desk.do(lambda tx: once(tx, "token:a", f"key {turn % 2}", "same", Record, work)).number

    assert sorted(set(at_once(ask, 24))) == ["CESIZEN-0001", "CESIZEN-0002"]
    assert desk.store.read_now(lambda tx: tx.run(select(numbers.c.last)).scalar_one()) == 2
