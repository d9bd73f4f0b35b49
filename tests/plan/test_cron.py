from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.kit.numbers import Unreadable
from bosco.plan.cron import Cron, read_cron

PARIS, LORD_HOWE = ZoneInfo("Europe/Paris"), ZoneInfo("Australia/Lord_Howe")
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


def starts(expression: str, start: str, end: str, zone: ZoneInfo = PARIS) -> list[str]:
    first, last = (datetime.fromisoformat(day).replace(tzinfo=zone) for day in (start, end))
    return [
        each.start.astimezone(zone).strftime("%d %H:%M") for each in read_cron(expression).between(first, last, zone)
    ]


# expression, the three times after Friday 20 November 2026, 13:00 in Paris
EXPRESSIONS = [
    ("30 2 * * *", ["Sat 21 Nov 02:30", "Sun 22 Nov 02:30", "Mon 23 Nov 02:30"]),
    ("*/15 * * * *", ["Fri 20 Nov 13:15", "Fri 20 Nov 13:30", "Fri 20 Nov 13:45"]),
    ("5/20 * * * *", ["Fri 20 Nov 13:05", "Fri 20 Nov 13:25", "Fri 20 Nov 13:45"]),
    ("0 9-17/4 * * 1-5", ["Fri 20 Nov 17:00", "Mon 23 Nov 09:00", "Mon 23 Nov 13:00"]),
    ("0 0 * * 0", ["Sun 22 Nov 00:00", "Sun 29 Nov 00:00", "Sun 06 Dec 00:00"]),
    ("0 0 * * 7", ["Sun 22 Nov 00:00", "Sun 29 Nov 00:00", "Sun 06 Dec 00:00"]),
    ("0 0 * * sat,SUN", ["Sat 21 Nov 00:00", "Sun 22 Nov 00:00", "Sat 28 Nov 00:00"]),
    ("0 0 1 jan,jul *", ["Fri 01 Jan 00:00", "Thu 01 Jul 00:00", "Sat 01 Jan 00:00"]),
    # A day of the month or a day of the week, when both are restricted.
    ("0 0 13 * 5", ["Fri 27 Nov 00:00", "Fri 04 Dec 00:00", "Fri 11 Dec 00:00"]),
    # Both, when one of them begins with a star.
    ("0 0 */2 * 1", ["Mon 23 Nov 00:00", "Mon 07 Dec 00:00", "Mon 21 Dec 00:00"]),
    ("0 0 29 2 *", ["Tue 29 Feb 00:00", "Sun 29 Feb 00:00", "Fri 29 Feb 00:00"]),
    ("@daily", ["Sat 21 Nov 00:00", "Sun 22 Nov 00:00", "Mon 23 Nov 00:00"]),
    ("@hourly", ["Fri 20 Nov 14:00", "Fri 20 Nov 15:00", "Fri 20 Nov 16:00"]),
    ("@weekly", ["Sun 22 Nov 00:00", "Sun 29 Nov 00:00", "Sun 06 Dec 00:00"]),
    ("@yearly", ["Fri 01 Jan 00:00", "Sat 01 Jan 00:00", "Mon 01 Jan 00:00"]),
]


@pytest.mark.parametrize(("expression", "expected"), EXPRESSIONS)
def test_a_job_starts_when_cron_says(expression: str, expected: list[str]) -> None:
    cron, at, found = read_cron(expression), FRIDAY, []
    for _ in expected:
        occurrence = cron.after(at, PARIS)
        assert occurrence is not None
        at = occurrence.start
        found.append(at.astimezone(PARIS).strftime("%a %d %b %H:%M"))
    assert found == expected


CLOCK_CHANGES = [
    # Fixed hours: what the skipped hour would swallow runs once at the next minute, what comes twice runs once.
    ("30 2 * * *", PARIS, "2026-03-29", "2026-03-31", ["29 03:00", "30 02:30"]),
    ("0,30 2 * * *", PARIS, "2026-03-29", "2026-03-30", ["29 03:00"]),
    ("30 2 * * *", PARIS, "2026-10-25", "2026-10-26", ["25 02:30"]),
    ("15 2 * * *", LORD_HOWE, "2026-10-04", "2026-10-05", ["04 02:30"]),
    # Stars follow the minutes as they pass.
    ("*/30 2 * * *", PARIS, "2026-03-29", "2026-03-30", []),
    ("*/30 2 * * *", PARIS, "2026-10-25", "2026-10-26", ["25 02:00", "25 02:30", "25 02:00", "25 02:30"]),
    ("0 * * * *", PARIS, "2026-03-29T01", "2026-03-29T05", ["29 01:00", "29 03:00", "29 04:00"]),
    ("*/20 1 * * *", LORD_HOWE, "2026-04-05", "2026-04-06", ["05 01:00", "05 01:20", "05 01:40", "05 01:40"]),
]


@pytest.mark.parametrize(("expression", "zone", "start", "end", "expected"), CLOCK_CHANGES)
def test_clocks_may_change(expression: str, zone: ZoneInfo, start: str, end: str, expected: list[str]) -> None:
    assert starts(expression, start, end, zone) == expected


REFUSED = [
    ("", "0 fields"),
    ("* * * *", "4 fields"),
    ("* * * * * *", "6 fields"),
    ("60 * * * *", "minute"),
    ("* 24 * * *", "hour"),
    ("* * 0 * *", "day of the month"),
    ("* * * 13 *", "month"),
    ("* * * * 8", "day of the week"),
    ("5-1 * * * *", "minute"),
    ("*/0 * * * *", "minute"),
    ("*-5 * * * *", "minute"),
    ("1,,2 * * * *", "minute"),
    ("* * L * *", "day of the month"),
    ("* * * * mond", "day of the week"),
    ("0 0 30 2 *", "never comes"),
    ("@reboot", "cron has no “@reboot” here"),
    ("٣ * * * *", "minute"),
    ("9" * 400 + " * * * *", "minute"),
]


@pytest.mark.parametrize(("expression", "why"), REFUSED)
def test_an_expression_that_is_none_is_refused(expression: str, why: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_cron(expression)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 250


fields = st.sampled_from(["*", "*/5", "0", "1-3", "2,4", "1-5/2"])


@settings(max_examples=150, deadline=None)
@given(fields, fields, fields, fields, fields, st.integers(0, 60 * 24 * 700))
def test_a_star_in_the_minutes_runs_on_every_minute_that_fits(
    minute: str, hour: str, day: str, month: str, weekday: str, since: int
) -> None:
    cron = read_cron(f"{minute} {hour} {day.replace('0', '1')} {month.replace('0', '1')} {weekday}")
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
    found = {each.start for each in cron.between(start, start + timedelta(hours=30), ZoneInfo("UTC"))}
    every_minute = [start + timedelta(minutes=count) for count in range(30 * 60)]
    assert found == {each for each in every_minute if _fits(cron, each)}


def _fits(cron: Cron, instant: datetime) -> bool:
    by_month, by_week = instant.day in cron.month_days, (instant.weekday() + 1) % 7 in cron.week_days
    return (
        instant.minute in cron.minutes
        and instant.hour in cron.hours
        and instant.month in cron.months
        and (by_month or by_week if cron.either_day else by_month and by_week)
    )


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789*/-,@ LW#?abcdefnjmo", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_cron(text)
    except Unreadable:
        return
    assert read_cron(str(found)) == found


def test_a_cron_expression_says_itself_in_both_languages() -> None:
    assert read_cron("0 2 * * *").say("en") == "at the times of cron “0 2 * * *”"
    assert "aux heures de cron" in read_cron("0 2 * * *").say("fr")
