"""The link that takes a matter: opened by a scanner it does nothing, pressed by a person it does, once."""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.running import Running, running

PLAN = """\
plan: Shop
language: en
url: http://127.0.0.1:9
team: {devops: {name: DevOps, email: devops@example.org, phone: "+33639980001", roles: [admin]}}
on_call: {duty: {people: [devops], rotate: weekly}}
services: {api: {name: API, down: P1}}
probes: {api: {http: "http://127.0.0.1:9/", service: api, every: 1s, confirm: 1}}
channels: {sms: {sms: "http://127.0.0.1:FAR/sms"}}
notify: {P1: {sms: on-call}}
"""


@pytest.fixture(scope="module")
def texts() -> Iterator[tuple[int, list[str]]]:
    heard: list[str] = []

    class Far(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Far)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, heard
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def link(texts: tuple[int, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, str]]:
    plan = PLAN.replace("FAR", str(texts[0]))
    with running(tmp_path_factory.mktemp("ack"), plan) as alive:
        alive.until("/livez", lambda _: bool(texts[1]))
        found = re.search(r"/ack/\S+", texts[1][0])
        assert found, texts[1]
        yield alive, f"http://127.0.0.1:{alive.port}{found[0]}"


def test_a_scanner_changes_nothing_and_a_click_does(link: tuple[Running, str], texts: tuple[int, list[str]]) -> None:
    _, address = link
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    for _ in range(3):
        page = opener.open(address, timeout=20).read().decode()
        assert "Nobody has it yet." in page
    for wrong in (urllib.request.Request(address, b"", method="POST"), urllib.request.Request(f"{address}x")):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(wrong, timeout=20)
    token = re.search(r'name="forgery_token" value="([^"]+)"', page)
    assert token
    body = f"forgery_token={token[1]}".encode()
    answer = opener.open(urllib.request.Request(address, body), timeout=20).read().decode()
    assert "DevOps has it." in answer
    again = opener.open(address, timeout=20).read().decode()
    assert "I take it" not in again
