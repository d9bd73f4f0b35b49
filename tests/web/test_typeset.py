"""Numbers, spans and instants read as a French or an English reader writes them, and never flatter."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.kit.words import Language
from bosco.web import typeset
from bosco.web.reader import Reader, accepted_language, reading, zone_of

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def read_by(language: Language) -> Reader:
    return Reader(language, ZoneInfo("Europe/Paris"), NOW)


def plainly(text: str) -> str:
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("span", "english", "french"),
    [
        (timedelta(hours=3, minutes=36), "3 h 36 min", "3 h 36 min"),
        (timedelta(days=2, hours=3, minutes=5), "2 d 3 h", "2 j 3 h"),
        (timedelta(days=2, minutes=5), "2 d", "2 j"),
        (timedelta(seconds=59.6), "1 min", "1 min"),
        (timedelta(hours=23, minutes=59, seconds=59.9), "1 d", "1 j"),
        (timedelta(seconds=2.44), "2.4 s", "2,4 s"),
        (timedelta(milliseconds=180), "180 ms", "180 ms"),
        (timedelta(microseconds=4200), "4.2 ms", "4,2 ms"),
        (timedelta(microseconds=30), "30 µs", "30 µs"),
        (timedelta(0), "0 s", "0 s"),
        (timedelta(minutes=-5), "−5 min", "−5 min"),
        (0.25, "250 ms", "250 ms"),
        (None, "—", "—"),
    ],
)
def test_a_span_is_set_by_its_largest_units(span: timedelta | float | None, english: str, french: str) -> None:
    with reading(read_by("en")):
        assert plainly(typeset.duration(span)) == english
    with reading(read_by("fr")):
        assert plainly(typeset.duration(span)) == french


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (0.99958, "99.96%", "99,96 %"),
        (0.999999, "99.99%", "99,99 %"),
        (Decimal("0.9999999999"), "99.99%", "99,99 %"),
        (1, "100%", "100 %"),
        (0, "0%", "0 %"),
        (0.0000001, "< 0.01%", "< 0,01 %"),
        (0.5, "50%", "50 %"),
        (1.2, "120%", "120 %"),
        (None, "—", "—"),
    ],
)
def test_what_is_not_quite_all_never_shows_as_all(share: float | None, english: str, french: str) -> None:
    with reading(read_by("en")):
        assert plainly(typeset.percent(share)) == english
    with reading(read_by("fr")):
        assert plainly(typeset.percent(share)) == french


@given(st.floats(min_value=0, max_value=1, exclude_max=True), st.integers(0, 4))
@settings(max_examples=200, deadline=None)
def test_no_share_below_one_reads_a_hundred_percent(share: float, digits: int) -> None:
    with reading(read_by("en")):
        assert typeset.percent(share, digits) != "100%"


@pytest.mark.parametrize(
    ("at", "english", "french"),
    [
        (NOW, "now", "à l’instant"),
        (NOW - timedelta(seconds=30), "30 s ago", "il y a 30 s"),
        (NOW - timedelta(minutes=12), "12 min ago", "il y a 12 min"),
        (NOW + timedelta(minutes=48), "in 48 min", "dans 48 min"),
        (NOW - timedelta(hours=30), "30 h ago", "il y a 30 h"),
        (NOW - timedelta(days=4), "4 d ago", "il y a 4 j"),
        (NOW - timedelta(days=100), "3 mo ago", "il y a 3 mois"),
        (NOW + timedelta(days=800), "in 2 y", "dans 2 ans"),
    ],
)
def test_an_instant_is_told_from_now(at: datetime, english: str, french: str) -> None:
    assert plainly(typeset.relative_text(at, read_by("en"))) == english
    assert plainly(typeset.relative_text(at, read_by("fr"))) == french


def test_an_instant_stands_in_the_readers_zone_with_its_exact_place_beneath() -> None:
    summer = datetime(2026, 7, 14, 22, 30, 5, tzinfo=UTC)
    with reading(read_by("fr")):
        told = str(typeset.instant(summer))
    assert plainly(told) == (
        '<time datetime="2026-07-14T22:30:05.000Z" title="mer. 15 juil. 2026 à 00:30:05 UTC+02:00">'
        "mer. 15 juil. à 00:30</time>"
    )
    with reading(read_by("en")):
        assert plainly(typeset.instant(summer, "clock")).endswith(">00:30</time>")
        assert typeset.day(date(2026, 7, 14)) == "14 Jul 2026"
        assert typeset.instant_text(summer, "month") == "July 2026"
        assert str(typeset.when(None)) == "—"


def test_the_first_of_a_month_is_first_in_french() -> None:
    with reading(read_by("fr")):
        assert typeset.day(date(2026, 5, 1)) == "1er mai 2026"


@pytest.mark.parametrize(
    ("value", "digits", "english", "french"),
    [
        (1234567, 2, "1,234,567", "1 234 567"),
        (1234.5, 2, "1,234.5", "1 234,5"),
        (0.1 + 0.2, 2, "0.3", "0,3"),
        (-0.001, 2, "0", "0"),
        (-3, 0, "−3", "−3"),
        (1200, 0, "1,200", "1 200"),
        (Decimal("0.10"), 2, "0.1", "0,1"),
        (float("nan"), 2, "—", "—"),
        (None, 2, "—", "—"),
    ],
)
def test_a_number_is_set_with_its_marks(value: float | None, digits: int, english: str, french: str) -> None:
    with reading(read_by("en")):
        assert plainly(typeset.number(value, digits)) == english
    with reading(read_by("fr")):
        assert plainly(typeset.number(value, digits)) == french


@pytest.mark.parametrize(
    ("octets", "english", "french"),
    [
        (0, "0 B", "0 o"),
        (999, "999 B", "999 o"),
        (1000, "1 kB", "1 ko"),
        (812345, "812 kB", "812 ko"),
        (999_600, "1 MB", "1 Mo"),
        (1_250_000, "1.2 MB", "1,2 Mo"),
        (5_000_000_000_000_000, "5,000 TB", "5 000 To"),
        (None, "—", "—"),
    ],
)
def test_a_size_is_set_in_decimal_units(octets: float | None, english: str, french: str) -> None:
    with reading(read_by("en")):
        assert plainly(typeset.size(octets)) == english
    with reading(read_by("fr")):
        assert plainly(typeset.size(octets)) == french


@given(st.timedeltas(min_value=timedelta(days=-40000), max_value=timedelta(days=40000)), st.sampled_from(["fr", "en"]))
@settings(max_examples=200, deadline=None)
def test_every_span_and_instant_can_be_set(span: timedelta, language: Language) -> None:
    with reading(read_by(language)):
        assert typeset.duration(span)
        assert typeset.when(NOW + span)
        assert typeset.instant(NOW + span)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.8,en;q=0.5", "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("de,fr;q=0.4", "fr"),
        ("de;q=1, en;q=0.2, fr;q=0.3", "fr"),
        ("fr;q=0, en;q=0.1", "en"),
        ("fry-NL", None),
        ("*", None),
        ("", None),
        (";;;,,,=q", None),
    ],
)
def test_a_browser_names_its_language(header: str, language: str | None) -> None:
    assert accepted_language(header) == language


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_any_zone_and_language_that_is_asked_for_gives_an_answer(word: str) -> None:
    assert zone_of(word).key
    assert accepted_language(word) in {"fr", "en", None}
