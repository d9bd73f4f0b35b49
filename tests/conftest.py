"""Fixtures for every room: a clock, ids, and the store on both databases."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.stores import empty_tables, new_database

from bosco.kit.clock import RealClock, VirtualClock
from bosco.kit.ids import RealIds, SeededIds
from bosco.store.migrate import migrate
from bosco.store.store import Store

# A busy machine is no fault of what is tested.
settings.register_profile("bosco", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bosco")

# A Monday morning in winter.
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    """A virtual clock at START; what waits runs inside `run_virtually(clock, story)`."""
    return VirtualClock(START)


@pytest.fixture
def ids() -> SeededIds:
    """The same ids at every run."""
    return SeededIds()


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with every room's tables, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    store = Store.open(folder, RealClock(), RealIds(), durable=False)
    migrate(store)
    store.close()
    return folder


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    """A PostgreSQL database of this test process with every room's tables."""
    for url in new_database():
        store = Store.open(url, RealClock(), RealIds(), durable=False)
        migrate(store)
        store.close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The place of an empty migrated state: a data folder, or a URL; for tests that open stores themselves."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("migrated_folder"), tmp_path / "data")
        yield str(tmp_path / "data")
    else:
        url: str = request.getfixturevalue("migrated_database")
        yield url
        empty_tables(url)


@pytest.fixture
def store(where: str, clock: VirtualClock, ids: SeededIds) -> Iterator[Store]:
    """An empty migrated store on the virtual clock, once on SQLite and once on PostgreSQL."""
    opened = Store.open(where, clock, ids, durable=False, alone=True)
    yield opened
    opened.close()
