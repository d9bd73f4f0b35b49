"""How often one caller may come: steadily refilled, each for itself, within a bounded memory."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.refusal import Refusal
from bosco.web.limit import MOST_CALLERS, Limit

Client = TestClient[Any]


def test_a_bucket_empties_and_refills(clock: VirtualClock) -> None:
    async def story() -> list[float]:
        limit = Limit(clock, 2, timedelta(minutes=1))
        waits = [limit.wait_for("a") for _ in range(3)]
        waits.append(limit.wait_for("b"))
        await asyncio.sleep(30)
        return [*waits, limit.wait_for("a"), limit.wait_for("a")]

    assert run_virtually(clock, story) == [0, 0, 30, 0, 0, 30]


def test_a_flood_of_callers_does_not_fill_the_memory(clock: VirtualClock) -> None:
    limit = Limit(clock, 1, timedelta(minutes=1))
    limit.take("first")
    for number in range(MOST_CALLERS + 10):
        limit.take(str(number))
    assert len(limit._left) == MOST_CALLERS
    with pytest.raises(Refusal, match="Too many requests"):
        limit.take(str(MOST_CALLERS))


def test_who_comes_too_often_is_told_when_to_return(client: Client) -> None:
    assert [client.get("/slowly").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get("/slowly", headers={"accept": "application/json"})
    assert answer.json()["code"] == "too-many"
    assert 0 < int(answer.headers["retry-after"]) <= 1800
    assert answer.json()["hint"].startswith("Try again in ")
