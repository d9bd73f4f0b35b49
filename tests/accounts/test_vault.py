"""What must be read again is sealed with a key that never stands beside it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bosco.accounts.vault import Vault
from bosco.kit.ids import RealIds
from bosco.kit.refusal import Code, Refusal

KEY = "00" * 32


def vault(folder: Path, key: str | None = None) -> Vault:
    return Vault(folder, {"BOSCO_KEY": key} if key is not None else {}, RealIds())


def test_what_was_sealed_is_read_again_after_a_restart(tmp_path: Path) -> None:
    sealed = vault(tmp_path).seal("totp", "alice", b"secret")
    assert vault(tmp_path).open("totp", "alice", sealed) == b"secret"


def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    vault(tmp_path / "data").stamp("x", "y")
    assert stat.S_IMODE((tmp_path / "data/secrets/key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data/secrets").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "data/secrets").iterdir()] == ["key"]


def test_many_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        stamps = set(pool.map(lambda _: vault(tmp_path).stamp("x", "y"), range(64)))
    assert len(stamps) == 1


def test_several_processes_share_the_key_of_the_environment(tmp_path: Path) -> None:
    sealed = vault(tmp_path / "one", KEY).seal("totp", "alice", b"secret")
    assert vault(tmp_path / "two", KEY).open("totp", "alice", sealed) == b"secret"
    assert not (tmp_path / "one").exists()


@pytest.mark.parametrize(
    ("purpose", "owner", "key"), [("other", "alice", KEY), ("totp", "bob", KEY), ("totp", "alice", "11" * 32)]
)
def test_another_key_purpose_or_owner_reads_nothing(tmp_path: Path, purpose: str, owner: str, key: str) -> None:
    sealed = vault(tmp_path, KEY).seal("totp", "alice", b"secret")
    with pytest.raises(Refusal, match="the key has changed") as refused:
        vault(tmp_path, key).open(purpose, owner, sealed)
    assert refused.value.code is Code.UNAVAILABLE


@pytest.mark.parametrize("key", ["x", "zz" * 32, "00" * 31, "00" * 33, "password", "é" * 32, " "])
def test_a_bad_key_is_refused_with_how_to_make_one(tmp_path: Path, key: str) -> None:
    with pytest.raises(Refusal, match="openssl rand -hex 32") as refused:
        vault(tmp_path, key).stamp("x", "y")
    assert key not in str(refused.value) or len(key) < 3


def test_a_damaged_key_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/key").write_bytes(b"\xff\xfe half")
    with pytest.raises(Refusal, match="holds no key"):
        vault(tmp_path).stamp("x", "y")
    assert (tmp_path / "secrets/key").read_bytes() == b"\xff\xfe half"


def test_a_folder_that_cannot_be_used_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("not a folder")
    with pytest.raises(Refusal, match="secrets/key cannot be used") as refused:
        vault(tmp_path).stamp("x", "y")
    assert str(tmp_path) not in str(refused.value)


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=200), st.text(max_size=30))
def test_whatever_is_sealed_comes_back_and_looks_different_each_time(content: bytes, owner: str) -> None:
    one = Vault(Path("unused"), {"BOSCO_KEY": KEY}, RealIds())
    owner = owner.encode("utf-8", "replace").decode()
    first, second = one.seal("totp", owner, content), one.seal("totp", owner, content)
    assert first != second
    assert one.open("totp", owner, first) == one.open("totp", owner, second) == content


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        Vault(Path("unused"), {"BOSCO_KEY": KEY}, RealIds()).open("totp", "alice", text)
