"""Stories of availability: what was seen over a night of a clock change and over a month's end, to the second."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.stories.watching import SleepyClock, World

from bosco.kit.clock import run_virtually
from bosco.kit.ids import SeededIds
from bosco.services.availability import Availability
from bosco.services.spans import Span, month
from bosco.store.store import Store

PARIS = ZoneInfo("Europe/Paris")
PLAN = """
plan: {en: Shop}
timezone: Europe/Paris
services: {api: {name: API, sla: 99.9%}}
probes: {api: {http: "https://api.example.org/", service: api, every: 5m, timeout: 5s, confirm: 1}}
"""
HOUR = timedelta(hours=1)


def seen(folder: Path, start: str, down: str, up: str, end: str, *spans: Span) -> list[Availability]:
    """Watch from one instant to another, with an outage in between; return what was kept of each span."""
    first, broken, well, last = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, down, up, end))
    clock = SleepyClock(first)
    store = Store.open(str(folder), clock, SeededIds(), durable=False)

    async def story() -> list[Availability]:
        world = World(store, clock, PLAN)
        async with world.running():
            await clock.sleep_until(broken)
            world.hosts.does["api.example.org"] = 500
            await clock.sleep_until(well)
            world.hosts.does["api.example.org"] = 200
            await clock.sleep_until(last)
            return [await world.services.availability("api", span) for span in spans]

    try:
        return run_virtually(clock, story)
    finally:
        store.close()


@pytest.fixture
def folder(migrated_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(migrated_folder, tmp_path / "data"))


def test_an_outage_over_the_hour_that_comes_twice_lasts_as_long_as_it_lasted(folder: Path) -> None:
    # On the wall it was 02:30 when it broke and 02:30 when it was well again: an hour had passed.
    october = month(2026, 10, PARIS)
    [found] = seen(folder, "2026-10-24T22:00", "2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T05:00", october)
    assert abs(found.down - HOUR) <= timedelta(minutes=5)
    assert october.length == 31 * 24 * HOUR + HOUR
    assert found.up + found.down + found.unknown == found.until - october.start
    assert found.counts == october.length


def test_an_outage_over_the_hour_that_is_skipped_is_no_longer_for_it(folder: Path) -> None:
    march = month(2027, 3, PARIS)
    [found] = seen(folder, "2027-03-28T00:00", "2027-03-28T00:45", "2027-03-28T01:15", "2027-03-28T04:00", march)
    assert abs(found.down - HOUR / 2) <= timedelta(minutes=5)
    assert march.length == 31 * 24 * HOUR - HOUR


def test_an_outage_over_a_months_end_is_parted_at_midnight_of_the_plans_zone(folder: Path) -> None:
    spans = month(2026, 11, PARIS), month(2026, 12, PARIS)
    before, after = seen(folder, "2026-11-30T21:00", "2026-11-30T22:20", "2026-11-30T23:40", "2026-12-01T02:00", *spans)
    assert before.down_spans[-1].end == after.down_spans[0].start == spans[1].start
    together = before.down + after.down
    assert abs(together - timedelta(minutes=80)) <= timedelta(minutes=5)
    assert before.down == spans[1].start - before.down_spans[0].start
