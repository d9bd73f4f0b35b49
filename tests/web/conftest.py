"""The small application of `world.py`, once in this process and once behind a real server."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from litestar.testing import TestClient
from tests.browser import serving
from tests.web.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:  # type: ignore[type-arg]
    with TestClient(world.app, raise_server_exceptions=False) as opened:
        opened.headers["accept"] = "text/html"
        yield opened


@dataclass
class Served:
    world: World
    url: str


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    world = World()
    with serving(world.app, world.stopping) as url:
        yield Served(world, url)
