"""The past of the demonstration's team: what stands there when its first visitor comes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import func, select

from bosco.anomalies.service import Anomalies
from bosco.app.house import Doors, House, Settings, open_house
from bosco.channels.service import Channels
from bosco.channels.store import LETTER
from bosco.demo.cases import PASTS, live_through
from bosco.demo.staging import stage
from bosco.demo.target import SERVICES
from bosco.incidents.service import Incidents
from bosco.incidents.store import owed, published
from bosco.kit.clock import VirtualClock, run_virtually
from bosco.kit.ids import SeededIds
from bosco.kit.net import Net
from bosco.kit.processes import Processes
from bosco.records.service import Records
from bosco.records.store import records
from bosco.signals.measures import Measures
from bosco.signals.samples import Samples
from bosco.store.parcel import IS_PENDING, outbox
from bosco.store.tx import Tx

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def test_a_visitor_finds_incidents_in_several_states_what_was_learnt_and_anomalies_and_nobody_is_told(
    tmp_path: Path,
) -> None:
    plan = stage(tmp_path, dict.fromkeys(SERVICES, "http://127.0.0.1:9/"), "http://127.0.0.1:8420")
    clock = VirtualClock(NOW)
    doors = Doors(clock, SeededIds(), cast(Net, None), cast(Processes, None), {"BOSCO_KEY": "A" * 43 + "="})
    settings = Settings(plan, tmp_path / "data", None, durable=False, alone=True)

    async def main() -> None:
        async with open_house(settings, doors) as house:
            await _lived(house)

    run_virtually(clock, main)


async def _lived(house: House) -> None:
    ask = house.wiring.get
    await ask(Samples).load()
    team = (ask(Records), ask(Incidents), ask(Anomalies), ask(Channels), ask(Measures))
    await live_through(house.store, *team, NOW)

    def read(tx: Tx) -> None:
        incidents = select(records.c.over, func.count()).where(records.c.kind == "incident").group_by(records.c.over)
        over = {row[0]: row[1] for row in tx.run(incidents)}
        assert over == {True: len(PASTS), False: 1}
        assert tx.run(select(func.count()).where(records.c.kind == "anomaly")).scalar() == 2
        assert len(published(tx)) == 3
        assert [one.state for one in owed(tx)] == ["review"]
        waits = select(func.count()).where(IS_PENDING, outbox.c.kind == LETTER)
        assert tx.run(waits).scalar() == 0

    await house.store.read(read)
    first = (await ask(Records).get("CESIZEN-0001")).opened_at
    assert (NOW - first).days == 71
