"""Ids sort by time, never repeat, and secrets differ."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bosco.kit.ids import RealIds, SeededIds

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=50))
def test_ids_of_one_process_grow_even_when_the_clock_steps_back(steps: list[int]) -> None:
    ids, at, made = RealIds(), NIGHT, []
    for step in steps:
        at += timedelta(milliseconds=step)
        made.append(ids.new(at))
    assert made == sorted(set(made))


def test_an_id_made_later_by_another_process_sorts_after() -> None:
    assert RealIds().new(NIGHT) < RealIds().new(NIGHT + timedelta(milliseconds=1))
    assert len(RealIds().new(NIGHT)) == 26


def test_seeded_ids_repeat_from_run_to_run() -> None:
    assert SeededIds(7).new(NIGHT) == SeededIds(7).new(NIGHT)


def test_two_secrets_differ_and_are_safe_in_a_url() -> None:
    one, other = RealIds().secret(), RealIds().secret()
    assert one != other
    assert len(one) >= 43
    assert one.replace("-", "").replace("_", "").isalnum()
