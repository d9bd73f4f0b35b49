"""The same hour of earlier weeks, by the clock on the wall, on days when clocks change too."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosco.alerts.normal import hours_like, usual_of
from bosco.signals.section import Normal

PARIS = ZoneInfo("Europe/Paris")
WEEKLY = Normal()


def test_the_hour_stays_the_same_on_the_wall_when_clocks_change() -> None:
    # Summer time began on 29 March 2026.
    now = datetime(2026, 4, 8, 7, 30, tzinfo=UTC)
    starts = [span.start for span in hours_like(now, WEEKLY, PARIS)]
    assert [at.astimezone(PARIS).strftime("%a %d %H:%M") for at in starts] == [
        *("Wed 01 09:00", "Wed 25 09:00", "Wed 18 09:00", "Wed 11 09:00"),
    ]
    assert [at.hour for at in starts] == [7, 8, 8, 8]


def test_an_hour_that_is_skipped_is_none_and_one_that_comes_twice_counts_whole() -> None:
    spring = hours_like(datetime(2026, 4, 5, 0, 30, tzinfo=UTC), WEEKLY, PARIS)
    assert [span.start.astimezone(PARIS).day for span in spring] == [22, 15, 8]
    autumn = hours_like(datetime(2026, 11, 1, 1, 30, tzinfo=UTC), WEEKLY, PARIS)
    assert autumn[0].length == timedelta(hours=2)
    assert {span.length for span in autumn[1:]} == {timedelta(hours=1)}


@pytest.mark.parametrize(("same", "count"), [("hour-of-day", 28), ("day-of-week", 4), ("any", 28)])
def test_other_likenesses(same: str, count: int) -> None:
    now = datetime(2026, 7, 8, 7, 30, tzinfo=UTC)
    assert len(hours_like(now, Normal(same=same), PARIS)) == count  # type: ignore[arg-type]


@given(st.integers(0, 10 * 366 * 24 * 60), st.sampled_from(["Europe/Paris", "Asia/Kathmandu"]))
def test_every_hour_is_over_and_reads_the_same(minutes: int, zone: str) -> None:
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for span in hours_like(now, WEEKLY, ZoneInfo(zone)):
        assert span.end <= now
        there, here = span.start.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
        assert (there.weekday(), there.hour) == (here.weekday(), here.hour)


def test_too_little_history_is_no_normal() -> None:
    assert usual_of([100.0, math.nan, math.nan, math.nan], 4) is None
    assert usual_of([], 4) is None
    found = usual_of([100.0, 110.0, 90.0, math.nan], 4)
    assert found is not None
    assert (found.median, round(found.spread, 2)) == (100.0, 14.83)
    assert found.low < 90
    assert found.high > 110
