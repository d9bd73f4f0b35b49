"""Lines are read as they were written, by place, by subject, by word, by actor, by time; nobody skips one."""

import asyncio
import threading
from datetime import timedelta

import pytest
from tests.conftest import START
from tests.journal.book import Book
from tests.stores import empty_tables

from bosco import journal
from bosco.journal import seal
from bosco.journal.append import DATA_LIMIT, WHY_LIMIT
from bosco.journal.model import Line
from bosco.journal.service import Journal
from bosco.kit.clock import RealClock, VirtualClock, run_virtually
from bosco.kit.ids import RealIds
from bosco.kit.refusal import Code, Refusal
from bosco.store.store import Store
from bosco.store.tx import Tx

MINUTE = timedelta(minutes=1)


def read(book: Book, **asked: object) -> list[Line]:
    async def story() -> list[Line]:
        return await book.journal.read(**asked)  # type: ignore[arg-type]

    return run_virtually(book.clock, story)


def subjects(book: Book, **asked: object) -> list[str]:
    return [line.subject for line in read(book, **asked)]


def test_a_line_comes_back_as_it_was_written(book: Book) -> None:
    data = {"seen": "status (500) == 200", "took": 1.5, "parts": ["a", None], "é": "\u0000"}
    [line_id] = book.write(
        "probe:api", what="probe.went-down", actor="user:devops", why="il y a un problème", data=data
    )
    book.settle()
    [line] = read(book)
    assert line == Line(1, line_id, START, "probe:api", "probe.went-down", "user:devops", "il y a un problème", data)

    async def story() -> None:
        assert await book.journal.line(line_id) == line
        assert await book.journal.line("none\x00\ud800") is None

    run_virtually(book.clock, story)


def test_a_work_that_failed_wrote_no_line(book: Book) -> None:
    def fails(tx: Tx) -> None:
        journal.write(tx, subject="s", what="w", actor="a")
        raise ValueError

    with pytest.raises(ValueError):
        book.store.write_now(fails)
    book.settle()
    assert read(book) == []


def test_pages_go_forward_and_back(book: Book) -> None:
    book.fill(25)
    assert subjects(book, limit=3) == ["n:22", "n:23", "n:24"]
    assert subjects(book, limit=3, before=23) == ["n:19", "n:20", "n:21"]
    assert subjects(book, limit=3, after=10) == ["n:10", "n:11", "n:12"]
    assert subjects(book, limit=30, after=10, before=14) == ["n:10", "n:11", "n:12"]
    assert subjects(book, limit=3, after=25) == []
    assert subjects(book, limit=0) == ["n:24"]


def test_lines_are_found_by_what_they_say(book: Book) -> None:
    book.write("probe:a", what="probe.went-down", actor="bosco")
    book.write("probe:b", what="probe.went-down", actor="bosco")
    book.write("PROBE:x", what="probe.went-down", actor="bosco")
    book.write("probe:a", what="probe.muted", actor="user:devops")
    book.write("alert:a%", what="alert.opened", actor="bosco")
    book.settle()
    assert [line.what for line in read(book, subject="probe:a")] == ["probe.went-down", "probe.muted"]
    assert subjects(book, what="probe.went-down", actor="bosco") == ["probe:a", "probe:b", "PROBE:x"]
    assert subjects(book, subject="probe:*") == ["probe:a", "probe:b", "probe:a"]
    assert subjects(book, what="probe.*", actor="user:*") == ["probe:a"]
    assert subjects(book, subject="alert:a%*") == ["alert:a%"]
    assert subjects(book, subject="*") == ["probe:a", "probe:b", "PROBE:x", "probe:a", "alert:a%"]
    assert read(book, subject="nobody") == read(book, subject="%") == read(book, subject="\x00\ud800*") == []


def test_lines_are_found_by_their_time(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "LINES_TO_A_SEAL", 7)
    for n in range(30):
        book.write(f"n:{n}")
        if n % 4 == 0:
            book.settle()
        book.clock.elapsed += 60
    book.settle()
    at = [START + n * MINUTE for n in range(31)]
    assert subjects(book, since=at[27]) == ["n:27", "n:28", "n:29"]
    assert subjects(book, until=at[2]) == ["n:0", "n:1", "n:2"]
    assert subjects(book, since=at[12], until=at[14]) == ["n:12", "n:13", "n:14"]
    assert subjects(book, since=at[13], subject="n:1*") == [f"n:{n}" for n in range(13, 20)]
    assert subjects(book, since=at[30]) == subjects(book, until=START - MINUTE) == []
    assert len(read(book, since=START - MINUTE, until=at[30])) == 30


