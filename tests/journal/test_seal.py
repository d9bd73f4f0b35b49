"""Removed, altered or reordered: whatever is done to a sealed line is found, and the first place is named."""

import asyncio
import hashlib
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from tests.journal.book import Book

from bosco import journal
from bosco.journal import seal
from bosco.journal.model import Anchor
from bosco.journal.service import Journal
from bosco.journal.store import head, lines, seals
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.store.store import Store

SWAP = (
    "UPDATE journal_lines SET place = -1 WHERE place = {0}",
    "UPDATE journal_lines SET place = {0} WHERE place = {1}",
    "UPDATE journal_lines SET place = {1} WHERE place = -1",
)


def test_an_untouched_journal_is_whole(book: Book) -> None:
    assert book.verify().whole
    assert book.verify().lines == 0
    book.fill(40)
    verdict = book.verify()
    assert (verdict.whole, verdict.lines, verdict.waiting, verdict.broken_at) == (True, 40, 0, None)
    assert len(verdict.digest) == 64


def test_lines_that_wait_for_their_place_are_told(book: Book) -> None:
    book.fill(3)
    book.write("n:3", "n:4")
    verdict = book.verify()
    assert (verdict.whole, verdict.lines, verdict.waiting) == (True, 3, 2)


@pytest.mark.parametrize(
    ("crime", "place", "why"),
    [
        (["DELETE FROM journal_lines WHERE place = 1"], 1, "removed"),
        (["DELETE FROM journal_lines WHERE place = 12"], 12, "removed"),
        (["DELETE FROM journal_lines WHERE place IN (30, 17, 18)"], 17, "removed"),
        (["DELETE FROM journal_lines WHERE place = 40"], 40, "removed"),
        (["DELETE FROM journal_lines WHERE place > 35"], 36, "Every line from 36 to 40"),
        (["DELETE FROM journal_lines"], 1, "Every line from 1 to 40"),
        (["UPDATE journal_lines SET why = 'nothing' WHERE place = 20"], 20, "altered"),
        (["UPDATE journal_lines SET data = '{}' WHERE place = 20"], 20, "altered"),
        (["UPDATE journal_lines SET at = at + 1 WHERE place = 20"], 20, "altered"),
        (["UPDATE journal_lines SET id = 'X' WHERE place = 20"], 20, "altered"),
        (["UPDATE journal_lines SET actor = subject WHERE place = 20"], 20, "altered"),
        (["UPDATE journal_lines SET subject = 999999 WHERE place = 20"], 20, "altered"),
        (["UPDATE journal_words SET word = 'n:other' WHERE word = 'n:19'"], 20, "altered"),
        (["UPDATE journal_words SET word = 'somebody' WHERE word = 'bosco'"], 1, "altered"),
        (["DELETE FROM journal_words WHERE word = 'n:19'"], 20, "altered"),
        ([one.format(10, 11) for one in SWAP], 10, "another one stood"),
        ([one.format(3, 38) for one in SWAP], 3, "another one stood"),
        (["UPDATE journal_lines SET place = 41 WHERE place = 40"], 40, "removed"),
        (["UPDATE journal_lines SET place = place + 100"], 1, "removed"),
        (["DELETE FROM journal_head"], 1, "end of the chain was removed"),
        (["UPDATE journal_head SET place = 30"], 30, "do not fit the end"),
        (
            ["DELETE FROM journal_lines WHERE place > 35", "UPDATE journal_head SET place = 35"],
            35,
            "do not fit the end",
        ),
    ],
)
def test_whatever_is_done_to_a_line_is_found_at_its_place(book: Book, crime: list[str], place: int, why: str) -> None:
    book.fill(40)
    book.falsify(*crime)
    verdict = book.verify()
    assert not verdict.whole
    assert verdict.broken_at == place
    assert why in str(verdict.why)
    assert verdict.why
    assert verdict.why.say("fr") != str(verdict.why)


