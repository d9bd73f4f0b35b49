"""Walking through many places: each is looked at once, and a rare line is found wherever it is."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journal.book import Book

from bosco.journal import span
from bosco.journal.reading import Filter, read_lines
from bosco.journal.span import windows


@given(first=st.integers(1, 100_000), count=st.integers(-5, 300_000), forward=st.booleans())
@settings(deadline=None, max_examples=200)
def test_windows_cover_every_place_once_and_in_order(first: int, count: int, forward: bool) -> None:
    last = first + count - 1
    found = list(windows(first, last, forward=forward))
    if count <= 0:
        assert found == []
        return
    ordered = found if forward else found[::-1]
    assert (ordered[0][0], ordered[-1][1]) == (first, last)
    assert all(low <= high for low, high in found)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ordered))
    assert len(found) < 10


@pytest.mark.parametrize("forward", [True, False])
def test_names_with_a_star_find_the_same_lines_however_far_apart(
    book: Book, monkeypatch: pytest.MonkeyPatch, forward: bool
) -> None:
    monkeypatch.setattr(span, "FIRST_WINDOW", 3)
    for n in range(120):
        book.write(f"rare:{n}" if n in {0, 1, 59, 118} else f"n:{n}", actor="user:a" if n % 2 else "bosco")
    book.settle()

    def places(limit: int, **names: str) -> list[int | None]:
        after, before = (0, None) if forward else (None, 121)
        return [
            line.place
            for line in book.store.read_now(
                lambda tx: read_lines(tx, Filter(**names), after=after, before=before, limit=limit)  # type: ignore[arg-type]
            )
        ]

    assert places(9, subject="rare:*") == [1, 2, 60, 119]
    assert places(2, subject="rare:*") == ([1, 2] if forward else [60, 119])
    assert places(9, subject="rare:*", actor="user:*") == [2, 60]
    assert places(9, subject="rare:*", what="nothing*") == []
    assert len(places(200, subject="*")) == 120
