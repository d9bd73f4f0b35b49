from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.plan.wall_time import ends, midnight, on_the_wall, starts

PARIS, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Australia/Lord_Howe"))
APIA, SAO_PAULO, TROLL = (ZoneInfo(name) for name in ("Pacific/Apia", "America/Sao_Paulo", "Antarctica/Troll"))

# wall-clock time, zone -> when something planned for then starts, and when something planned until then ends, in UTC
ORDINARY_AND_ODD = [
    ("2026-01-15 02:30", PARIS, "2026-01-15 01:30", "2026-01-15 01:30"),
    ("2026-07-15 02:30", PARIS, "2026-07-15 00:30", "2026-07-15 00:30"),
    # 29 March: 02:00 to 03:00 does not exist in Paris.
    ("2026-03-29 01:59", PARIS, "2026-03-29 00:59", "2026-03-29 00:59"),
    ("2026-03-29 02:00", PARIS, "2026-03-29 01:00", "2026-03-29 01:00"),
    ("2026-03-29 02:30", PARIS, "2026-03-29 01:00", "2026-03-29 01:00"),
    ("2026-03-29 02:59", PARIS, "2026-03-29 01:00", "2026-03-29 01:00"),
    ("2026-03-29 03:00", PARIS, "2026-03-29 01:00", "2026-03-29 01:00"),
    # 25 October: 02:00 to 03:00 comes twice.
    ("2026-10-25 01:59", PARIS, "2026-10-24 23:59", "2026-10-24 23:59"),
    ("2026-10-25 02:00", PARIS, "2026-10-25 00:00", "2026-10-25 01:00"),
    ("2026-10-25 02:30", PARIS, "2026-10-25 00:30", "2026-10-25 01:30"),
    ("2026-10-25 03:00", PARIS, "2026-10-25 02:00", "2026-10-25 02:00"),
    ("2026-03-08 02:30", NEW_YORK, "2026-03-08 07:00", "2026-03-08 07:00"),
    ("2026-11-01 01:30", NEW_YORK, "2026-11-01 05:30", "2026-11-01 06:30"),
    # Half an hour is skipped and repeated on Lord Howe.
    ("2026-10-04 02:15", LORD_HOWE, "2026-10-03 15:30", "2026-10-03 15:30"),
    ("2026-10-04 02:30", LORD_HOWE, "2026-10-03 15:30", "2026-10-03 15:30"),
    ("2026-04-05 01:45", LORD_HOWE, "2026-04-04 14:45", "2026-04-04 15:15"),
    # Two hours at once, a day that does not exist, a midnight that does not exist.
    ("2026-03-29 02:30", TROLL, "2026-03-29 01:00", "2026-03-29 01:00"),
    ("2011-12-30 12:00", APIA, "2011-12-30 10:00", "2011-12-30 10:00"),
    ("2018-11-04 00:00", SAO_PAULO, "2018-11-04 03:00", "2018-11-04 03:00"),
]


@pytest.mark.parametrize(("wall", "zone", "start", "end"), ORDINARY_AND_ODD)
def test_a_wall_time_is_one_instant(wall: str, zone: ZoneInfo, start: str, end: str) -> None:
    planned = datetime.fromisoformat(wall)
    assert starts(planned, zone) == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert ends(planned, zone) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_day_begins_when_its_midnight_is_skipped() -> None:
    assert on_the_wall(midnight(date(2018, 11, 4), SAO_PAULO), SAO_PAULO).isoformat() == "2018-11-04T01:00:00"


zones = st.sampled_from([PARIS, NEW_YORK, LORD_HOWE, SAO_PAULO, TROLL, ZoneInfo("Europe/Dublin"), ZoneInfo("UTC")])
minutes = st.integers(0, 60 * 24 * 365 * 10).map(
    lambda count: datetime.fromisoformat("2015-01-01") + timedelta(minutes=count)
)


@settings(max_examples=300, deadline=None)
@given(minutes, zones)
def test_a_wall_time_that_exists_is_what_the_wall_shows(wall: datetime, zone: ZoneInfo) -> None:
    start, end = starts(wall, zone), ends(wall, zone)
    shown = on_the_wall(start, zone)
    assert shown >= wall
    if shown == wall:
        assert on_the_wall(end, zone) == wall
    else:
        # It was skipped: it starts with the first minute that exists, and a second before was before it.
        assert on_the_wall(start - timedelta(seconds=1), zone) < wall
        assert start == end


@settings(max_examples=300, deadline=None)
@given(minutes, st.integers(0, 3000), zones)
def test_later_on_the_wall_is_never_earlier(wall: datetime, more: int, zone: ZoneInfo) -> None:
    later = wall + timedelta(minutes=more)
    assert starts(wall, zone) <= starts(later, zone)
    assert ends(wall, zone) <= ends(later, zone)
    assert starts(wall, zone) <= ends(later, zone)


def test_both_clock_changes_of_every_zone_have_one_answer() -> None:
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        for day in (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 11, 1)):
            walls = [datetime.combine(day, datetime.min.time()) + timedelta(minutes=30 * half) for half in range(12)]
            found = [starts(wall, zone) for wall in walls]
            assert found == sorted(found)
            assert all(on_the_wall(start, zone) >= wall for start, wall in zip(found, walls, strict=True))
