"""The command kind, with real programs."""

import json
import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.targets.looking import mistakes, probe, see, seen
from tests.targets.loops import run

from bosco.probes.kind import Reading
from bosco.probes.kinds.command import figures


def of(program: str, options: str = "", limit: float = 30, secrets: dict[str, str] | None = None) -> Reading:
    command = json.dumps([sys.executable, "-S", "-c", f"from sys import exit; {program}"])
    return run(lambda: see(f"{{command: {command}{options}}}", secrets, limit), "asyncio")


@pytest.mark.parametrize(
    ("program", "options", "outcome", "because"),
    [
        ("pass", "", "up", ""),
        ("exit(3)", "", "down", "status (3) == 0"),
        ("exit(3)", ", expect: {status: 3}", "up", ""),
        ("print('OK all well')", ", expect: {contains: well, matches: ^OK}", "up", ""),
        ("print('all ill')", ", expect: {contains: well}", "down", 'output ("all ill\\n") ∋ "well" "all ill"'),
        (
            "print('LOAD WARNING | load=5;4;8'); exit(1)",
            ", style: nagios",
            "degraded",
            'status (1) == 0 "LOAD WARNING"',
        ),
        ("print('bad'); exit(2)", ", style: nagios", "down", 'status (2) == 0 "bad"'),
        ("exit(3)", ", style: nagios", "unknown", "status (3) == 0"),
        ("exit(77)", ", style: nagios", "unknown", "status (77) == 0"),
        ("import sys; sys.stderr.write('broken'); exit(1)", "", "down", 'status (1) == 0 "broken"'),
        ("pass", ", expect: {time: < 1us}", "degraded", "time ("),
    ],
)
def test_how_a_program_ends_is_how_things_are(program: str, options: str, outcome: str, because: str) -> None:
    reading = of(program, options)
    assert reading.outcome == outcome
    assert reading.because == because or (because.startswith("time") and because in str(reading.because))


def test_figures_behind_the_bar_are_kept() -> None:
    reading = of("print(\"DISK OK | /=2643MB;5948;5958;0;5968 'free inodes'=93%;10 bad=x\")", ", style: nagios")
    assert reading.measures == {"/": 2643, "free inodes": 93}


def test_a_program_that_does_not_end_is_ended_and_down() -> None:
    reading = of("import time; time.sleep(60)", limit=3)
    assert reading.outcome == "down"
    assert "did not end within" in str(reading.because)


def test_a_program_that_is_not_there_is_unknown() -> None:
    reading = seen("{command: /no/such/program}")
    assert reading.outcome == "unknown"
    assert "No such file" in str(reading.because)


def test_secrets_reach_the_program_and_not_the_reader() -> None:
    reading = of(
        "import os; print('token is ' + os.environ['TOKEN']); exit(1)",
        ", variables: {TOKEN: '${T}'}",
        secrets={"T": "s3cret"},
    )
    assert reading.because == 'status (1) == 0 "token is •••"'


def test_a_program_runs_where_it_is_told_and_without_a_shell(tmp_path: Path) -> None:
    reading = seen(f"{{command: 'pwd -P', folder: {tmp_path}, expect: {{contains: {tmp_path.name}}}}}")
    assert reading.outcome == "up"
    line = shlex.join([sys.executable, "-S", "-c", "import sys; print(sys.argv[1])", "$HOME; ls"])
    assert seen(f"{{command: {json.dumps(line)}, expect: {{contains: '$HOME; ls'}}}}").outcome == "up"


def test_mistakes_and_place() -> None:
    assert "holds a quote that is not closed" in mistakes('{command: "it\'s"}')[0]
    assert len(mistakes("{command: []}")) == 1
    assert probe("{command: ls}").look.on_this_machine


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_no_output_breaks_the_reader(said: str) -> None:
    figures(said)
