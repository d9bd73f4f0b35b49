"""A journal of ten million lines is read as fast as a short one: an index leads to each page."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import START
from tests.journal.book import Book
from tests.store.plans import steps_of, whole_tables

from bosco.journal import seal
from bosco.journal.reading import Filter, line_of, read_lines
from bosco.kit.clock import VirtualClock
from bosco.kit.ids import SeededIds
from bosco.store.store import Store

FILTERS = {
    "everything": Filter(),
    "a subject": Filter(subject="n:3"),
    "a word": Filter(what="thing.happened"),
    "an actor": Filter(actor="bosco"),
    "a kind of subject": Filter(subject="n:*"),
    "what a viewer may see": Filter(hidden=("account.",)),
    "an hour": Filter(since=START - timedelta(hours=1), until=START),
}


@pytest.fixture
def long(migrated_folder: Any, tmp_path: Any, clock: VirtualClock, ids: SeededIds) -> Iterator[Book]:
    shutil.copytree(migrated_folder, tmp_path / "data")
    store = Store.open(tmp_path / "data", clock, ids, durable=False)
    book = Book(store, clock)
    book.fill(60)
    yield book
    store.close()


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("bounds", [(None, None), (None, 40), (20, None)])
def test_an_index_leads_to_a_page(long: Book, name: str, bounds: tuple[int | None, int | None]) -> None:
    after, before = bounds
    steps = steps_of(long.store, lambda tx: read_lines(tx, FILTERS[name], after=after, before=before, limit=50))
    found = [step for step in whole_tables(steps) if "journal_seals" not in step and "TEMP B-TREE" not in step]
    assert found == [], steps


def test_an_index_leads_to_a_line(long: Book) -> None:
    assert whole_tables(steps_of(long.store, lambda tx: line_of(tx, "x"))) == []


def test_sealing_does_not_look_at_what_is_sealed(long: Book) -> None:
    long.write("n:new")
    steps = steps_of(long.store, lambda tx: seal.seal_batch(tx, {}))
    assert [
        step for step in whole_tables(steps) if "journal_head" not in step and "journal_waiting" not in step
    ] == [], steps
