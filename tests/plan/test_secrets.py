from pathlib import Path

import pytest

from bosco.kit.refusal import Refusal
from bosco.plan.secrets import Secrets


def test_a_secret_is_read_from_the_environment_or_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "KEY").write_text("from file\n")
    secrets = Secrets(tmp_path, {"USER": "ana"})
    assert secrets.fill("${USER}:${KEY}@host") == "ana:from file@host"
    assert secrets.fill("nothing $HOME to {fill}") == "nothing $HOME to {fill}"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "KEY").write_text("from file\n")
    assert Secrets(tmp_path, {"KEY": "from outside"}).fill("${KEY}") == "from outside"


def test_a_secret_that_is_not_set_is_refused_by_its_name(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, {})
    assert secrets.missing("${ONE} ${TWO}") == ["ONE", "TWO"]
    with pytest.raises(Refusal) as refused:
        secrets.fill("${ONE}")
    assert "ONE" in str(refused.value)


def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    assert Secrets(tmp_path, {}).fill("${../outside}") == "${../outside}"


def test_a_secret_filled_in_is_not_searched_again() -> None:
    assert Secrets(None, {"A": "${B}", "B": "x"}).fill("${A}") == "${B}"


@pytest.mark.parametrize("name", ["key", "BOSCO_KEY", "bosco_key", "BOSCO_ANYTHING"])
def test_the_installations_own_key_is_nobodys_to_send(name: str, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / name).write_text("ours")
    secrets = Secrets(tmp_path, {name: "ours"})
    assert secrets.missing(f"${{{name}}}") == [name]
    with pytest.raises(Refusal):
        secrets.fill(f"https://elsewhere.example/${{{name}}}")
