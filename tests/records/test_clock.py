"""Clocks against cases that were worked out by hand: weekends, holidays, changing clocks, pauses, priorities."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bosco.records.clock import clock, reaches
from bosco.records.explain import explain
from bosco.records.record import Pledge, Record, Spell

PARIS = ZoneInfo("Europe/Paris")
OFFICE = {"days": "mon-fri", "from": "09:00", "to": "18:00", "holidays": "FR"}
ENGLISH = {"days": "mon-fri", "from": "09:00", "to": "17:30", "holidays": "GB-ENG"}
H = 3600.0


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def pledge(when: str, hours: float, calendar: object = OFFICE, priority: str = "P3", **more: float) -> Pledge:
    seconds = {"resolve": hours * H, **{word: hours * H for word, hours in more.items()}}
    return Pledge(at=at(when), priority=priority, seconds=seconds, hours="office", calendar=calendar)


def record(opened: str, *pledges: Pledge, stages: tuple[Spell, ...] = (), **more: object) -> Record:
    first = Spell(stage="open", at=at(opened), by="bosco")
    values = {
        "number": "X-1",
        "kind": "ticket",
        "title": "t",
        "stage": "open",
        "priority": "P3",
        "opened_at": at(opened),
        "opened_by": "bosco",
        "changed_at": at(opened),
        "seq": 1,
        "stages": (first, *stages),
        "pledges": pledges,
    }
    return Record(**(values | more))  # type: ignore[arg-type]


def waits(since: str, why: str | None = "the customer is to answer") -> Spell:
    return Spell(stage="waiting", at=at(since), by="person:devops", pauses=True, why=why)


def works(since: str) -> Spell:
    return Spell(stage="in-progress", at=at(since), by="person:devops")


def over(since: str) -> Spell:
    return Spell(stage="closed", at=at(since), by="person:devops", over=True)


@pytest.mark.parametrize(
    ("opened", "hours", "calendar", "due"),
    [
        ("2026-03-02T09:00", 4, OFFICE, "2026-03-02T13:00"),
        ("2026-03-06T17:00", 4, OFFICE, "2026-03-09T12:00"),  # over a weekend
        ("2026-03-07T11:00", 4, OFFICE, "2026-03-09T13:00"),  # opened on a Saturday
        ("2026-04-30T17:00", 2, OFFICE, "2026-05-04T10:00"),  # 1 May is a holiday, and a weekend follows
        ("2026-12-24T17:00", 10, OFFICE, "2026-12-28T18:00"),  # Christmas is a Friday
        ("2026-03-28T22:00", 6, "always", "2026-03-29T05:00"),  # an hour of that night does not exist
        ("2026-10-24T22:00", 6, "always", "2026-10-25T03:00"),  # one comes twice
        ("2026-03-27T17:00", 2, OFFICE, "2026-03-30T10:00"),  # the office works by the wall's clock
        ("2026-05-13T17:30", 1, OFFICE, "2026-05-15T09:30"),  # Ascension Day is closed in France
        ("2026-05-13T17:00", 1, ENGLISH, "2026-05-14T09:30"),  # and open in England
        ("2026-07-13T17:00", 2, OFFICE, "2026-07-15T10:00"),  # 14 July is closed in France
        ("2026-07-13T17:00", 1, ENGLISH, "2026-07-14T09:30"),  # and open in England
        ("2026-04-02T17:00", 1, ENGLISH, "2026-04-07T09:30"),  # Good Friday and Easter Monday are closed in England
        ("2026-04-02T17:00", 2, OFFICE, "2026-04-03T10:00"),  # Good Friday is open in France
        ("2026-12-24T17:00", 1, ENGLISH, "2026-12-29T09:30"),  # Boxing Day moves to the Monday after its weekend
        ("2025-12-31T17:00", 2, OFFICE, "2026-01-02T10:00"),  # New Year's Day, in another year
        ("2026-10-23T17:00", 2, OFFICE, "2026-10-26T10:00"),  # the clocks go back over the weekend
    ],
)
def test_a_promise_is_due_when_its_working_time_has_passed(
    opened: str, hours: float, calendar: object, due: str
) -> None:
    one = clock(record(opened, pledge(opened, hours, calendar)), "resolve", at(opened), PARIS)
    assert one is not None
    assert one.due == at(due)


def test_waiting_for_somebody_moves_the_due_instant_and_the_sentence_says_by_how_much() -> None:
    one = record("2026-03-02T09:00", pledge("2026-03-02T09:00", 4), stages=(waits("2026-03-02T10:10"),))
    still = clock(one, "resolve", at("2026-03-02T11:00"), PARIS)
    assert still is not None
    assert (still.state, still.due, still.left) == ("paused", None, timedelta(hours=2, minutes=50))
    assert reaches(one, "resolve", 0.5, PARIS) is None
    again = record(
        "2026-03-02T09:00",
        pledge("2026-03-02T09:00", 4),
        stages=(waits("2026-03-02T10:10"), works("2026-03-02T11:05")),
    )
    runs = clock(again, "resolve", at("2026-03-02T11:05"), PARIS)
    assert runs is not None
    assert runs.due == at("2026-03-02T13:55")
    said = explain(runs, PARIS).say("en").replace("\u00a0", " ")
    assert said == "due 13:55 = 09:00 + 4 h business − 55 min waiting"


@pytest.mark.parametrize(
    ("opened", "hours", "calendar", "since", "until", "due"),
    [
        # A pause over a weekend costs only its working hours: one on Friday, one on Monday.
        ("2026-03-06T16:00", 4, OFFICE, "2026-03-06T17:00", "2026-03-09T10:00", "2026-03-09T13:00"),
        # A pause of a holiday costs nothing.
        ("2026-05-13T17:00", 2, OFFICE, "2026-05-13T18:00", "2026-05-15T09:00", "2026-05-15T10:00"),
        # A pause over the hour that does not exist, and over the one that comes twice.
        ("2026-03-28T20:00", 8, "always", "2026-03-29T00:00", "2026-03-29T06:00", "2026-03-29T10:00"),
        ("2026-10-24T20:00", 8, "always", "2026-10-25T00:00", "2026-10-25T06:00", "2026-10-25T10:00"),
    ],
)
def test_a_pause_moves_the_due_instant_by_its_working_time(
    opened: str, hours: float, calendar: object, since: str, until: str, due: str
) -> None:
    one = record(opened, pledge(opened, hours, calendar), stages=(waits(since), works(until)))
    found = clock(one, "resolve", at(until), PARIS)
    assert found is not None
    assert found.due == at(due)


def test_the_next_update_is_owed_from_the_last_one() -> None:
    start = "2026-03-02T09:00"
    first = record(start, pledge(start, 8, "always", update=1))
    assert clock(first, "update", at(start), PARIS).due == at("2026-03-02T10:00")  # type: ignore[union-attr]
    told = record(start, pledge(start, 8, "always", update=1), told=(at("2026-03-02T09:40"),))
    one = clock(told, "update", at("2026-03-02T09:50"), PARIS)
    assert one is not None
    assert (one.started_at, one.due) == (at("2026-03-02T09:40"), at("2026-03-02T10:40"))


def test_a_priority_changed_while_waiting_keeps_both_times() -> None:
    start = "2026-03-02T09:00"
    one = record(
        start,
        pledge(start, 8),
        pledge("2026-03-02T11:30", 4, OFFICE, "P2"),
        stages=(waits("2026-03-02T11:00"), works("2026-03-02T14:00")),
    )
    found = clock(one, "resolve", at("2026-03-02T14:00"), PARIS)
    assert found is not None
    # Two hours ran, three were waited; two of the new four are left.
    assert (found.elapsed, found.paused, found.due) == (timedelta(hours=2), timedelta(hours=3), at("2026-03-02T16:00"))


def test_a_pause_counts_only_for_a_reason_after_an_answer_and_until_the_customers() -> None:
    start, now = "2026-03-02T09:00", at("2026-03-02T12:00")
    silent = record(start, pledge(start, 4), stages=(waits("2026-03-02T10:00", None),))
    assert clock(silent, "resolve", now, PARIS).paused == timedelta(0)  # type: ignore[union-attr]
    unanswered = record(start, pledge(start, 4, respond=2), stages=(waits("2026-03-02T10:00"),))
    assert clock(unanswered, "resolve", now, PARIS).paused == timedelta(0)  # type: ignore[union-attr]
    answered = record(
        start, pledge(start, 4, respond=2), stages=(waits("2026-03-02T10:00"),), responded_at=at("2026-03-02T09:30")
    )
    assert clock(answered, "resolve", now, PARIS).paused == timedelta(hours=2)  # type: ignore[union-attr]
    replied = record(start, pledge(start, 4), stages=(waits("2026-03-02T10:00"),), replies=(at("2026-03-02T10:30"),))
    one = clock(replied, "resolve", now, PARIS)
    assert one is not None
    assert (one.state, one.paused) == ("running", timedelta(minutes=30))


def test_another_priority_keeps_what_has_run_and_what_was_waited() -> None:
    start = "2026-03-06T17:00"
    raised = record(start, pledge(start, 24), pledge("2026-03-07T10:00", 2, "always", "P1"))
    one = clock(raised, "resolve", at("2026-03-07T10:00"), PARIS)
    assert one is not None
    # One hour of Friday's office has run: one of two is left, on a Saturday.
    assert (one.elapsed, one.due) == (timedelta(hours=1), at("2026-03-07T11:00"))
    assert "P1 since" in explain(one, PARIS).say("en")
    # More has run than the new promise allows: it is broken at the instant of the change, not before.
    late = record(start, pledge(start, 24), pledge("2026-03-09T12:00", 2, "always", "P1"))
    assert clock(late, "resolve", at("2026-03-09T12:00"), PARIS).broke_at == at("2026-03-09T12:00")  # type: ignore[union-attr]


def test_a_broken_promise_stays_broken_when_a_milder_one_follows() -> None:
    start = "2026-03-02T09:00"
    one = record(start, pledge(start, 2, "always", "P1"), pledge("2026-03-02T12:00", 72, OFFICE, "P4"))
    assert clock(one, "resolve", at("2026-03-02T13:00"), PARIS).broke_at == at("2026-03-02T11:00")  # type: ignore[union-attr]


def test_what_ends_at_the_very_instant_is_in_time_and_after_it_is_not() -> None:
    start = "2026-03-02T09:00"
    for end, broken in (("2026-03-02T13:00", False), ("2026-03-02T13:00:01", True)):
        done = record(start, pledge(start, 4), stages=(over(end),), over_at=at(end))
        found = clock(done, "resolve", at("2026-03-03T09:00"), PARIS)
        assert found is not None
        assert (found.state, found.broken) == ("stopped", broken)


def test_what_is_opened_again_goes_on_from_where_it_was() -> None:
    start = "2026-03-02T09:00"
    again = record(start, pledge(start, 4), stages=(over("2026-03-02T12:00"), works("2026-03-05T09:00")))
    one = clock(again, "resolve", at("2026-03-05T09:00"), PARIS)
    assert one is not None
    assert (one.elapsed, one.due, one.broken) == (timedelta(hours=3), at("2026-03-05T10:00"), False)
