"""What moved first, from real samples: at once for whoever looks, and written down when the start is past."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from tests.incidents.test_story import PLAN, number_of
from tests.stories.house import Stage, play

from bosco.incidents.curves import MOST_CURVES, curves_around, per_second
from bosco.incidents.service import Incidents
from bosco.probes.results import ProbeResults
from bosco.promql.source import NAME
from bosco.records.service import Records
from bosco.signals.measures import Measures, Told
from bosco.signals.samples import Samples

SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


async def an_hour_of_samples(stage: Stage) -> None:
    """A measure that moved at 03:01, a counter that ran away at 03:03, one that stayed, one that only dipped once."""
    measures, samples = stage.house.wiring.get(Measures), stage.house.wiring.get(Samples)
    chance = np.random.default_rng(3)
    told = []
    for minute in range(-90, 6):
        at = SUNDAY + timedelta(minutes=minute)
        told += [
            Told("memory", 95.0 if minute >= 1 else 60 + float(chance.normal()), {}, at=at),
            Told("visitors", 500 + float(chance.normal()), {}, at=at),
            Told("dip", 0.0 if minute == 3 else 100 + float(chance.normal()), {}, at=at),
        ]
    await measures.push(told, "test")
    place = samples.place({NAME: "http_errors_total", "service": "database"}, "test")
    minutes = np.arange(-90, 6)
    counts = np.cumsum(np.where(minutes >= 3, 600.0, 6.0))
    times = np.array(
        [int((SUNDAY + timedelta(minutes=int(one))).timestamp() * 1000) for one in minutes], dtype=np.int64
    )
    await samples.append(np.full(len(minutes), place), times, counts)


async def a_failure(stage: Stage) -> None:
    await stage.until("03:05")
    await an_hour_of_samples(stage)
    stage.hosts.does["db.example.org"] = 500
    await stage.until("03:11")
    house = stage.house
    number = await number_of(stage, "incident")
    room = await house.wiring.get(Incidents).room(await house.wiring.get(Records).get(number))
    assert [one.name for one in room.moves][:2] == ["memory", 'http_errors_total{service="database"}']
    assert room.moves[0].at == SUNDAY + timedelta(minutes=1)
    assert room.moves[0].rising
    assert room.moves[1].unit == "/s"
    assert 0 < room.moves[1].usual < 1 < room.moves[1].reached
    assert len(room.drawn[0][1]["at"]) == len(room.drawn[0][1]["series"][0]["values"]) > 10
    # Written down once, when it is clear what followed.
    await stage.until("03:30")
    again = (await house.wiring.get(Incidents).room(await house.wiring.get(Records).get(number))).moves
    assert [one.name for one in again] == [one.name for one in room.moves]
    lines = [line for line in await house.wiring.get(Incidents).lines(room.case) if line.what == "incident.moved-first"]
    assert [line.data["measure"] for line in lines][:1] == ["memory"]
    assert "memory left its usual range at 03:01:00" in lines[0].say("en")
    assert "memory a quitté" in lines[0].say("fr")


def test_what_moved_first_is_shown_at_once_and_kept(tmp_path: Path) -> None:
    play(tmp_path, PLAN, SUNDAY, a_failure)


async def a_crowd(stage: Stage) -> None:
    samples = stage.house.wiring.get(Samples)
    await samples.load()
    now = int(SUNDAY.timestamp() * 1000)
    places = np.array([samples.place({NAME: f"metric_{n}"}, "test") for n in range(MOST_CURVES + 500)])
    ours = samples.place({NAME: "ours", "service": "database"}, "test")
    every = np.append(places, ours)
    await samples.append(every, np.full(len(every), now), np.ones(len(every)))
    plan = stage.house.current.plan
    found = await curves_around(
        samples, stage.house.wiring.get(ProbeResults), plan, ["database"], SUNDAY - timedelta(hours=1), SUNDAY
    )
    metrics = [one for one in found if not one.name.startswith("probe:")]
    assert len(metrics) == MOST_CURVES
    assert any("ours" in one.name for one in metrics)


def test_however_many_series_there_are_a_bounded_number_is_read_those_of_the_services_first(tmp_path: Path) -> None:
    play(tmp_path, PLAN, SUNDAY, a_crowd)


def test_a_count_that_begins_anew_does_not_fall() -> None:
    rate = per_second(np.array([0, 1000, 2000, 3000]), np.array([10.0, 12.0, 3.0, 5.0]))
    assert rate[1:].tolist() == [2.0, 3.0, 2.0]
    assert np.isnan(rate[0])
