"""Which open case an alert belongs to."""

from datetime import UTC, datetime, timedelta

import pytest

from bosco.incidents.join import belongs_to, leans_on
from bosco.incidents.store import Case
from bosco.plan.load import load_texts

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOADED = load_texts(
    {"plan.yml": "plan: Shop\nservices: {web: {needs: [api]}, api: {needs: [database]}, database: {}, mail: {}}\n"}
)
PLAN = LOADED.plan
assert PLAN is not None


def case(number: str, service: str | None, recovered: timedelta | None = None) -> Case:
    return Case(
        number, "incident", service, NOW - 5 * HOUR, NOW - 5 * HOUR, None if recovered is None else NOW - recovered
    )


@pytest.mark.parametrize(
    ("service", "same", "open_cases", "joins"),
    [
        ("api", None, [case("X-1", "api")], "X-1"),
        ("web", None, [case("X-1", "database")], "X-1"),  # what it leans on
        ("database", None, [case("X-1", "web")], "X-1"),  # what leans on it
        ("web", None, [case("X-1", "database"), case("X-2", "web")], "X-2"),  # its own first
        ("mail", None, [case("X-1", "api")], None),
        (None, None, [case("X-1", "api")], None),
        (None, "X-1", [case("X-1", None)], "X-1"),  # the same alert again
        ("mail", "X-1", [case("X-2", "mail"), case("X-1", "api")], "X-1"),
        ("api", None, [case("X-1", "api", HOUR / 2)], "X-1"),  # well again a moment ago
        ("api", None, [case("X-1", "api", 2 * HOUR)], None),  # another one
        ("gone", None, [case("X-1", "api")], None),
        ("api", None, [], None),
    ],
)
def test_an_alert_joins_the_case_of_its_cause(
    service: str | None, same: str | None, open_cases: list[Case], joins: str | None
) -> None:
    assert PLAN is not None
    found = belongs_to(PLAN, service, same, open_cases, NOW, HOUR)
    assert (found.case.number if found else None) == joins


def test_a_service_leans_on_what_its_needs_lean_on() -> None:
    assert PLAN is not None
    assert leans_on(PLAN, "web") == {"api", "database"}
    assert leans_on(PLAN, "nothing") == frozenset()
