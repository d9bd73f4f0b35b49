"""Who has an alert and its incident, when what was heard of it comes late: the last word is the one that counts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import select
from tests.incidents.test_story import PLAN, number_of
from tests.stories.house import LISTENER, Stage, play

from bosco.alerts.model import AlertAcknowledged
from bosco.alerts.service import Alerts
from bosco.incidents.service import Incidents
from bosco.kit.facts import Fact
from bosco.notices.model import MatterAcknowledged, MatterUnacknowledged
from bosco.notices.service import Notices
from bosco.records.model import RecordAcknowledged
from bosco.records.service import Records
from bosco.store.parcel import outbox

SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
F = TypeVar("F", bound=Fact)


def on(where: str) -> str | None:
    return where if "://" in where else None


async def told(stage: Stage, sort: type[F]) -> Sequence[F]:
    """Return the facts of a sort that were told so far."""
    ours = select(outbox.c.body).where(outbox.c.kind == f"fact:{LISTENER}", outbox.c.key == sort.__name__)
    found = await stage.house.store.read(lambda tx: tx.run(ours.order_by(outbox.c.place)).all())
    return [msgspec.convert(msgspec.to_builtins(row.body), sort) for row in found]


async def hands(stage: Stage, alert: str, number: str) -> set[str | None]:
    """Return in whose hands the alert, its record and its matter are."""
    wiring = stage.house.wiring
    one, record = await wiring.get(Alerts).get(alert), await wiring.get(Records).get(number)
    ahead = await wiring.get(Notices).ahead_of([one.subject])
    return {one.acknowledged_by, record.acknowledged_by, ahead[one.subject].owner}


async def an_alert(stage: Stage) -> tuple[str, str]:
    stage.hosts.does["db.example.org"] = 500
    await stage.until("03:10")
    (alert,) = await stage.house.wiring.get(Alerts).current()
    return alert.id, await number_of(stage, "incident")


async def heard_late(stage: Stage) -> None:
    wiring = stage.house.wiring
    alerts, records, incidents = wiring.get(Alerts), wiring.get(Records), wiring.get(Incidents)
    alert, number = await an_alert(stage)
    await alerts.acknowledge(alert, "user:devops")
    await stage.until("03:11")
    assert await hands(stage, alert, number) == {"user:devops"}
    await alerts.unacknowledge(alert, "user:devops")
    await stage.until("03:12")
    assert await hands(stage, alert, number) == {None}
    taken, owned = await told(stage, AlertAcknowledged), await told(stage, RecordAcknowledged)
    matters, freed = await told(stage, MatterAcknowledged), await told(stage, MatterUnacknowledged)
    assert [len(each) for each in (taken, owned, matters, freed)] == [1, 1, 1, 1]

    async def hear_of_taking() -> None:
        await incidents.hear_alert_taken(taken[0])
        await incidents.hear_taken(owned[0])
        await records.hear_acknowledged(matters[0])
        await alerts.hear_of_owner(msgspec.structs.replace(matters[0], key=f"alert:{alert}"))

    await hear_of_taking()
    await stage.until("03:13")
    assert await hands(stage, alert, number) == {None}
    # And the other way round: taken anew, a give-back of before takes it from nobody.
    await alerts.acknowledge(alert, "user:rssi")
    await stage.until("03:14")
    assert await hands(stage, alert, number) == {"user:rssi"}
    await records.hear_given_back(freed[0])
    await alerts.hear_of_owner(msgspec.structs.replace(freed[0], key=f"alert:{alert}"))
    await hear_of_taking()
    await stage.until("03:15")
    assert await hands(stage, alert, number) == {"user:rssi"}


def test_what_is_heard_late_undoes_nothing_that_came_after_it(tmp_path: Path, where: str) -> None:
    play(tmp_path, PLAN, SUNDAY, heard_late, database=on(where))


async def at_once(stage: Stage) -> None:
    alerts = stage.house.wiring.get(Alerts)
    alert, number = await an_alert(stage)
    await alerts.acknowledge(alert, "user:devops")
    await alerts.unacknowledge(alert, "user:devops")
    await stage.until("03:12")
    assert await hands(stage, alert, number) == {None}
    await alerts.acknowledge(alert, "user:devops")
    await alerts.unacknowledge(alert, "user:devops")
    await alerts.acknowledge(alert, "user:rssi")
    await stage.until("03:13")
    assert await hands(stage, alert, number) == {"user:rssi"}


def test_taken_and_given_back_in_one_breath_it_is_in_nobodys_hands(tmp_path: Path, where: str) -> None:
    play(tmp_path, PLAN, SUNDAY, at_once, database=on(where))


async def given_back_as_a_record(stage: Stage) -> None:
    wiring = stage.house.wiring
    alerts, notices, incidents = wiring.get(Alerts), wiring.get(Notices), wiring.get(Incidents)
    alert, number = await an_alert(stage)
    await alerts.acknowledge(alert, "user:devops")
    await stage.until("03:11")
    subject = (await alerts.get(alert)).subject
    await stage.house.store.write(lambda tx: notices.unacknowledge(tx, subject, "user:devops", "asleep"))
    await stage.until("03:12")
    (taken,) = await told(stage, AlertAcknowledged)
    await incidents.hear_alert_taken(taken)
    await stage.until("03:13")
    assert (await wiring.get(Records).get(number)).acknowledged_by is None


def test_an_incident_that_was_given_back_is_not_taken_by_what_its_alert_told_before(tmp_path: Path, where: str) -> None:
    play(tmp_path, PLAN, SUNDAY, given_back_as_a_record, database=on(where))