def test_a_line_that_was_slipped_in_without_a_seal_is_found(book: Book) -> None:
    book.fill(5)
    book.falsify(
        "INSERT INTO journal_lines (place, id, at, subject, what, actor, digest)"
        " SELECT place + 1, 'FORGED', at, subject, what, actor, digest FROM journal_lines WHERE place = 5"
    )
    verdict = book.verify()
    assert (verdict.broken_at, str(verdict.why)) == (6, "Line 6 was added without a seal.")


def rewrite_from(book: Book, place: int) -> None:
    """Alter a line and compute every digest after it anew, as somebody could who has read our source."""

    def work(tx) -> None:  # type: ignore[no-untyped-def]
        words = dict(tx.run(text("SELECT id, word FROM journal_words")).all())
        before = tx.run(select(lines.c.digest).where(lines.c.place == place - 1)).scalar_one()
        for row in tx.run(select(lines).where(lines.c.place >= place).order_by(lines.c.place)).all():
            why = "never" if row.place == place else row.why
            told = [row.place, row.id, row.at, words[row.subject], words[row.what], words[row.actor], why, row.data]
            before = hashlib.sha256(before + msgspec.json.encode(told)).digest()
            tx.run(lines.update().where(lines.c.place == row.place).values(why=why, digest=before))

    book.falsify()
    if book.store.on_postgresql:
        book.falsify("DROP TRIGGER journal_lines_guard ON journal_lines")
    book.store.write_now(work)
    if book.store.on_postgresql:
        book.falsify(
            "CREATE TRIGGER journal_lines_guard BEFORE UPDATE OR DELETE ON journal_lines"
            " FOR EACH ROW EXECUTE FUNCTION journal_lines_guard()"
        )


def test_a_chain_computed_anew_does_not_fit_its_end(book: Book) -> None:
    book.fill(40)
    rewrite_from(book, 20)
    verdict = book.verify()
    assert "do not fit the end of the chain" in str(verdict.why)


def test_a_chain_computed_anew_up_to_its_end_does_not_fit_its_seals(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "LINES_TO_A_SEAL", 10)
    book.fill(40, seal_every=10)
    rewrite_from(book, 15)
    book.store.write_now(
        lambda tx: (
            tx.run(
                text("UPDATE journal_head SET digest = (SELECT digest FROM journal_lines WHERE place = 40)")
            ).rowcount
        )
    )
    verdict = book.verify()
    assert (verdict.broken_at, str(verdict.why)) == (20, "Line 20 or one before it does not fit seal 2.")


def test_a_digest_written_down_elsewhere_finds_even_a_perfect_forgery(book: Book) -> None:
    """Whoever may write everything can compute everything anew; a digest in somebody else's hands still tells."""
    book.fill(40)
    written_down = Anchor(30, stored_digest(book, 30).hex())
    assert book.verify(anchor=written_down).whole
    rewrite_from(book, 20)
    book.store.write_now(
        lambda tx: (
            tx.run(
                text("UPDATE journal_head SET digest = (SELECT digest FROM journal_lines WHERE place = 40)")
            ).rowcount
        )
    )
    assert book.verify().whole
    verdict = book.verify(anchor=written_down)
    assert verdict.broken_at == 30
    assert "the digest that was given" in str(verdict.why)
    assert "ends before line 99" in str(book.verify(anchor=Anchor(99, "00")).why)


