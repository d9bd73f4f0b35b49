"""The digits of an authenticator application."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.accounts.totp import PERIOD, code_of, matching_step, new_secret, set_up_address, step_of, written

# RFC 6238, appendix B: the same digits "1234567890" repeated to the length of each hash.
RFC_SECRETS = {"sha1": b"1234567890" * 2, "sha256": (b"1234567890" * 4)[:32], "sha512": (b"1234567890" * 7)[:64]}
RFC_TABLE = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
# RFC 4226, appendix D.
HOTP_TABLE = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]

NOW = datetime(2026, 11, 22, 3, 0, 10, tzinfo=UTC)
SECRET = new_secret("a")
seconds = st.integers(0, 4_000_000_000)


@pytest.mark.parametrize(("at", "sha1", "sha256", "sha512"), RFC_TABLE)
def test_the_codes_are_those_of_the_rfc(at: int, sha1: str, sha256: str, sha512: str) -> None:
    step = step_of(datetime.fromtimestamp(at, UTC))
    said = [code_of(RFC_SECRETS[manner], step, digits=8, manner=manner) for manner in RFC_SECRETS]
    assert said == [sha1, sha256, sha512]


@pytest.mark.parametrize(("step", "code"), [*enumerate(HOTP_TABLE)])
def test_the_codes_are_those_of_the_rfc_that_counts(step: int, code: str) -> None:
    assert code_of(RFC_SECRETS["sha1"], step) == code


@settings(deadline=None, max_examples=60)
@given(seconds, st.integers(-200, 200))
def test_a_code_holds_in_its_half_minute_and_the_two_beside_it(at: int, off: int) -> None:
    now = datetime.fromtimestamp(at + 1000, UTC)
    typed_at = now + timedelta(seconds=off)
    code = code_of(SECRET, step_of(typed_at))
    found = matching_step(SECRET, code, now)
    if abs(step_of(typed_at) - step_of(now)) <= 1:
        assert found is not None
        assert code_of(SECRET, found) == code
    elif found is not None:
        assert code_of(SECRET, found) == code  # one in a million: the neighbour has the same digits


@settings(deadline=None, max_examples=60)
@given(seconds)
def test_a_code_that_was_used_is_never_taken_again(at: int) -> None:
    now = datetime.fromtimestamp(at, UTC)
    used = matching_step(SECRET, code_of(SECRET, step_of(now)), now)
    assert used is not None
    assert matching_step(SECRET, code_of(SECRET, step_of(now)), now, after=max(used, step_of(now))) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "12345",
        "1234567",
        "abcdef",
        "١٢٣٤٥٦",
        "123 45",
        "-12345",
        "+12345",
        "1e5000",
        "\0" * 6,
        "12345\n",
        "0" * 10_000,
    ],
)
def test_what_is_not_six_digits_is_not_a_code(typed: str) -> None:
    assert matching_step(SECRET, typed, NOW) is None


def test_spaces_in_a_code_do_not_matter() -> None:
    code = code_of(SECRET, step_of(NOW))
    assert matching_step(SECRET, f" {code[:3]} {code[3:]}\t", NOW) == step_of(NOW)


def test_the_half_minute_has_its_length() -> None:
    assert step_of(NOW + timedelta(seconds=PERIOD)) == step_of(NOW) + 1


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable()), st.emails())
def test_the_address_says_the_same_to_every_application(installation: str, login: str) -> None:
    address = urlsplit(set_up_address(SECRET, installation=installation, login=login))
    issuer, _, account = address.path.lstrip("/").partition(":")
    told = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(issuer) == told["issuer"][0]
    assert unquote(account) == login
    assert told["secret"][0].replace("=", "") == written(SECRET).replace(" ", "")


def test_a_secret_is_as_long_as_the_hash() -> None:
    assert len(SECRET) == 20
    assert new_secret("b") != SECRET
