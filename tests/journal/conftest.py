"""A journal on both stores."""

import pytest
from tests.journal.book import Book

from bosco.kit.clock import VirtualClock
from bosco.store.store import Store


@pytest.fixture
def book(store: Store, clock: VirtualClock) -> Book:
    return Book(store, clock)