def stored_digest(book: Book, place: int) -> bytes:
    found: bytes = book.store.read_now(
        lambda tx: tx.run(select(lines.c.digest).where(lines.c.place == place)).scalar_one()
    )
    return found


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_seal_is_found(book: Book, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(seal, "LINES_TO_A_SEAL", 10)
    book.fill(35, seal_every=10)
    assert book.verify().whole
    book.falsify(f"DELETE FROM journal_seals WHERE number = {number}")
    assert f"Seal {number} was removed" in str(book.verify().why)


def test_our_own_code_cannot_change_a_line_by_mistake(book: Book) -> None:
    book.fill(2)
    for statement in ("UPDATE journal_lines SET why = 'x'", "DELETE FROM journal_lines"):
        with pytest.raises(DBAPIError, match="never changed or removed"):
            book.store.write_now(lambda tx, statement=statement: tx.run(text(statement)).rowcount)
    assert book.verify().whole


def test_seals_come_after_enough_lines_or_enough_time(book: Book) -> None:
    def numbers() -> list[tuple[int, int]]:
        found = select(seals.c.first_place, seals.c.last_place).order_by(seals.c.number)
        return [tuple(row) for row in book.store.read_now(lambda tx: tx.run(found).all())]

    book.fill(5)
    assert numbers() == []
    book.clock.elapsed += seal.A_SEAL_EVERY.total_seconds()
    book.fill(1)
    assert numbers() == [(1, 6)]
    book.fill(999, seal_every=500)
    assert numbers() == [(1, 6)]
    book.fill(2)
    assert numbers() == [(1, 6), (7, 1007)]
    assert book.verify().whole


def test_two_sealers_do_not_stand_in_each_others_way(store: Store, clock: VirtualClock) -> None:
    """Every process runs the sealer; one at a time gives places, and each line gets exactly one."""
    books = [Journal(store, clock) for _ in range(3)]

    async def story() -> None:
        engines = [asyncio.create_task(book.seal()) for book in books]
        await asyncio.gather(
            *(
                store.write(lambda tx, n=n: journal.write(tx, subject=f"n:{n}", what="w", actor="a"))  # type: ignore[misc]
                for n in range(300)
            )
        )
        await clock.sleep(timedelta(seconds=10))
        found = await books[0].read(after=0, limit=1000)
        assert [line.place for line in found] == list(range(1, 301))
        assert len({line.subject for line in found}) == 300
        assert (await books[1].verify()).whole
        for engine in engines:
            engine.cancel()
        await asyncio.gather(*engines, return_exceptions=True)

    run_virtually(clock, story)


def test_a_stopped_sealer_leaves_nothing_without_a_place(store: Store, clock: VirtualClock) -> None:
    book = Journal(store, clock)

    async def story() -> None:
        engine = asyncio.create_task(book.seal())
        await clock.sleep(timedelta(seconds=1))
        await store.write(lambda tx: journal.write(tx, subject="last", what="w", actor="a"))
        engine.cancel()
        await asyncio.gather(engine, return_exceptions=True)
        assert [line.subject for line in await book.read()] == ["last"]

    run_virtually(clock, story)


def test_a_sealer_does_not_begin_a_second_chain(book: Book) -> None:
    book.fill(3)
    book.falsify("DELETE FROM journal_head")
    book.write("n:new")
    with pytest.raises(RuntimeError, match="end of its chain"):
        book.settle()
    assert book.verify().waiting == 1


def test_a_sealer_that_fails_tries_again(store: Store, clock: VirtualClock) -> None:
    book = Journal(store, clock)

    async def story() -> None:
        engine = asyncio.create_task(book.seal())
        await store.write(lambda tx: journal.write(tx, subject="first", what="w", actor="a"))
        await clock.sleep(timedelta(seconds=1))
        kept = await store.read(lambda tx: tx.run(select(head)).mappings().one())
        await store.write(lambda tx: tx.run(head.delete()).rowcount)
        await store.write(lambda tx: journal.write(tx, subject="second", what="w", actor="a"))
        await clock.sleep(timedelta(seconds=20))
        assert [line.subject for line in await book.read()] == ["first"]
        await store.write(lambda tx: tx.run(head.insert().values(**kept)).rowcount)
        await clock.sleep(timedelta(seconds=20))
        assert [line.subject for line in await book.read()] == ["first", "second"]
        assert (await book.verify()).whole
        engine.cancel()
        await asyncio.gather(engine, return_exceptions=True)

    run_virtually(clock, story)
