"""Slack on loopback: its web interface for a bot, and calls that are signed as Slack signs them."""

import contextlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

TOKEN, SIGNING = "xoxb-1-2-three", "8f742231b10e8888abcd99yyyzzz85a5"
PLACE = "C024BE91L"


@dataclass
class Message:
    """A message of a channel, and the words below it."""

    ts: str
    body: dict[str, Any]
    edits: int = 0
    thread: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return json.dumps(self.body, ensure_ascii=False)


class Slack:
    """What a workspace knows."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.whispers: list[str] = []
        self.emails = {"U0ADA": "ada@example.org"}
        self.asked: list[str] = []
        # How often the next calls are answered with “too often”.
        self.too_often = 0
        self.port = 0
        self._lock = threading.Lock()

    def answer(self, verb: str, body: dict[str, Any], proof: str) -> tuple[int, dict[str, Any]]:
        with self._lock:
            if proof != f"Bearer {TOKEN}":
                return 200, {"ok": False, "error": "invalid_auth"}
            self.asked.append(verb)
            if self.too_often and verb.startswith("chat."):
                self.too_often -= 1
                return 429, {"ok": False, "error": "ratelimited"}
            return 200, self._done(verb, body)

    def _done(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        if verb == "users.info":
            email = self.emails.get(body["user"])
            return {"ok": True, "user": {"id": body["user"], "profile": {"email": email} if email else {}}}
        if verb == "chat.postMessage" and body.get("thread_ts"):
            self.messages[body["thread_ts"]].thread.append(body["text"])
            return {"ok": True, "channel": PLACE, "ts": f"{time.time():.6f}"}
        if verb == "chat.postMessage":
            ts = f"17000000{len(self.messages):02}.000100"
            self.messages[ts] = Message(ts, body)
            return {"ok": True, "channel": PLACE, "ts": ts}
        if verb == "chat.update" and body.get("channel") == PLACE and body.get("ts") in self.messages:
            found = self.messages[body["ts"]]
            found.body, found.edits = body, found.edits + 1
            return {"ok": True, "channel": PLACE, "ts": body["ts"]}
        return {"ok": False, "error": "message_not_found"}

    def of(self, number: str) -> Message | None:
        return next((one for one in self.messages.values() if number in one.shown), None)


@contextlib.contextmanager
def slack() -> Iterator[Slack]:
    """Serve until the block ends."""
    made = Slack()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if self.path == "/whisper":
                made.whispers.append(json.loads(raw)["text"])
                self._say(200, {})
                return
            as_json = self.headers["Content-Type"].startswith("application/json")
            verb = self.path.removeprefix("/api/")
            # What only reads takes no JSON, as with the real one.
            if as_json == verb.startswith("users."):
                self._say(200, {"ok": False, "error": "invalid_arguments"})
                return
            body = json.loads(raw) if as_json else dict(parse_qsl(raw))
            self._say(*made.answer(verb, body, self.headers.get("Authorization", "")))

        def _say(self, status: int, document: dict[str, Any]) -> None:
            told = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def call(
    port: int, path: str, body: bytes, kind: str, *, secret: str = SIGNING, age: int = 0
) -> tuple[int, dict[str, Any]]:
    """Call Bosco as Slack does: signed over the time and the body."""
    stamp = str(int(time.time()) - age)
    made = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/slack/{path}", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def says(port: int, text: str, user: str = "U0ADA", name: str = "ada.l", **more: Any) -> str:
    """Type `/incident …` and return the answer."""
    form = {"command": "/incident", "text": text, "user_id": user, "user_name": name, "team_id": "T1"}
    status, told = call(port, "commands", urlencode(form).encode(), "application/x-www-form-urlencoded", **more)
    return str(told.get("text", told)) if status == 200 else f"{status} {told}"


def presses(port: int, fake: int, action: str, number: str, user: str = "U0ADA") -> int:
    """Press a button."""
    payload = {
        "type": "block_actions",
        "user": {"id": user, "username": "ada.l"},
        "actions": [{"action_id": action, "value": number, "type": "button"}],
        "response_url": f"http://127.0.0.1:{fake}/whisper",
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return call(port, "actions", body, "application/x-www-form-urlencoded")[0]


def writes(port: int, text: str, ts: str, user: str = "U0ADA", event_id: str = "Ev1", **event: Any) -> int:
    """Write below a message."""
    told = {"type": "message", "channel": PLACE, "user": user, "text": text, "ts": "1.2", "thread_ts": ts, **event}
    sent = {"type": "event_callback", "event_id": event_id, "event": told}
    return call(port, "events", json.dumps(sent).encode(), "application/json")[0]
