"""Tokens and recovery codes: their form."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.accounts.agents import told
from bosco.accounts.recovery import new_codes, plain
from bosco.accounts.token_form import new_token, token_id


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=50))
def test_a_token_has_a_form_that_scanners_know_and_fits_into_a_routing_key(chance: str) -> None:
    token = new_token(chance.encode("utf-8", "replace").decode())
    assert re.fullmatch(r"bosco_[0-9a-hjkmnp-tv-z]{8}_[0-9a-hjkmnp-tv-z]{39}", token.text)
    assert len(token.text) <= 64
    assert token_id(token.text) == token.id
    assert token.digest not in token.text


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 53), st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz_"))
def test_a_mistyped_token_is_known_as_such_without_asking_anybody(place: int, letter: str) -> None:
    text = new_token("chance").text
    changed = text[:place] + letter + text[place + 1 :]
    assert token_id(changed) == (new_token("chance").id if changed == text else None)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=80))
def test_any_text_may_be_asked_about(text: str) -> None:
    assert token_id(text) is None
    plain(text)
    told(text)


def test_tokens_differ() -> None:
    assert len({new_token(str(number)).text for number in range(500)}) == 500
    assert len({new_token(str(number)).id for number in range(500)}) == 500


def test_recovery_codes_differ_and_are_read_as_a_hand_writes_them() -> None:
    codes = new_codes("chance")
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([0-9a-z]{4}-){2}[0-9a-z]{4}", code) for code in codes)
    assert set(new_codes("other")).isdisjoint(codes)
    assert plain("0O1I-lLab-cdef") == "001111abcdef"
    assert plain(" 0o1i llab cdef ") == "001111abcdef"


@pytest.mark.parametrize(
    "typed", ["", "123456", "abcd-efgh", "abcd-efgh-jkmu", "abcd-efgh-jkmn-p", "é" * 12, "a" * 10_000]
)
def test_what_can_be_no_recovery_code_is_none(typed: str) -> None:
    assert plain(typed) is None


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (iPhone; like Mac OS X) {WEBKIT} Version/19.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/19.0 Safari/605.1", "Safari on macOS"),
        (f"Mozilla/5.0 (Linux; Android 16) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("", "An unknown browser"),
        ("<script>alert(1)</script>", "An unknown browser"),
    ],
)
def test_a_browser_is_named_as_its_owner_knows_it(agent: str, words: str) -> None:
    assert str(told(agent)) == words
