"""The real process is killed while letters leave: none is lost, and a duplicate carries the same id."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.channels.test_bring import Server

PROGRAM = Path(__file__).with_name("crash_program.py")
KILLS = 6


def test_letters_survive_a_killed_process(where: str, tmp_path: Path) -> None:
    server = Server()
    environ = {**os.environ, "HOOK": f"http://127.0.0.1:{server.port}/hook"}
    chance, promised = random.Random(), set[str]()
    for life in range(KILLS):
        said = tmp_path / f"said-{life}"
        with said.open("wb") as out:
            process = subprocess.Popen([sys.executable, str(PROGRAM), where], stdout=out, env=environ)
        while said.read_text().count("\n") < chance.randrange(3, 40):
            assert process.poll() is None
            time.sleep(0.005)
        process.kill()
        process.wait()
        promised |= set(said.read_text().split("\n")[:-1])
    subprocess.run([sys.executable, str(PROGRAM), where, "drain"], check=True, env=environ, timeout=100)
    arrived = Counter(json.loads(body)["id"] for *_, body in server.heard)
    named = Counter(headers["idempotency-key"] for _, _, headers, _ in server.heard)
    server.close()
    assert promised - arrived.keys() == set(), "a letter was lost"
    assert named == arrived
    # Three threads are three lanes: no more can be under way when the process dies.
    assert sum(arrived.values()) - len(arrived) <= 3 * KILLS
