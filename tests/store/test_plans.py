"""What every process asks again and again is answered by an index, however many rows there are."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.conftest import START
from tests.store.plans import steps_of, whole_tables

from bosco.kit.clock import VirtualClock
from bosco.kit.ids import SeededIds
from bosco.store import outbox, parcel_claims, timer_claims, timers
from bosco.store.outbox import Delivered
from bosco.store.store import Store
from bosco.store.tx import Tx

LEASE = timedelta(minutes=1)


@pytest.fixture
def full(migrated_folder: Any, tmp_path: Any, clock: VirtualClock, ids: SeededIds) -> Any:
    shutil.copytree(migrated_folder, tmp_path / "data")
    store = Store.open(tmp_path / "data", clock, ids, durable=False)

    def fill(tx: Tx) -> None:
        for n in range(300):
            outbox.put(tx, "letter", {}, lane=f"lane {n % 7}", key=f"key {n % 11}")
            timers.set(tx, "tick", str(n), START)

    store.write_now(fill)
    yield store
    store.close()


def claim_and_end(tx: Tx) -> None:
    for parcel in parcel_claims.claim(tx, ["letter"], "me", LEASE, 10):
        parcel_claims.renew(tx, [parcel], "me", LEASE)
        parcel_claims.answer(tx, parcel, "me", Delivered())
        parcel_claims.take_next(tx, parcel.lane or "", ["letter"], "me", LEASE)


WORKS: dict[str, Callable[[Tx], Any]] = {
    "the next due parcel": lambda tx: parcel_claims.next_due(tx, ["letter", "other"]),
    "parcels from claim to end": claim_and_end,
    "parcels of a key": lambda tx: outbox.with_key(tx, "letter", "key 3"),
    "a parcel": lambda tx: outbox.find(tx, "x"),
    "superseding": lambda tx: outbox.supersede(tx, "letter", "why", key="key 3"),
    "superseding a lane": lambda tx: outbox.supersede(tx, "letter", "why", lane="lane 3"),
    "the next due timer": lambda tx: timer_claims.next_due(tx, ["tick", "other"]),
    "timers": lambda tx: timer_claims.renew(tx, timer_claims.claim(tx, ["tick"], "me", LEASE, 10), "me", LEASE),
    "a timer's end": lambda tx: timers.cancel(tx, "tick", "5"),
}


@pytest.mark.parametrize("name", WORKS)
def test_an_index_leads_there(full: Store, name: str) -> None:
    steps = steps_of(full, WORKS[name])
    assert whole_tables(steps) == [], steps
    # A search by the kind alone would look at every pending parcel.
    assert [step for step in steps if "ix_store_outbox_key (kind=?)" in step] == []


def test_a_look_at_every_row_is_seen(full: Store) -> None:
    assert whole_tables(steps_of(full, lambda tx: tx.run(select(timers.timers.c.body)).all()))
