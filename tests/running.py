"""The real process for tests: started, asked over HTTP, stopped or killed."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PLAN = """\
plan: My app
services:
  site: {name: Site, sla: 99.9%}
probes:
  site: {http: "http://127.0.0.1:9/", service: site, every: 1h}
"""
PATIENCE = 60.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bosco(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bosco", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "LANG": "C", **environment},
    )


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Running:
    """A process that serves."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    token: str = ""
    said: list[str] = field(default_factory=list)

    def ask(self, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Answer:
        """Ask once; any status is an answer."""
        proof = self.token if token is None else token
        data = None if body is None else json.dumps(body).encode()
        more = {"Content-Type": "application/json"} if body is not None else {}
        if proof:
            more["Authorization"] = f"Bearer {proof}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {**more, **headers})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), dict(error.headers))

    def until(self, path: str, holds: Any) -> Any:
        """Ask until the answer is as wanted, and return it."""
        end = time.monotonic() + PATIENCE
        answer = None
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                answer = self.ask(path)
                if holds(answer):
                    return answer
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        log = (self.folder / "log.txt").read_text()
        raise AssertionError(f"{path} never answered as wanted: {answer}\n{log[-3000:]}")

    def stop(self) -> int:
        """Ask it to stop and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait(PATIENCE)


@contextlib.contextmanager
def running(
    folder: Path,
    plan: str | Path = PLAN,
    *,
    role: str = "admin",
    database: str | None = None,
    port: int | None = None,
    **environment: str,
) -> Iterator[Running]:
    """Run `bosco up` on a plan in that folder until the block ends; with an API token of that role."""
    path = plan if isinstance(plan, Path) else folder / "plan.yml"
    if isinstance(plan, str):
        path.write_text(plan)
    where = ["--data", str(folder / "data"), *(["--database", database] if database else [])]
    port = port or free_port()
    with (folder / "log.txt").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bosco", "up", "--plan", str(path), *where, "--port", str(port)],
            stdout=log,
            stderr=log,
            text=True,
            env={**os.environ, "LANG": "C", **environment},
        )
    alive = Running(process, port, folder)
    try:
        alive.until("/readyz", lambda answer: answer.status == 200)
        made = bosco("token", "create", "--role", role, "--name", "tests", *where)
        assert made.returncode == 0, made.stderr
        alive.token = made.stdout.strip().splitlines()[-1]
        yield alive
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE)
