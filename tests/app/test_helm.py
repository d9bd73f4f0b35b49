"""Two real processes on one PostgreSQL: one watches, both tell the truth, and when one is killed the other watches."""

import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.running import Running, running
from tests.stores import new_database

KEY = "A" * 43 + "="
PLAN = """\
plan: My app
services:
  site: {{name: Site, sla: 99.9%}}
probes:
  site: {{http: "http://127.0.0.1:{port}/", service: site, every: 1s, timeout: 500ms, confirm: 1}}
  backup: {{heartbeat: 1h, grace: 1h, service: site}}
"""


class Site:
    """A site that counts who asks, and can be told to fail."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[float] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(time.monotonic())
                self.send_response(site.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def looks_within(self, seconds: float) -> int:
        since = time.monotonic() - seconds
        return sum(at > since for at in list(self.asked))


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    threading.Thread(target=site.server.serve_forever, daemon=True).start()
    yield site
    site.server.shutdown()
    site.server.server_close()


def at_the_helm(process: Running) -> bool:
    return re.search(r"^bosco_at_the_helm 1", process.ask("/metrics").text, re.M) is not None


def probe(process: Running, name: str = "site") -> dict[str, Any]:
    found: dict[str, Any] = process.ask(f"/api/v1/probes/{name}").json()
    return found


def until_state(process: Running, state: str, name: str = "site") -> None:
    process.until(
        f"/api/v1/probes/{name}", lambda answer: answer.status == 200 and answer.json()["probe"]["state"] == state
    )


def until_service(process: Running, state: str) -> None:
    process.until("/api/v1/services/site", lambda answer: answer.json()["service"]["state"] == state)


def test_of_two_processes_one_watches_and_a_killed_one_is_taken_over_from(tmp_path: Path) -> None:
    for url in new_database("helm"):
        with serving() as site:
            one, other = tmp_path / "one", tmp_path / "other"
            one.mkdir()
            other.mkdir()
            plan = PLAN.format(port=site.port)
            with (
                running(one, plan, database=url, BOSCO_KEY=KEY) as first,
                running(other, plan, database=url, BOSCO_KEY=KEY) as second,
            ):
                leader, follower = (first, second) if at_the_helm(first) else (second, first)
                assert not at_the_helm(follower)
                until_state(leader, "up")
                until_state(follower, "up")
                time.sleep(3)
                # Two watching processes would ask twice as often.
                assert 1 <= site.looks_within(3) <= 4

                check_what_a_follower_does(leader, follower)
                site.status = 500
                until_state(follower, "down")
                until_service(follower, "down")
                assert "500" in follower.ask("/services/site", Accept="text/html").text

                leader.kill()
                killed = time.monotonic()
                ping(follower, "/start")
                follower.until("/metrics", lambda answer: "bosco_at_the_helm 1" in answer.text)
                assert time.monotonic() - killed < 15
                assert follower.ask("/readyz").status == 200
                # It still is down, as it was: nothing was forgotten, nothing said twice.
                assert probe(follower)["probe"]["state"] == "down"
                site.status = 200
                until_state(follower, "up")
                follower.until("/api/v1/probes/backup", lambda answer: len(answer.json()["heartbeat"]["pings"]) == 2)
                follower.until("/api/v1/timeline?subject=probe:site", lambda answer: "probe.came-back" in answer.text)
                told = [line["what"] for line in follower.ask("/api/v1/timeline?subject=probe:site").json()["lines"]]
                assert told == ["probe.went-down", "probe.came-back"]


def check_what_a_follower_does(leader: Running, follower: Running) -> None:
    assert follower.ask("/readyz").json() == {"ready": True, "reasons": {}}
    # It has the other one look, and knows the answer.
    assert follower.ask("/api/v1/probes/site/check", {}).json()["state"] == "up"
    # A ping that comes to it is heard by the one that watches.
    ping(follower)
    until_state(leader, "up", "backup")
    until_state(follower, "up", "backup")
    until_service(follower, "up")
    # Measures are taken where they are judged; a sender tries again elsewhere.
    assert follower.ask("/api/v1/measures/basket", {"value": 1}).status == 503
    assert leader.ask("/api/v1/measures/basket", {"value": 1}).status == 200


def ping(process: Running, more: str = "") -> None:
    address = probe(process, "backup")["heartbeat"]["address"]
    with urllib.request.urlopen(f"http://127.0.0.1:{process.port}{address}{more}", timeout=10) as answer:
        assert answer.read() == b"OK"
