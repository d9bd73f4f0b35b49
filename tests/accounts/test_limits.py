"""Guessing is slow, and nobody is locked out by a stranger."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.accounts.limits import (
    ADDRESS,
    CODE,
    CROWD,
    PERSON,
    Failures,
    Pace,
    coarse,
    free_again,
    neighbourhood,
    slowed_by,
    wait_of,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
paces = st.sampled_from([PERSON, ADDRESS, CODE])


@pytest.mark.parametrize(
    ("count", "wait"),
    [(0, 0), (4, 0), (5, 2), (6, 4), (7, 8), (10, 64), (14, 900), (15, 900), (10_000_000, 900)],
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(count: int, wait: int) -> None:
    assert free_again(PERSON, Failures(count, NOW), NOW) - NOW == timedelta(seconds=wait)


def test_an_old_failure_is_forgotten() -> None:
    assert free_again(PERSON, Failures(50, NOW - timedelta(hours=13)), NOW) == NOW


@settings(deadline=None, max_examples=100)
@given(paces, st.integers(0, 10**9), st.integers(0, 10**6))
def test_no_wait_is_longer_than_its_most(pace: Pace, count: int, ago: int) -> None:
    assert free_again(pace, Failures(count, NOW - timedelta(seconds=ago)), NOW) - NOW <= pace.most


@settings(deadline=None, max_examples=100)
@given(paces, st.integers(0, 10**6))
def test_one_more_failure_never_shortens_the_wait(pace: Pace, count: int) -> None:
    assert free_again(pace, Failures(count, NOW), NOW) <= free_again(pace, Failures(count + 1, NOW), NOW)


def test_the_longest_of_several_waits_counts() -> None:
    found = {"person": Failures(6, NOW), "address": Failures(3, NOW)}
    assert wait_of({"person": PERSON, "address": ADDRESS}, found, NOW) == timedelta(seconds=4)
    assert wait_of({"person": PERSON}, {}, NOW) == timedelta(0)


def test_a_day_of_guessing_from_one_address_tries_few_passwords() -> None:
    at, tries = NOW, 0
    failures: Failures | None = None
    while at < NOW + timedelta(days=1):
        tries += 1
        failures = Failures((failures.count if failures else 0) + 1, at)
        at = max(free_again(PERSON, failures, at), at + timedelta(milliseconds=50))
    assert tries < 120


def test_a_crowd_slows_strangers_but_never_refuses_them() -> None:
    assert slowed_by(None, NOW) == timedelta(0)
    assert slowed_by(Failures(99, NOW), NOW) == timedelta(0)
    assert timedelta(0) < slowed_by(Failures(101, NOW), NOW) < timedelta(seconds=1)
    assert slowed_by(Failures(10**9, NOW), NOW) == CROWD.most


@pytest.mark.parametrize(
    ("address", "near", "network"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("", "unknown", "unknown"),
        ("unix:", "unknown", "unknown"),
        ("1.2.3.4\r\nx: y", "unknown", "unknown"),
    ],
)
def test_an_address_stands_for_its_neighbourhood(address: str, near: str, network: str) -> None:
    assert (neighbourhood(address), coarse(address)) == (near, network)


@settings(deadline=None, max_examples=100)
@given(st.ip_addresses(v=6).map(str) | st.ip_addresses(v=4).map(str) | st.text(max_size=60))
def test_any_address_has_a_network(address: str) -> None:
    assert coarse(address)
    assert neighbourhood(address)
