"""Another program is bounded in time and output, and ends for certain."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bosco.kit.clock import RealClock
from bosco.kit.processes import OUTPUT_LIMIT, Ran, RealProcesses

LONG = timedelta(seconds=30)


def run(code: str, limit: timedelta = LONG, stdin: bytes = b"") -> Ran:
    return asyncio.run(RealProcesses(RealClock()).run([sys.executable, "-c", code], limit=limit, stdin=stdin))


def test_a_program_tells_its_status_and_what_it_said() -> None:
    ran = run("import sys; print(sys.stdin.read()); print('no', file=sys.stderr); sys.exit(3)", stdin=b"yes")
    assert (ran.status, ran.output, ran.errors) == (3, b"yes\n", b"no\n")


def test_a_program_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    child = f"import time; time.sleep(3); open({str(sign)!r}, 'w')"
    ran = run(
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)",
        limit=timedelta(seconds=1),
    )
    assert ran.status is None
    asyncio.run(asyncio.sleep(3))
    assert not sign.exists()


def test_what_a_program_says_is_cut_but_the_program_goes_on() -> None:
    ran = run("print('x' * 10_000_000)")
    assert (ran.status, len(ran.output), ran.cut) == (0, OUTPUT_LIMIT, True)


def test_a_program_that_does_not_exist_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        asyncio.run(RealProcesses(RealClock()).run(["/does/not/exist"], limit=LONG))
