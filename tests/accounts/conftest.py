"""The room's services on both stores."""

from pathlib import Path

import pytest
from tests.accounts.world import World

from bosco.kit.clock import VirtualClock
from bosco.kit.ids import SeededIds
from bosco.store.store import Store


@pytest.fixture
def world(store: Store, clock: VirtualClock, ids: SeededIds, tmp_path: Path) -> World:
    """Every service of the room, on SQLite and on PostgreSQL."""
    return World(store, clock, ids, tmp_path / "installation")
