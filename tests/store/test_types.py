"""Instants, structures and texts come back as they were, or as near as a database allows."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from bosco.store.types import REPLACED, CleanText, Instant, Json, clean, from_microseconds, to_microseconds

DIALECT = sqlite.dialect()
instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]))
any_text = st.text(st.characters(exclude_categories=()))
words = st.text()
structures = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(instants)
@settings(deadline=None, max_examples=200)
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    assert from_microseconds(to_microseconds(at)) == at
    assert Instant().process_bind_param(at, DIALECT) == to_microseconds(at)


def test_an_instant_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_microseconds(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@given(structures)
@settings(deadline=None, max_examples=150)
def test_a_structure_comes_back(value: object) -> None:
    written = Json().process_bind_param(value, DIALECT)
    assert Json().process_result_value(written, DIALECT) == value


@given(any_text)
@settings(deadline=None, max_examples=200)
def test_a_clean_text_can_be_stored_anywhere(text: str) -> None:
    stored = clean(text)
    assert "\x00" not in stored
    assert len(stored) == len(text)
    stored.encode()
    assert clean(stored) == stored


@given(st.dictionaries(any_text, any_text, max_size=3))
@settings(deadline=None, max_examples=100)
def test_a_structure_with_broken_letters_is_stored_all_the_same(value: dict[str, str]) -> None:
    assert isinstance(Json().process_bind_param(value, DIALECT), str)


def test_what_cannot_be_stored_leaves_a_visible_mark() -> None:
    assert CleanText().process_bind_param("a\x00b\ud83dc", DIALECT) == f"a{REPLACED}b{REPLACED}c"
