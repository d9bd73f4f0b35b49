"""A desk on both stores."""

import pytest
from tests.records.desk import Desk

from bosco.store.store import Store


@pytest.fixture
def desk(store: Store) -> Desk:
    """Records with a team, on SQLite and on PostgreSQL."""
    return Desk(store)
