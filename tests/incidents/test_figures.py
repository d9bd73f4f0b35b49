"""The figures of incidents."""

from datetime import UTC, datetime, timedelta

from bosco.incidents.figures import Case, by, figures_of

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def case(number: int, detect: int, taken: int | None, solved: int | None, **more: object) -> Case:
    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else START + timedelta(minutes=minutes)

    words: dict[str, object] = {"priority": "P1", "service": "api", "cause": None, **more}
    return Case(f"X-{number}", began=START, detected=at(detect), acknowledged=at(taken), resolved=at(solved), **words)  # type: ignore[arg-type]


CASES = [
    case(1, 1, 4, 61, kept=True),
    case(2, 3, 5, 243, kept=False, service="web"),
    case(3, 2, None, None, kept=None),
    case(4, 2, 12, 32, kept=True, priority="P2"),
]


def test_times_count_from_where_each_begins() -> None:
    figures = figures_of(CASES)
    assert (figures.count, figures.open) == (4, 1)
    assert figures.detect
    assert figures.detect.median == timedelta(minutes=2)
    assert figures.acknowledge
    assert figures.acknowledge.median == timedelta(minutes=3)
    assert figures.resolve
    assert (figures.resolve.count, figures.resolve.worst) == (3, timedelta(minutes=240))
    assert figures.kept == 2 / 3


def test_no_incident_has_no_figures_rather_than_good_ones() -> None:
    figures = figures_of([])
    assert (figures.count, figures.detect, figures.resolve, figures.kept) == (0, None, None, None)


def test_figures_by_service_begin_with_the_one_that_fails_most() -> None:
    assert list(by(CASES, lambda one: one.service)) == ["api", "web"]
    assert by(CASES, lambda one: one.priority)["P2"].count == 1
    assert list(by(CASES, lambda one: one.cause)) == [""]


def test_a_clock_that_went_backwards_counts_as_nought() -> None:
    figures = figures_of([case(1, 5, 3, 2)])
    assert figures.acknowledge
    assert figures.acknowledge.median == timedelta(0)
