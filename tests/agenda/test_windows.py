from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checking import plan

from bosco.agenda.windows import Window, window_over, windows_between
from bosco.kit.words import say
from bosco.plan.load import Plan

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = """
    plan: CESIZen
    timezone: Europe/Paris
    services:
      web: {needs: api}
      api: {needs: database}
      database: {}
      shop: {environment: staging}
      blog: {environment: staging}
    environments:
      staging: {url: "https://staging.example.org"}
    calendar:
      - {name: Every Sunday, every: sunday, at: "02:00", until: "04:00", impact: degraded, services: [database]}
      - {name: Heavy, every: 1st saturday, at: "23:00", until: "02:00", impact: maintenance, services: [api, database]}
      - {name: Small, every: monday, at: "02:00", lasts: 30m, impact: minimal, services: [web]}
      - {name: Move, on: 2026-06-30, impact: outage, services: [web]}
      - {name: Rehearsal, every: 15 june, at: "10:00", lasts: 3d, impact: outage, environment: staging}
      - {name: Audit, every: monday, at: "06:00", lasts: 2h, services: [web]}
      - {name: Backup, every: day, at: "00:30", impact: minimal, services: [database]}
"""


@pytest.fixture(scope="module")
def written() -> Plan:
    return plan(PLAN)


def called(window: Window | None) -> str | None:
    return None if window is None else str(say(window.name, "en"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


# service, instant in Paris, the window it is in
OVER = [
    ("database", "2026-06-14T01:59", None),
    ("database", "2026-06-14T02:00", "Every Sunday"),
    ("database", "2026-06-14T03:59", "Every Sunday"),
    ("database", "2026-06-14T04:00", None),
    ("database", "2026-06-13T02:00", None),
    # A window covers nothing but what it names: not what needs it, not what it needs.
    ("api", "2026-06-14T03:00", None),
    ("web", "2026-06-14T03:00", None),
    # Over midnight, the days belong to the evening on which it began.
    ("api", "2026-06-06T23:00", "Heavy"),
    ("api", "2026-06-07T01:59", "Heavy"),
    ("api", "2026-06-07T02:00", None),
    # Work without impact is no window.
    ("web", "2026-06-15T07:00", None),
    ("web", "2026-06-15T02:29", "Small"),
    # A whole day, and an environment's services.
    ("web", "2026-06-30T00:00", "Move"),
    ("web", "2026-06-30T23:59", "Move"),
    ("web", "2026-07-01T00:00", None),
    ("shop", "2026-06-17T12:00", "Rehearsal"),
    ("blog", "2026-06-18T09:59", "Rehearsal"),
    ("blog", "2026-06-18T10:00", None),
    # Nothing lasts no time at all.
    ("database", "2026-06-16T00:30", None),
    ("nobody", "2026-06-14T03:00", None),
]


@pytest.mark.parametrize(("service", "when", "name"), OVER)
def test_a_service_is_in_the_window_that_names_it(written: Plan, service: str, when: str, name: str | None) -> None:
    found = window_over(written, service, at(when))
    assert called(found) == name


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-06-14", 2),
        # 02:00 does not exist: it begins at 03:00, and ends at 04:00 as planned.
        ("2026-03-29", 1),
        # 02:00 comes twice: it begins at the first, and 04:00 is three hours later.
        ("2026-10-25", 3),
    ],
)
def test_a_window_is_as_long_as_the_clock_on_the_wall_says(written: Plan, day: str, hours: int) -> None:
    midnight = at(day + "T00:00")
    [found] = [one for one in windows_between(written, midnight, midnight + DAY) if called(one) == "Every Sunday"]
    assert found.end - found.start == hours * HOUR
    assert found.end == at(day + "T04:00")


def test_windows_that_only_touch_a_span_come_uncut_and_in_order(written: Plan) -> None:
    found = windows_between(written, at("2026-06-07T01:00"), at("2026-06-08T02:10"))
    assert [(called(one), one.start, one.end) for one in found] == [
        ("Heavy", at("2026-06-06T23:00"), at("2026-06-07T02:00")),
        ("Every Sunday", at("2026-06-07T02:00"), at("2026-06-07T04:00")),
        ("Small", at("2026-06-08T02:00"), at("2026-06-08T02:30")),
    ]
    assert [one.excuses for one in found] == [True, True, False]
    assert found[0].services == ("api", "database")
    assert [called(one) for one in windows_between(written, found[0].start, found[1].end, only=["api"])] == ["Heavy"]
    assert windows_between(written, found[0].end, found[1].start) == []


def test_of_several_windows_the_heaviest_is_told() -> None:
    both = plan("""
        plan: P
        services: {api: {}}
        calendar:
          - {name: Light, every: day, at: "01:00", until: "05:00", impact: degraded, services: api}
          - {name: Heavy, every: day, at: "02:00", until: "03:00", impact: outage, services: api}
    """)
    midnight = datetime(2026, 6, 1, tzinfo=UTC)
    names = [called(window_over(both, "api", midnight + n * HOUR / 2)) for n in range(12)]
    assert [name for name in names if name] == [
        "Light",
        "Light",
        "Heavy",
        "Heavy",
        "Light",
        "Light",
        "Light",
        "Light",
    ]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 230 * 24 * 60), st.sampled_from(["web", "api", "database", "shop"]))
def test_both_questions_have_one_answer(written: Plan, minutes: int, service: str) -> None:
    instant = datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    between = windows_between(written, instant, instant + timedelta(microseconds=1), only=[service])
    over = window_over(written, service, instant)
    assert (over is None) == (not between)
    assert over is None or over in between
