"""Good passwords are taken, guessable ones are not, and comparing tells nothing but yes or no."""

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.accounts.passwords import HASHER, LONGEST, NOBODYS, Passwords, normal, refuse_password
from bosco.accounts.weak import remainder
from bosco.kit.clock import RealClock

ALICE = ("alice", "alice.martin@example.org", "Alice Martin")
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "tulipe-vélo-orage-42",
        "Zk9!mQ2#vL7p",
        "les girafes aiment la pluie",
        "ジャイアントパンダは竹を食べる",
        "пять зелёных слонов",
        "🦒🌧️🎷🧀🚲🪐🦔🍋🪁🎲🧲🫖",
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert refuse_password(password, *ALICE) is None


@pytest.mark.parametrize(
    "password",
    [
        "Password1234!",
        "P@ssw0rd2026!!",
        "motdepasse2026",
        "MotDePasse123456",
        "azertyuiop123",
        "qwertyuiop[]",
        "123456789012",
        "210987654321",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "abcdefghijklmnop",
        "BoscoAdmin2026!",
        "Administrateur1!",
        "bienvenue-2026-!",
        "Soleil123456789",
        "                ",
        "admin admin admin",
    ],
)
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    assert "first that would be tried" in str(refuse_password(password, *ALICE))


@pytest.mark.parametrize(
    "password", ["ALICE likes tulips", "je suis Martin, 42 ans", "x alice.martin@example.org x", "a l'example de tous"]
)
def test_a_password_does_not_tell_whose_it_is(password: str) -> None:
    assert "your login" in str(refuse_password(password, *ALICE))


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * (LONGEST + 1), "at most 256"),
        ("x" * 10_000_000, "at most 256"),
        ("tulipe\0vélo orage", "letters, digits"),
        ("tulipe\nvélo orage", "letters, digits"),
        ("tulipe vélo orage \ud800", "letters, digits"),
    ],
)
def test_a_refused_password_says_why(password: str, because: str) -> None:
    assert because in str(refuse_password(password, *ALICE))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
def test_any_text_gets_an_answer(password: str) -> None:
    refuse_password(password, *ALICE)
    Passwords(RealClock(), QUICK).compare_now(None, password)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60))
def test_taking_words_out_never_adds_any(password: str) -> None:
    assert len(remainder(password)) <= len(password.casefold())


def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    passwords = Passwords(RealClock(), QUICK)
    composed, decomposed = "v\u00e9lo et tulipes", "ve\u0301lo et tulipes"
    assert composed != decomposed
    assert passwords.compare_now(QUICK.hash(normal(composed)), decomposed).right


@pytest.mark.parametrize(
    "wrong", ["", "Tulipes et vélo", "tulipes et vélo ", "tulipes et vélo\0", "x" * 1_000_000, "\ud800" * 12]
)
def test_a_wrong_password_is_wrong(wrong: str) -> None:
    passwords = Passwords(RealClock(), QUICK)
    assert not passwords.compare_now(QUICK.hash("tulipes et vélo"), wrong).right


def test_nothing_is_the_password_of_nobody() -> None:
    passwords = Passwords(RealClock(), QUICK)
    assert not passwords.compare_now(None, "").right
    assert not passwords.compare_now("", "").right
    assert not passwords.compare_now("not a hash", "not a hash").right


def test_nobodys_password_costs_as_much_as_a_real_one() -> None:
    real = HASHER.hash("tulipes et vélo")
    assert NOBODYS.rpartition("$")[0].rpartition("$")[0] == real.rpartition("$")[0].rpartition("$")[0]
    assert len(NOBODYS) == len(real)
    assert not HASHER.check_needs_rehash(NOBODYS)


def test_the_cost_is_at_least_what_owasp_asks_for() -> None:
    assert (HASHER.type.name, HASHER.memory_cost, HASHER.time_cost, HASHER.parallelism) == ("ID", 19456, 2, 1)


def test_a_password_kept_in_an_older_manner_is_kept_anew_at_sign_in() -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("tulipes et vélo")
    newer = Passwords(RealClock(), PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    compared = newer.compare_now(older, "tulipes et vélo")
    assert compared.right
    assert compared.rehashed
    again = newer.compare_now(compared.rehashed, "tulipes et vélo")
    assert again.right
    assert again.rehashed is None
    assert newer.compare_now(older, "tulipes et orages").rehashed is None
