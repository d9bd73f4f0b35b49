"""Typing a query: what may stand at each place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bosco.explore.complete import matching, spot_of


@pytest.mark.parametrize(
    ("typed", "kind", "word", "measure", "label"),
    [
        ("", "name", "", None, ""),
        ("htt", "name", "htt", None, ""),
        ("sum(ra", "name", "ra", None, ""),
        ("sum by (jo", "label", "jo", None, ""),
        ("sum without(a, ", "label", "", None, ""),
        ("a / on (", "label", "", None, ""),
        ("a * on (b) group_left (te", "label", "te", None, ""),
        ("up{", "label", "", "up", ""),
        ("up{jo", "label", "jo", "up", ""),
        ('up{job="', "value", "", "up", "job"),
        ('up{job="api", code=~"5', "value", "5", "up", "code"),
        ("up{job='a b", "value", "a b", "up", "job"),
        ('{job="', "value", "", None, "job"),
        ('rate(up{job="api"}[5m]) + sh', "name", "sh", None, ""),
        ('label_replace(up, "', "value", "", None, ""),
    ],
)
def test_the_place_tells_what_is_offered(typed: str, kind: str, word: str, measure: str | None, label: str) -> None:
    spot = spot_of(typed + "  ) > 1", len(typed))
    assert (spot.kind, spot.typed, spot.measure, spot.label) == (kind, word, measure, label)
    assert spot.begins == len(typed) - len(word)


def test_what_begins_alike_comes_before_what_holds_it() -> None:
    assert matching("req", ["requests_total", "http_requests", "up"]) == ["requests_total", "http_requests"]
    assert len(matching("", [f"m{number}" for number in range(1000)])) < 100


@given(st.text(max_size=60), st.integers(0, 60))
def test_any_text_has_a_spot(text: str, place: int) -> None:
    place = min(place, len(text))
    spot = spot_of(text, place)
    assert 0 <= spot.begins <= place
    assert text[spot.begins : place] == spot.typed
