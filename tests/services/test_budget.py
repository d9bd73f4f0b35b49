from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bosco.kit.words import Message, say
from bosco.services.availability import Availability, measure
from bosco.services.budget import Budget, judge
from bosco.services.intervals import Interval
from bosco.services.spans import month

PARIS = ZoneInfo("Europe/Paris")
APRIL = month(2026, 4, PARIS)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def english(because: Message) -> str:
    return str(say(because, "en")).replace("\u00a0", " ")


def seen(
    down: timedelta, *, passed: timedelta = 30 * DAY, blind: timedelta = timedelta(0), still: bool = False
) -> Availability:
    """Return a month of which so much has passed: nobody looked, then it was down, then up (or down last)."""
    start, now = APRIL.start, APRIL.start + passed
    if still:
        states = [("up", start + blind, now - down), ("down", now - down, None)]
    else:
        states = [("down", start + blind, start + blind + down), ("up", start + blind + down, None)]
    return measure([Interval("api", *one) for one in states], APRIL, now)


# CESIZen's table of availability by service, for a month of thirty days.
@pytest.mark.parametrize(
    ("sla", "allowed"),
    [
        (99.5, 3 * HOUR + 36 * MINUTE),
        (99.9, 43 * MINUTE + timedelta(seconds=12)),
        (99.95, 21 * MINUTE + timedelta(seconds=36)),
        (99.99, 4 * MINUTE + timedelta(seconds=19.2)),
    ],
)
def test_a_promise_leaves_the_time_that_the_plan_writes_beside_it(sla: float, allowed: timedelta) -> None:
    assert judge(seen(timedelta(0)), sla).allowed == allowed


@pytest.mark.parametrize(("number", "minutes"), [(3, 743 * 0.06), (10, 745 * 0.06), (2, 672 * 0.06)])
def test_a_longer_month_allows_more(number: int, minutes: float) -> None:
    span = month(2026, number, PARIS)
    found = judge(measure([Interval("api", "up", span.start, None)], span, span.end), 99.9)
    assert found.allowed == minutes * MINUTE


@pytest.mark.parametrize(
    ("found", "verdict", "because"),
    [
        (seen(20 * MINUTE), "kept", "20 min of downtime out of 43 min 12 s"),
        (seen(43 * MINUTE + timedelta(seconds=12)), "kept", "43 min 12 s of downtime out of 43 min 12 s"),
        (seen(44 * MINUTE), "broken", "44 min of downtime, 43 min 12 s were allowed"),
        (seen(44 * MINUTE, passed=DAY), "broken", "44 min of downtime, 43 min 12 s were allowed"),
        (seen(timedelta(0), blind=30 * DAY), "unproven", "nobody has seen how it was"),
        # What nobody saw may have been down; a little of it cannot break the promise.
        (seen(20 * MINUTE, blind=20 * MINUTE), "kept", "20 min of downtime out of 43 min 12 s"),
        (
            seen(20 * MINUTE, blind=24 * MINUTE),
            "unproven",
            "24 min went unwatched: with 20 min of known downtime, more than the 43 min 12 s allowed may hide there",
        ),
        # A broken promise is broken, however little was seen.
        (seen(2 * HOUR, blind=20 * DAY), "broken", "2 h of downtime, 43 min 12 s were allowed"),
        (seen(10 * MINUTE, passed=20 * DAY), "kept", "10 min of downtime out of 43 min 12 s so far"),
        (
            seen(10 * MINUTE, passed=20 * DAY, still=True),
            "at-risk",
            "it is down, with 33 min 12 s of downtime left",
        ),
        (seen(35 * MINUTE, passed=29 * DAY), "at-risk", "81% of the error budget is used"),
        (
            seen(20 * MINUTE, passed=10 * DAY),
            "at-risk",
            "1 h of downtime at the end if it goes on like this, 43 min 12 s are allowed",
        ),
        # One day of the month says little about the rest.
        (seen(20 * MINUTE, passed=DAY), "kept", "20 min of downtime out of 43 min 12 s so far"),
    ],
)
def test_the_verdict_has_its_reason(found: Availability, verdict: str, because: str) -> None:
    budget = judge(found, 99.9)
    assert (budget.verdict, english(budget.because)) == (verdict, because)
    assert say(budget.because, "fr") != say(budget.because, "en")


def test_what_is_left_runs_out_at_an_instant() -> None:
    down = judge(seen(10 * MINUTE, passed=20 * DAY, still=True), 99.9)
    assert down.exhausted_at == APRIL.start + 20 * DAY + 33 * MINUTE + timedelta(seconds=12)
    steady = judge(seen(20 * MINUTE, passed=10 * DAY), 99.9)
    assert steady.projected == HOUR
    assert steady.exhausted_at == APRIL.start + 10 * DAY + 10 * DAY * (23.2 / 20)
    for calm in (seen(timedelta(0), passed=10 * DAY), seen(MINUTE), seen(MINUTE, passed=20 * DAY)):
        assert judge(calm, 99.9).exhausted_at is None


def test_figures_agree_with_one_another() -> None:
    budget: Budget = judge(seen(30 * MINUTE, passed=15 * DAY), 99.9)
    assert budget.left == budget.allowed - 30 * MINUTE
    assert budget.share_used == pytest.approx(30 / 43.2)
    assert budget.availability == pytest.approx(1 - 30 / (15 * 24 * 60))
    assert budget.coverage == 1.0
