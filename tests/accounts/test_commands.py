"""`bosco user …` and `bosco token …`, with and without a server running."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bosco.accounts import users
from bosco.accounts.commands import ROLE_WORDS
from bosco.accounts.tokens import recognise
from bosco.cli.main import main
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.store.store import Store
from bosco.web.visitor import ROLES

Run = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def bosco(where: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the state, in a folder without a plan; return its exit status, its lines and what it told."""
    monkeypatch.chdir(tmp_path)
    for name in ("BOSCO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    place = ["--database", where] if "://" in where else ["--data", where]

    def run(*arguments: str) -> tuple[int, list[str], str]:
        try:
            status = main([*arguments, *place])
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out.splitlines(), said.err

    return run


def opened(where: str) -> Store:
    return Store.open(where, RealClock(), RealIds(), durable=False)


def test_the_roles_are_those_of_the_pages() -> None:
    assert ROLE_WORDS == ROLES


def test_a_token_stands_alone_on_the_last_line_and_opens_what_its_role_opens(bosco: Run, where: str) -> None:
    status, lines, told = bosco("token", "create", "--role", "responder", "--name", "CI", "--expires", "90d")
    assert status == 0
    assert re.fullmatch(r"bosco_[0-9a-z]{8}_[0-9a-z]{39}", lines[-1])
    assert "not shown again" in told
    store = opened(where)
    found = store.read_now(lambda tx: recognise(tx, lines[-1]))
    store.close()
    assert found
    token, owner = found
    assert (token.role, token.name, owner) == ("responder", "CI", None)
    assert token.ends_at
    assert (token.ends_at - token.made_at).days == 90


def test_tokens_are_listed_and_revoked_by_id_or_by_themselves(bosco: Run, where: str) -> None:
    texts = [bosco("token", "create", "--role", "viewer", "--expires", "never")[1][-1] for _ in range(2)]
    status, lines, _ = bosco("token", "list")
    assert status == 0
    assert len(lines) == 3
    assert all(text not in "".join(lines) for text in texts)
    assert bosco("token", "revoke", texts[0])[0] == 0
    assert bosco("token", "revoke", texts[1].split("_")[1])[0] == 0
    assert "".join(bosco("token", "list")[1]).count("Revoked") == 2
    status, _, told = bosco("token", "revoke", "nothing")
    assert (status, told) == (1, "There is no token “nothing”.\n")


def test_an_account_is_made_with_a_link_of_the_plans_address(bosco: Run, where: str, tmp_path: Path) -> None:
    status, lines, _ = bosco("user", "add", "camille", "--role", "admin", "--name", "Camille", "--lang", "fr")
    assert status == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8420/welcome/[\w-]{43}", lines[-1])
    plan = tmp_path / "ops.yml"
    plan.write_text(
        "plan: My app\nurl: https://ops.example.org\nlanguage: fr\nprobes:\n  - http: https://example.org\n"
    )
    status, lines, told = bosco("user", "reset", "Camille", "--totp", "--plan", str(plan))
    assert status == 0
    assert lines[-1].startswith("https://ops.example.org/welcome/")
    assert "choisit un mot de passe" in told
    store = opened(where)
    user = store.read_now(lambda tx: users.the_user(tx, "camille"))
    store.close()
    assert (user.role, user.name, user.language) == ("admin", "Camille", "fr")


def test_accounts_are_listed_changed_and_shut_out(bosco: Run) -> None:
    bosco("user", "add", "alice", "--role", "admin")
    bosco("user", "add", "bob@example.org")
    assert bosco("user", "role", "bob@example.org", "manager")[0] == 0
    assert bosco("user", "disable", "bob@example.org")[0] == 0
    status, lines, _ = bosco("user", "list")
    assert status == 0
    assert [line.split()[:2] for line in lines[1:]] == [["alice", "admin"], ["bob@example.org", "manager"]]
    assert "Disabled" in lines[2]
    assert bosco("user", "enable", "bob@example.org")[0] == 0


REFUSED = [
    (["user", "disable", "alice"], 1, "last administrator"),
    (["user", "role", "alice", "viewer"], 1, "last administrator"),
    (["user", "add", "ALICE"], 1, "already an account"),
    (["user", "add", "a b"], 1, "short name"),
    (["user", "add", "x\ny"], 1, "short name"),
    (["user", "add", "bob", "--email", "bob@"], 1, "not an e-mail address"),
    (["user", "reset", "nobody"], 1, "no account “nobody”"),
    (["user", "add"], 2, "LOGIN"),
    (["user", "add", "bob", "--role", "root"], 2, "invalid choice"),
    (["token", "create"], 2, "--role"),
    (["token", "create", "--role", "viewer", "--expires", "soon"], 2, "“soon” is not a duration"),
    (["token", "create", "--role", "viewer", "--expires", "0s"], 1, "ten years at most"),
    (["token", "create", "--role", "viewer", "--expires", "99999y"], 2, "99999y"),
]


def test_what_cannot_be_done_is_said_and_prints_nothing(bosco: Run) -> None:
    bosco("user", "add", "alice", "--role", "admin")
    for command, status, because in REFUSED:
        refused, lines, told = bosco(*command)
        assert refused == status, command
        assert because in told
        assert "Traceback" not in told
        assert lines == []


def test_a_mistyped_folder_does_not_become_an_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["user", "list"], ["token", "list"], ["user", "reset", "alice"], ["token", "revoke", "x"]):
        assert main([*command, "--data", str(tmp_path / "typo"), "--lang", "en"]) == 1
        assert "There is no Bosco in the folder" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_commands_work_while_another_process_holds_the_state(where: str, tmp_path: Path) -> None:
    place = ["--database", where] if "://" in where else ["--data", where]
    server = opened(where)
    try:
        server.write_now(lambda tx: users.add_user(tx, "alice", "admin", actor="test"))
        ran = subprocess.run(
            [sys.executable, "-m", "bosco", "token", "create", "--role", "viewer", *place],
            cwd=tmp_path,
            env={**os.environ, "BOSCO_LANG": "en"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        token = ran.stdout.splitlines()[-1]
        assert server.read_now(lambda tx: recognise(tx, token))
        server.write_now(lambda tx: users.add_user(tx, "bob", "viewer", actor="test"))
    finally:
        server.close()
