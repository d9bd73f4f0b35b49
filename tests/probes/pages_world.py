"""A real Bosco that watches a small real server, for the tests of pages; the server does as it is told."""

import contextlib
import json
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.running import Answer, Running, bosco, running

HOSTILE = "<script>alert(1)</script>"


class Told:
    """What each path answers: a status and a document."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, object]] = {}

    def answer(self, path: str) -> tuple[int, object]:
        return self.answers.get(
            path, (200, {"status": "healthy", "checks": {"database": "healthy", "redis": "healthy"}})
        )


@contextlib.contextmanager
def target(told: Told) -> Iterator[int]:
    """Serve on a free port of 127.0.0.1 until the block ends."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, document = told.answer(self.path)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


PLAN = """\
plan: CESIZen
language: en
timezone: Europe/Paris
priorities:
  P1: {name: Critical, color: red, blink: true}
services:
  web: {name: {fr: Application web, en: Web application}, sla: 99.5%, needs: [api], down: P1, url: "https://cesizen.app"}
  api: {name: API Core, sla: 99.9%, needs: [database], down: P1, over_sla: "Penalty <b>now</b>", group: Inside}
  database: {name: "<img src=x onerror=alert(1)>", sla: 99.95%, group: Inside}
  alone: {name: Nobody looks}
environments:
  staging: {name: Staging, url: "https://staging.cesizen.app", sla: 99%}
  production: {name: Production, url: "https://cesizen.app"}
calendar:
  - {name: Move <b>now</b>, every: day, at: "00:00", lasts: 24h, impact: outage, services: [alone]}
probes:
  web: {http: "http://127.0.0.1:PORT/", service: web, every: 1s}
  api-health:
    http: "http://127.0.0.1:PORT/api"
    service: api
    every: 1s
    confirm: 1
    expect: {status: 200, json: {status: healthy}}
  parts: {http: "http://127.0.0.1:PORT/parts/health", service: web, every: 1h}
  database: {http: "http://127.0.0.1:PORT/database", service: database, every: 1s, environment: staging}
  resting: {postgres: "postgresql://user:secret@127.0.0.1:9/app", every: 1h, paused: true}
  backup: {heartbeat: "30 2 * * *", grace: 1h, service: database}
"""


class House:
    """The running process, what it watches, and a token for each role."""

    def __init__(self, alive: Running, told: Told) -> None:
        self.alive = alive
        self.told = told
        where = ["--data", str(alive.folder / "data")]
        self.tokens = {
            role: bosco("token", "create", "--role", role, "--name", role, *where).stdout.strip().splitlines()[-1]
            for role in ("viewer", "responder", "manager")
        }

    def page(self, path: str, role: str = "manager", language: str = "en", **headers: str) -> Answer:
        """Ask for a page as a person of that role reads it."""
        return self.alive.ask(
            path, token=self.tokens[role], **{"Accept": "text/html", "Accept-Language": language, **headers}
        )

    def post(self, path: str, role: str, /, **fields: str) -> Answer:
        """Send a form as a person of that role."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.alive.port}{path}",
            urllib.parse.urlencode(fields).encode(),
            {
                "Authorization": f"Bearer {self.tokens[role]}",
                "Accept": "text/html",
                "Content-Type": "application/x-www-form-urlencoded",
                "HX-Request": "true",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(), dict(error.headers))


@contextlib.contextmanager
def watching(folder: Path, plan: str = PLAN) -> Iterator[House]:
    """Run Bosco until the block ends; the API's answer is what the server tells to be broken."""
    told = Told()
    told.answers["/api"] = (500, {"status": HOSTILE})
    with target(told) as port, running(folder, plan.replace("PORT", str(port))) as alive:
        yield House(alive, told)