def test_a_subject_shows_its_lines_at_once(book: Book) -> None:
    """Whoever has just acted sees it on the next page, also before the line has its place."""
    book.write("a", "b")
    book.settle()
    book.write("a", "b", why="just now")

    async def story() -> None:
        found = await book.journal.of("a")
        assert [(line.place, line.why) for line in found] == [(1, None), (None, "just now")]

    run_virtually(book.clock, story)


def test_hostile_texts_are_kept_and_do_no_harm(book: Book) -> None:
    book.write("s\x00\ud800", why="w\x00\udfff", actor="x'; DROP TABLE journal_lines; --", data={"\ud800": "\x00"})
    book.settle()
    [line] = read(book)
    assert (line.subject, line.why) == ("s��", "w��")
    assert line.actor.startswith("x';")
    assert line.data == {"�": "�"}
    assert book.verify().whole


def test_a_long_reason_is_shortened_and_too_much_data_is_refused(book: Book) -> None:
    book.write("s", why="é" * 100_000, data={"a": "x" * (DATA_LIMIT - 10)})
    book.settle()
    [line] = read(book)
    assert line.why
    assert len(line.why) == WHY_LIMIT
    assert line.why.endswith("…")
    with pytest.raises(Refusal, match="64 KiB") as refused:
        book.write("s", data={"a": "x" * DATA_LIMIT})
    assert refused.value.code == Code.TOO_LARGE
    for subject in ("", "x" * 301):
        with pytest.raises(Refusal, match="1 to 300"):
            book.write(subject)


def test_the_tail_gives_every_line_once_and_in_order(store: Store, clock: VirtualClock) -> None:
    book = Journal(store, clock)
    seen: list[int | None] = []

    async def follow(after: int | None) -> None:
        async for line in book.tail(after):
            seen.append(line.place)  # noqa: PERF401 - each as it comes

    async def story() -> None:
        engine = asyncio.create_task(book.seal())
        for n in range(5):
            await store.write(lambda tx, n=n: journal.write(tx, subject=f"n:{n}", what="w", actor="a"))  # type: ignore[misc]
        await clock.sleep(MINUTE)
        following = asyncio.create_task(follow(2))
        from_now = asyncio.create_task(anext(book.tail()))
        await clock.sleep(MINUTE)
        for n in range(5, 12):
            await store.write(lambda tx, n=n: journal.write(tx, subject=f"n:{n}", what="w", actor="a"))  # type: ignore[misc]
            if n % 3:
                await clock.sleep(MINUTE)
        await clock.sleep(MINUTE)
        assert (await from_now).place == 6
        for task in (engine, following):
            task.cancel()
        await asyncio.gather(engine, following, return_exceptions=True)

    run_virtually(clock, story)
    assert seen == list(range(3, 13))


def test_a_line_that_commits_late_is_not_skipped(migrated_database: str) -> None:
    """On PostgreSQL an earlier number may commit after a later one was sealed: it gets a later place, never none."""
    store = Store.open(migrated_database, RealClock(), RealIds(), durable=False)
    book = Journal(store, RealClock())
    written, may_commit = threading.Event(), threading.Event()

    def late(tx: Tx) -> None:
        journal.write(tx, subject="late", what="w", actor="a")
        written.set()
        assert may_commit.wait(20)

    async def story() -> None:
        committing = asyncio.create_task(store.write(late))
        await asyncio.to_thread(written.wait, 20)
        for n in range(3):
            await store.write(lambda tx, n=n: journal.write(tx, subject=f"n:{n}", what="w", actor="a"))  # type: ignore[misc]
        await book.settle()
        assert [line.subject for line in await book.read()] == ["n:0", "n:1", "n:2"]
        may_commit.set()
        await committing
        await book.settle()
        assert [line.subject for line in await book.read(after=3)] == ["late"]
        assert (await book.verify()).whole

    asyncio.run(story())
    store.close()
    empty_tables(migrated_database)
