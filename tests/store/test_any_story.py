"""Whatever parcels do on their way, each arrives once, in the order of its lane, and nothing is left over."""

import shutil
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import START
from tests.store.workers import running

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.ids import SeededIds
from bosco.store import outbox
from bosco.store.outbox import Answer, Delivered, Parcel, TryAgain
from bosco.store.pending import queues
from bosco.store.store import Store
from bosco.store.worker import PRUNE, Worker

ways = st.fixed_dictionaries(
    {
        "lane": st.sampled_from([None, "a", "b"]),
        "after": st.integers(0, 120),
        "put_after": st.integers(0, 60),
        "steps": st.lists(st.sampled_from(["raise", "again", "slow"]), max_size=3),
    }
)


@pytest.fixture(scope="module")
def template(migrated_folder: Path) -> Path:
    return migrated_folder


@given(parcels=st.lists(ways, min_size=1, max_size=14), workers=st.integers(1, 3), at_once=st.integers(1, 4))
@settings(deadline=None, max_examples=40)
def test_every_parcel_arrives_once_and_in_order(
    template: Path, parcels: list[dict[str, object]], workers: int, at_once: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, Path(folder) / "data")
        clock = VirtualClock(START)
        store = Store.open(Path(folder) / "data", clock, SeededIds(), durable=False, alone=True)
        arrived: dict[str | None, list[int]] = defaultdict(list)
        inside: set[str] = set()
        wrong: list[str] = []

        async def bring(parcel: Parcel) -> Answer:
            steps = parcel.body["steps"]
            step = steps[parcel.attempt - 1] if parcel.attempt <= len(steps) else "arrive"
            if parcel.lane:
                wrong.extend([f"two of {parcel.lane} at once"] if parcel.lane in inside else [])
                inside.add(parcel.lane)
            await clock.sleep(timedelta(seconds=90 if step == "slow" else 1))
            inside.discard(parcel.lane or "")
            if step == "raise":
                raise ValueError(parcel.id)
            if step == "again":
                return TryAgain(clock.read() + timedelta(seconds=40), "busy")
            wrong.extend([f"{parcel.id} came too early"] if clock.read() < parcel.at else [])
            arrived[parcel.lane].append(parcel.body["n"])
            return Delivered()

        async def story() -> None:
            async with running(*(Worker(store, delivers={"k": bring}, at_once=at_once) for _ in range(workers))):
                for n, way in enumerate(parcels):
                    body = {"n": n, "steps": [step for step in way["steps"] if step != "slow" or n % 2]}  # type: ignore[attr-defined]
                    at = clock.read() + timedelta(seconds=way["after"])  # type: ignore[arg-type]
                    await store.write(lambda tx, b=body, w=way, a=at: outbox.put(tx, "k", b, lane=w["lane"], at=a))  # type: ignore[misc]
                    await clock.sleep(timedelta(seconds=way["put_after"]))  # type: ignore[arg-type]
                await clock.sleep(timedelta(hours=6))
                assert [queue for queue in await store.read(queues) if queue.name != PRUNE] == []

        try:
            run_virtually(clock, story)
        finally:
            store.close()
        assert wrong == []
        for lane in (None, "a", "b"):
            numbers = arrived[lane]
            wanted = [n for n, way in enumerate(parcels) if way["lane"] == lane]
            assert (numbers if lane else sorted(numbers)) == wanted
