"""A line is told as a sentence in the reader's language; whatever its data holds, it can be told."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco import journal
from bosco.journal import telling
from bosco.journal.model import Line
from bosco.kit.packed import pack
from bosco.kit.words import LANGUAGES, msg

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def line(what: str, subject: str = "probe:api", why: str | None = None, **data: Any) -> Line:
    return Line(1, "ID", AT, subject, what, "user:camille", why, data)


@pytest.fixture(autouse=True)
def own_sayings(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {
        "kettle.boiled": msg("{kettle} boiled: {why}"),
        "kettle.greedy": msg("{kettle.lid} {n[0]}"),
        "kettle.wrong": msg("{"),
        "journal.said": msg("Journal"),
    }
    real = telling.sayings()
    monkeypatch.setattr(telling, "sayings", lambda: {**real, **own})


def test_a_line_is_told_by_its_rooms_sentence_in_the_readers_language() -> None:
    told = line("probe.went-down", why="status (500) == 200")
    assert journal.tell(told, "en") == "api is down: status (500) == 200"
    assert journal.tell(told, "fr") != journal.tell(told, "en")
    assert "api" in journal.tell(told, "fr")


def test_a_reason_that_was_packed_speaks_both_languages() -> None:
    told = line("kettle.boiled", "kettle:red", why="Nothing", because=pack(msg("Nobody is on call")))
    assert journal.tell(told, "en") == "red boiled: Nobody is on call"


def test_what_the_data_says_goes_before_the_subject() -> None:
    assert journal.tell(line("kettle.boiled", "kettle:red", kettle="the red one", why="fire"), "en") == (
        "the red one boiled: fire"
    )


def test_a_value_that_is_missing_shows_as_a_dash() -> None:
    assert journal.tell(line("kettle.boiled", "pot:red"), "en") == "— boiled: —"


def test_a_line_without_a_sentence_is_told_plainly() -> None:
    assert journal.tell(line("pot.fell-over", "pot:red"), "en") == "pot:red: pot: fell over"
    assert journal.tell(line("pot.fell-over", "pot:red", "the cat"), "fr") == "pot:red : pot: fell over (the cat)"


@pytest.mark.parametrize("what", ["kettle.greedy", "kettle.wrong"])
def test_a_sentence_that_asks_for_too_much_is_told_plainly(what: str) -> None:
    assert journal.tell(line(what, "kettle:red"), "en") == f"kettle:red: {what}"


def test_a_text_of_a_stranger_is_no_sentence_of_ours() -> None:
    assert journal.tell(line("kettle.boiled", "kettle:{why}", "{kettle} {0} {"), "en") == "{why} boiled: {kettle} {0} {"


WORDS = ["msg", "plural", "text", "values", "one", "a"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner),
    max_leaves=8,
)


@given(
    data=st.dictionaries(st.sampled_from(["because", "why", "kettle", "n"]) | st.text(max_size=5), VALUES, max_size=4),
    what=st.sampled_from(["kettle.boiled", "kettle.greedy", "probe.went-down", "odd"]),
)
@settings(deadline=None, max_examples=300)
def test_whatever_the_data_holds_the_line_can_be_told(data: dict[str, Any], what: str) -> None:
    for language in LANGUAGES:
        assert isinstance(Line(1, "ID", AT, "kettle:x", what, "a", None, data).say(language), str)
