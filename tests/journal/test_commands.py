"""`bosco journal verify` and `bosco journal tail`, as somebody types them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.journal.book import Book

from bosco.cli.main import main
from bosco.store.store import Store

Bosco = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(where: str, store: Store) -> list[str]:
    return ["--database", where] if store.on_postgresql else ["--data", where]


@pytest.fixture
def bosco(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bosco:
    monkeypatch.setenv("BOSCO_LANG", "en")

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["journal", *words])
        return status, *capsys.readouterr()

    return run


def test_a_whole_journal_is_said_so_with_an_anchor_to_keep(bosco: Bosco, book: Book, place: list[str]) -> None:
    book.fill(9)
    book.write("late")
    status, out, err = bosco("verify", *place)
    assert status == 0
    assert out.startswith("The journal is whole. Lines: 9\n9:")
    assert "Lines that wait for their place: 1" in err
    anchor = out.splitlines()[-1]
    assert bosco("verify", *place, "--anchor", anchor)[0] == 0
    status, out, err = bosco("verify", *place, "--anchor", "9:" + "0" * 64)
    assert (status, out) == (1, "")
    assert "does not fit the digest that was given" in err


def test_a_broken_journal_is_refused_with_the_first_place(bosco: Bosco, book: Book, place: list[str]) -> None:
    book.fill(9)
    book.falsify("UPDATE journal_lines SET why = 'x' WHERE place = 5", "DELETE FROM journal_lines WHERE place = 8")
    status, out, err = bosco("verify", *place)
    assert (status, out) == (1, "")
    assert "The journal is not whole. Line 5 was altered" in err
    status, _, err = bosco("verify", *place, "--lang", "fr")
    assert "Le journal n’est pas intact. La ligne 5" in err


@pytest.mark.parametrize("anchor", ["", "5", "5:abc", "x:" + "0" * 64, "²:" + "0" * 64])
def test_what_is_no_anchor_is_refused(bosco: Bosco, book: Book, place: list[str], anchor: str) -> None:
    status, out, err = bosco("verify", *place, "--anchor", anchor)
    assert (status, out) == (1, "")
    assert "not an anchor" in err


def test_a_mistyped_folder_is_refused_and_not_made(bosco: Bosco, tmp_path: Path) -> None:
    for command in ("verify", "tail"):
        status, _, err = bosco(command, "--data", str(tmp_path / "typo"))
        assert status == 1
        assert "There is no Bosco" in err
    assert not (tmp_path / "typo").exists()


def test_the_last_lines_are_printed_and_cannot_move_the_terminal(bosco: Bosco, book: Book, place: list[str]) -> None:
    book.fill(5)
    book.write("probe:api", what="probe.went-down", why="\x1b[2J\x1b]0;owned\x07\nnew line")
    book.settle()
    status, out, _ = bosco("tail", *place, "-n", "2")
    assert status == 0
    assert len(out.splitlines()) == 2
    assert "\x1b" not in out
    assert out.splitlines()[1].startswith("6  2026-03-02T08:00:00+00:00  bosco  api is down:")
    assert bosco("tail", *place, "--subject", "n:*", "-n", "1")[1].split()[0] == "5"
    _, out, _ = bosco("tail", *place, "--json", "-n", "1")
    assert json.loads(out)["subject"] == "probe:api"


def test_following_prints_what_comes(book: Book, place: list[str]) -> None:
    book.write("bosco", "other")
    book.settle()
    command = [sys.executable, "-m", "bosco", "journal", "tail", *place, "-n", "1", "-f", "--subject", "b*"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as following:
        assert following.stdout
        assert following.stdout.readline().split()[0] == "1"
        book.write("other", "bee", "bear")
        book.settle()
        assert [following.stdout.readline().split()[0] for _ in range(2)] == ["4", "5"]
        following.kill()
