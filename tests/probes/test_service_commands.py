"""`bosco probe run` looks at real targets and says what it saw."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bosco.cli.main import main


class _Target(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/well" else 500)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Target)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def plan(target: str, tmp_path: Path) -> str:
    file = tmp_path / "plan.yml"
    file.write_text(
        "plan: {en: Shop}\nprobes:\n"
        f"  well: {{http: '{target}/well'}}\n"
        f"  broken: {{http: '{target}/broken'}}\n"
        "  nightly: {heartbeat: 1d}\n"
    )
    return str(file)


def test_everything_is_looked_at_once(plan: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "run", "--plan", plan]) == 1
    told = capsys.readouterr()
    well, broken = told.out.splitlines()
    assert well.startswith("✓ well ")
    assert broken.startswith("✗ broken ")
    assert "status (500)" in broken
    assert told.err == "nightly is a heartbeat: its job comes to Bosco\n"


def test_one_that_is_well_ends_well(plan: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "run", "well", "--json", "--plan", plan]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["probe"], told["outcome"]) == ("well", "up")
    assert told["seconds"] > 0
    assert {"connect", "first_byte"} <= told["phases"].keys()


def test_a_name_that_is_not_in_the_plan_is_refused_in_french(plan: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "run", "wel", "--plan", plan, "--lang", "fr"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "Aucune sonde ne s’appelle wel.\n  Le plan contient : broken, nightly, well\n"


def test_a_wrong_plan_is_told_with_its_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "plan.yml").write_text("plan: {en: Shop}\nprobes:\n  a: {htp: 'https://example.org'}\n")
    assert main(["probe", "run", "--plan", str(tmp_path / "plan.yml")]) == 1
    assert "plan.yml:3:" in capsys.readouterr().err
