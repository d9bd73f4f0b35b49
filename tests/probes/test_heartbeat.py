"""What pings say of a job."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.plan.cron import read_cron
from bosco.probes.heartbeat import Beat, Ping, PingKind, Times, Verdict, due, hear, judge
from bosco.probes.wakefulness import Gap

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOURLY = Times(grace=10 * MINUTE, period=timedelta(hours=1))
LATE = "no ping since 2026-03-01 12:00; one was expected at 2026-03-01 13:00, with 10 min of grace"
LONG = "started at 2026-03-01 12:30 and not ended after 10 min"
PARIS = ZoneInfo("Europe/Paris")


def at(minute: float) -> datetime:
    return START + minute * MINUTE


def beat(
    *pings: tuple[float, PingKind] | tuple[float, PingKind, str | None] | tuple[float, PingKind, str | None, int],
) -> Beat:
    heard = Beat(START)
    for minute, kind, *more in pings:
        run = more[0] if more else None
        status = more[1] if len(more) > 1 else None
        assert run is None or isinstance(run, str)
        assert status is None or isinstance(status, int)
        heard = hear(heard, Ping(kind, at(minute), run, status))
    return heard


def verdict(minute: float, heard: Beat, *gaps: tuple[float, float]) -> Verdict:
    return judge(heard, HOURLY, at(minute), [Gap(at(start), at(end)) for start, end in gaps])


@pytest.mark.parametrize(
    ("heard", "minute", "outcome", "because"),
    [
        (beat(), 5, "unknown", "no ping has ever come"),
        (beat(), 50000, "unknown", "no ping has ever come"),
        (beat((0, "log")), 50000, "unknown", "no ping has ever come"),
        (beat((0, "success")), 0, "up", "the job gave a sign"),
        (beat((0, "success")), 69.9, "up", "the job gave a sign"),
        (beat((0, "success")), 70, "down", LATE),
        (beat((0, "success"), (75, "success")), 80, "up", "the job gave a sign"),
        (beat((0, "fail")), 1, "down", "the job said that it failed"),
        (beat((0, "fail", None, 3)), 1, "down", "the job ended with exit status 3"),
        (beat((0, "fail"), (1, "success")), 1, "up", "the job gave a sign"),
        (beat((0, "fail"), (1, "start")), 1, "down", "the job said that it failed"),
        (beat((0, "start")), 9, "unknown", "its first run is under way"),
        (beat((0, "start")), 10, "down", "started at 2026-03-01 12:00 and not ended after 10 min"),
        (beat((0, "start"), (4, "success")), 5, "up", "the job ended well after 4 min"),
        (beat((0, "success"), (30, "start")), 39, "up", "the job gave a sign"),
        (beat((0, "success"), (30, "start")), 40, "down", LONG),
        (beat((0, "success"), (30, "start"), (35, "log")), 40, "down", LONG),
        # a late job that has begun is still late until it ends
        (beat((0, "success"), (75, "start")), 76, "down", LATE),
    ],
)
def test_pings_lead_to(heard: Beat, minute: float, outcome: str, because: str) -> None:
    told = verdict(minute, heard)
    assert (told.outcome, str(told.because).replace("\u00a0", " ")) == (outcome, because)


@pytest.mark.parametrize(
    ("pings", "running", "took"),
    [
        ([(0, "start", "a"), (4, "success", "a")], None, 4),
        ([(0, "start", "a"), (1, "start", "b"), (4, "success", "a")], "b", None),
        ([(0, "start", "a"), (1, "start", "b"), (4, "success", "a"), (6, "success", "b")], None, 5),
        ([(0, "start", "a"), (4, "fail", "b")], None, None),
        ([(0, "start", "a"), (4, "success")], None, None),
        ([(0, "start"), (4, "success")], None, 4),
        ([(4, "success")], None, None),
    ],
)
def test_runs_that_overlap_are_told_apart(
    pings: list[tuple[float, PingKind]], running: str | None, took: float | None
) -> None:
    heard = beat(*pings)
    assert heard.run == running
    assert heard.took == (None if took is None else took * MINUTE)


def test_late_is_since_the_grace_ended() -> None:
    assert verdict(300, beat((0, "success"))).since == at(70)


def test_a_failure_is_since_its_ping() -> None:
    assert verdict(5, beat((3, "fail"))).since == at(3)


def test_what_was_due_during_a_long_absence_of_bosco_is_unknown_and_expected_anew() -> None:
    heard = beat((0, "success"))
    told = verdict(600, heard, (30, 600))
    assert (told.outcome, told.deaf_until) == ("unknown", at(600))
    anew = Beat(at(600), heard.last)
    assert judge(anew, HOURLY, at(600)).outcome == "unknown"
    assert due(anew, HOURLY) == at(670)
    assert judge(anew, HOURLY, at(670)).outcome == "down"
    assert judge(hear(anew, Ping("success", at(620))), HOURLY, at(670)).outcome == "up"


def test_what_was_due_during_a_short_absence_is_late() -> None:
    assert verdict(71, beat((0, "success")), (69, 71)).outcome == "down"


def test_a_failure_stays_one_when_bosco_was_away() -> None:
    told = verdict(600, beat((0, "fail")), (30, 600))
    assert (told.outcome, told.deaf_until) == ("down", at(600))


def test_without_grace_an_absence_at_the_instant_is_enough() -> None:
    strict = Times(grace=timedelta(0), period=timedelta(hours=1))
    assert judge(beat((0, "success")), strict, at(70), [Gap(at(50), at(65))]).outcome == "unknown"
    assert judge(beat((0, "success")), strict, at(70), [Gap(at(10), at(20))]).outcome == "down"


def cron(text: str, grace: timedelta = 10 * MINUTE) -> Times:
    rhythm = read_cron(text)

    def following(after: datetime) -> datetime | None:
        found = rhythm.after(after, PARIS)
        return found.start if found else None

    return Times(grace=grace, following=following, zone=PARIS)


@pytest.mark.parametrize(
    ("last", "is_due"),
    [
        # every night at 02:30 in Paris; in summer that is 00:30 UTC
        (datetime(2026, 3, 10, 1, 30, tzinfo=UTC), datetime(2026, 3, 11, 1, 40, tzinfo=UTC)),
        (datetime(2026, 6, 10, 0, 30, tzinfo=UTC), datetime(2026, 6, 11, 0, 40, tzinfo=UTC)),
        # the night of 29 March has no 02:30: cron runs it at 03:00, 01:00 UTC
        (datetime(2026, 3, 28, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 10, tzinfo=UTC)),
        # the night of 25 October has 02:30 twice: it runs at the first
        (datetime(2026, 10, 24, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 40, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 40, tzinfo=UTC)),
        # a job whose clock runs a little ahead of ours
        (datetime(2026, 3, 10, 1, 29, 45, tzinfo=UTC), datetime(2026, 3, 11, 1, 40, tzinfo=UTC)),
        # a job an hour early is an hour early
        (datetime(2026, 3, 10, 0, 30, tzinfo=UTC), datetime(2026, 3, 10, 1, 40, tzinfo=UTC)),
    ],
)
def test_a_nightly_job_is_due_by_the_clock_on_the_wall(last: datetime, is_due: datetime) -> None:
    assert due(Beat(START, last), cron("30 2 * * *")) == is_due


PINGS = st.lists(
    st.tuples(
        st.integers(0, 300), st.sampled_from(["success", "fail", "start", "log"]), st.sampled_from([None, "a", "b"])
    ),
    max_size=20,
).map(lambda pings: sorted(pings, key=lambda ping: ping[0]))


@given(PINGS, st.integers(300, 900))
@settings(deadline=None, max_examples=200)
def test_silence_is_never_up(pings: list[tuple[float, PingKind, str | None]], minute: int) -> None:
    heard = beat(*pings)
    told = verdict(minute, heard)
    if told.outcome == "up":
        assert heard.last is not None
        assert not heard.failed
        assert at(minute) < heard.last + timedelta(minutes=70)
    assert told.since <= at(minute)


@given(PINGS)
@settings(deadline=None, max_examples=100)
def test_a_log_changes_nothing(pings: list[tuple[float, PingKind, str | None]]) -> None:
    without = [ping for ping in pings if ping[1] != "log"]
    assert beat(*pings) == beat(*without)
