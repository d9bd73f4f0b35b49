from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bosco.kit.clock import VirtualClock, run_virtually
from bosco.services.days import DayBar, StateDays
from bosco.services.intervals import Interval
from bosco.telemetry.groups import Pace
from bosco.telemetry.telemetry import Telemetry

PARIS = ZoneInfo("Europe/Paris")
# Two weeks around the change to summer time.
START = datetime(2026, 3, 19, 23, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Past:
    """Intervals as the state keeps them, and how far back anybody has asked."""

    def __init__(self, *intervals: Interval) -> None:
        self.intervals = intervals
        self.asked: list[tuple[tuple[str, ...], datetime]] = []

    async def ask(self, names: Sequence[str], start: datetime, end: datetime) -> list[Interval]:
        self.asked.append((tuple(names), start))
        return [
            one
            for one in self.intervals
            if one.name in names and one.start < end and (one.end is None or one.end > start)
        ]


PAST = (
    Interval("api", "up", START + 12 * HOUR, START + 3 * DAY),
    Interval("api", "down", START + 3 * DAY, START + 3 * DAY + 20 * MINUTE),
    Interval("api", "degraded", START + 3 * DAY + 20 * MINUTE, START + 3 * DAY + 30 * MINUTE),
    Interval("api", "up", START + 3 * DAY + 30 * MINUTE, START + 11 * DAY),
    Interval("api", "unknown", START + 11 * DAY, START + 11 * DAY + HOUR),
    Interval("api", "up", START + 11 * DAY + HOUR, None),
    Interval("web", "up", START + 9 * DAY, None),
)


def test_bars_are_exact_over_a_clock_change_and_settled_days_are_not_asked_for_again(tmp_path: Path) -> None:
    now = START + 13 * DAY + 6 * HOUR
    clock = VirtualClock(now)
    past = Past(*PAST)

    async def story() -> None:
        first: dict[str, list[DayBar]] = {}
        for sitting in range(2):
            telemetry = Telemetry(tmp_path, clock, Pace())
            telemetry.use_zone(PARIS)
            bars = StateDays(telemetry, "probe_days")
            await telemetry.open()
            await bars.load()
            for again in range(2):
                past.asked.clear()
                found = await bars.bars(["api", "web", "new"], 14, now, past.ask)
                await telemetry.flush()
                if not first:
                    first = found
                    assert len(past.asked) == 2
                else:
                    assert found == first, (sitting, again)
                    assert [start for _, start in past.asked] == [now - 3 * DAY - 7 * HOUR]
            await telemetry.close()
        api = first["api"]
        assert [bar.start.astimezone(PARIS).day for bar in api] == [*range(20, 32), 1, 2]
        # The 29th had 23 hours; of today seven have passed.
        assert [bar.length / HOUR for bar in api] == [24] * 9 + [23] + [24] * 3 + [7]
        assert (api[0].up, api[0].unknown) == (12 * HOUR, 12 * HOUR)
        assert (api[3].down, api[3].degraded, api[3].up) == (20 * MINUTE, 10 * MINUTE, DAY - 30 * MINUTE)
        assert sum((bar.unknown for bar in api[1:]), timedelta(0)) == HOUR
        assert first["web"][8].unknown == DAY
        assert all(bar.up == timedelta(0) for bar in first["new"])

    run_virtually(clock, story)


def test_a_change_that_is_told_late_still_shows_in_the_last_days(tmp_path: Path) -> None:
    clock = VirtualClock(START + 5 * DAY + HOUR)

    async def story() -> None:
        telemetry = Telemetry(tmp_path, clock, Pace())
        bars = StateDays(telemetry, "probe_days")
        await telemetry.open()
        await bars.load()
        calm = Past(Interval("api", "up", START, None))
        await bars.bars(["api"], 5, clock.read(), calm.ask)
        late = Past(
            Interval("api", "up", START, clock.read() - 2 * DAY), Interval("api", "down", clock.read() - 2 * DAY, None)
        )
        found = await bars.bars(["api"], 5, clock.read(), late.ask)
        assert sum((bar.down for bar in found["api"]), timedelta(0)) == 2 * DAY
        await telemetry.close()

    run_virtually(clock, story)


def test_another_time_zone_has_other_days(tmp_path: Path) -> None:
    clock = VirtualClock(START + 13 * DAY)

    async def story() -> None:
        telemetry = Telemetry(tmp_path, clock, Pace())
        bars = StateDays(telemetry, "probe_days")
        await telemetry.open()
        await bars.load()
        for zone in ("Europe/Paris", "Asia/Tokyo", "Europe/Paris"):
            telemetry.use_zone(ZoneInfo(zone))
            now = clock.read()
            found = (await bars.bars(["api"], 10, now, Past(*PAST).ask))["api"]
            await telemetry.flush()
            assert all(bar.start.astimezone(ZoneInfo(zone)).hour == 0 for bar in found)
            assert sum((bar.down for bar in found), timedelta(0)) in (timedelta(0), 20 * MINUTE)
            passed = sum((bar.up + bar.degraded + bar.down + bar.unknown for bar in found), timedelta(0))
            assert passed == now - found[0].start
        await telemetry.close()

    run_virtually(clock, story)
