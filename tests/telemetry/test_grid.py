from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.telemetry.grid import DAY, HOUR, LAST, LEVELS, MINUTE, Grid, instant, micros

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
INSTANTS = st.integers(min_value=0, max_value=LAST - 1)


def at(text: str) -> int:
    return micros(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("zone", "moment", "level", "start"),
    [
        ("UTC", "2026-03-02T08:00:30Z", "minute", "2026-03-02T08:00:00Z"),
        ("Europe/Paris", "2026-03-02T08:59:59Z", "hour", "2026-03-02T08:00:00Z"),
        ("Europe/Paris", "2026-03-02T22:59:59Z", "day", "2026-03-01T23:00:00Z"),
        ("Europe/Paris", "2026-03-02T23:00:00Z", "day", "2026-03-02T23:00:00Z"),
        # Half-hour and quarter-hour zones count their hours from their own midnight.
        ("Asia/Kolkata", "2026-03-02T08:00:00Z", "hour", "2026-03-02T07:30:00Z"),
        ("Asia/Kathmandu", "2026-03-02T08:00:00Z", "hour", "2026-03-02T07:15:00Z"),
        # Cairo's clock jumps at midnight: that day begins at one o'clock.
        ("Africa/Cairo", "2026-04-24T05:00:00Z", "day", "2026-04-23T22:00:00Z"),
    ],
)
def test_minutes_hours_and_days_begin_where_people_there_count_them(zone, moment, level, start) -> None:
    assert instant(Grid(ZoneInfo(zone)).floor(level, at(moment))) == datetime.fromisoformat(start)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-14", 24)])
def test_a_day_of_a_clock_change_has_its_own_number_of_hours(day: str, hours: int) -> None:
    paris = ZoneInfo("Europe/Paris")
    start = micros(datetime.fromisoformat(day).replace(tzinfo=paris))
    end = micros(datetime.fromisoformat(day).replace(tzinfo=paris) + timedelta(days=1))
    assert len(Grid(paris).starts("hour", start, end - 1)) - 1 == hours


@settings(deadline=None, max_examples=120)
@given(zone=st.sampled_from(ZONES), moment=INSTANTS)
def test_each_day_is_made_of_whole_hours_and_each_hour_of_whole_minutes(zone: str, moment: int) -> None:
    grid = Grid(ZoneInfo(zone))
    day, hour, minute = (grid.floor(level, moment) for level in ("day", "hour", "minute"))
    assert day <= hour <= minute <= moment
    assert moment - minute < MINUTE
    assert moment - hour < HOUR
    assert moment - day <= DAY + 2 * HOUR
    assert day in grid.starts("hour", day, moment)
    # An offset of the nineteen-seventies may count seconds; those of today do not.
    if moment > at("2000-01-01T00:00:00Z"):
        assert hour in grid.starts("minute", hour, moment)


@settings(deadline=None, max_examples=60)
@given(zone=st.sampled_from(ZONES), moments=st.lists(INSTANTS, min_size=1, max_size=20), level=st.sampled_from(LEVELS))
def test_many_instants_are_placed_as_each_alone(zone: str, moments: list[int], level) -> None:
    grid = Grid(ZoneInfo(zone))
    one_year = [moments[0] - moments[0] % DAY + moment % (365 * DAY) for moment in moments]
    floors = grid.floors(level, np.array(one_year, dtype=np.int64))
    assert floors.tolist() == [grid.floor(level, moment) for moment in one_year]


def test_an_instant_survives_being_counted() -> None:
    moment = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
    assert instant(micros(moment)) == moment
