"""Letters, from the transaction that owes them to the far end, against real servers on this machine."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from bosco.channels.model import Action, Letter, Receiver, Section
from bosco.channels.service import Channels
from bosco.journal.store import waiting
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.kit.net import RealNet
from bosco.kit.packed import pack
from bosco.kit.words import msg
from bosco.plan.current import CurrentPlan
from bosco.plan.load import load_texts
from bosco.plan.secrets import Secrets
from bosco.store.parcel import outbox
from bosco.store.store import Store
from bosco.store.worker import Worker
from bosco.web.events import Live

HOSTILE = "<!channel> @everyone *x* <b>\r\nBcc: victim@example.org\u202e"


class Server:
    """A far end that keeps what it hears and answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        server = self

        class Answers(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, more, said = server.answer((self.command, self.path, headers, body))
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815 - the library's names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def answer(self, request: tuple[str, str, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
        self.heard.append(request)
        return self.answers.pop(0) if self.answers else (200, {}, b"{}")

    def bodies(self) -> list[Any]:
        return [json.loads(body) for *_, body in self.heard]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def letter(channel: str, **more: Any) -> Letter:
    words: dict[str, Any] = {
        "event": "opened",
        "thread": "alert:1",
        "title": pack(msg("{service} is down", service="API")),
        "brief": pack(msg("{service} is down", service="API")),
        "sections": (Section(facts=((pack(msg("Since")), "03:00"),), lines=("why not",)),),
        "actions": (Action("acknowledge", pack(msg("I take it")), "https://ops.example.org/ack/x"),),
        "priority": "P1",
        "color": "red",
        "rank": 0,
        "subject": "alert:1",
        "why": pack(msg("new alert in the group")),
    }
    return Letter(channel=channel, **{**words, **more})


class World:
    """The channels of a plan, and the worker that brings their letters."""

    def __init__(self, where: str, plan: str, secrets: dict[str, str]) -> None:
        clock, ids = RealClock(), RealIds()
        loaded = load_texts({"plan.yml": f"plan: Shop\nlanguage: en\n{plan}"})
        assert loaded.plan is not None, [str(one) for one in loaded.mistakes]
        self.store = Store.open(where, clock, ids, durable=False)
        self.store.listeners = {"LetterDelivered": ["story"], "LetterFailed": ["story"]}
        current = CurrentPlan(loaded.plan)
        self.channels = Channels(
            self.store, clock, ids, RealNet(clock), Secrets(Path("/nowhere"), secrets), current, Live()
        )

    def bring(self, *letters: Letter, until: int | None = None) -> list[str]:
        """Post the letters, bring them, and return how each parcel ended."""

        async def main() -> list[str]:
            worker = Worker(self.store, delivers={"letter": self.channels.bring})
            task = asyncio.create_task(worker.run())
            for one in letters:
                await self.store.write(lambda tx, one=one: self.channels.post(tx, one))  # type: ignore[misc]
            for _ in range(400):
                states = await self.store.read(lambda tx: tx.run(_STATES).all())
                if all(row.state != "pending" for row in states) or (until is not None and self.attempts() >= until):
                    break
                await asyncio.sleep(0.02)
            await worker.stop(timedelta(seconds=1))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return [str(row.state) for row in states]

        try:
            return asyncio.run(main())
        finally:
            self.lines = self.store.read_now(lambda tx: [row.what for row in tx.run(_LINES)])
            self.facts = self.store.read_now(lambda tx: [row.key for row in tx.run(_FACTS)])
            self.store.close()

    def attempts(self) -> int:
        return self.store.read_now(lambda tx: max((row.attempts for row in tx.run(_STATES)), default=0))


_STATES = select(outbox.c.state, outbox.c.attempts).where(outbox.c.kind == "letter").order_by(outbox.c.place)
_LINES = select(waiting.c.what).order_by(waiting.c.number)
_FACTS = select(outbox.c.key).where(outbox.c.kind == "fact:story").order_by(outbox.c.place)


def test_a_letter_to_slack_arrives_once_with_nothing_that_slack_would_obey(where: str, server: Server) -> None:
    world = World(where, 'channels: {slack: {slack: "${HOOK}"}}', {"HOOK": f"http://127.0.0.1:{server.port}/hook"})
    ends = world.bring(letter("slack", title=HOSTILE, brief=HOSTILE))
    assert ends == ["delivered"]
    (body,) = server.bodies()
    said = json.dumps(body)
    assert "<!channel>" not in said.replace("plain_text", "")[: len(body["text"])]
    assert body["text"].startswith("&lt;!channel&gt;")
    assert all("mrkdwn" not in json.dumps(block) for block in body["attachments"][0]["blocks"])
    assert world.lines == ["notice.sent"]
    assert world.facts == ["LetterDelivered"]


def test_a_slack_bot_changes_its_own_message_and_answers_in_its_thread(where: str, server: Server) -> None:
    first = json.dumps({"ok": True, "channel": "C1", "ts": "17.1"}).encode()
    server.answers = [(200, {}, first), (200, {}, b'{"ok": true, "channel": "C1", "ts": "17.1"}')] * 2
    plan = f'channels: {{slack: {{slack: "${{TOKEN}}", channel: "#ops", api: "http://127.0.0.1:{server.port}/api"}}}}'
    world = World(where, plan, {"TOKEN": "xoxb-1"})
    assert (
        world.bring(letter("slack"), letter("slack", event="escalated"), letter("slack", event="resolved", ends=True))
        == ["delivered"] * 3
    )
    paths = [path for _, path, _, _ in server.heard]
    assert paths == ["/api/chat.postMessage", "/api/chat.postMessage", "/api/chat.update"]
    bodies = server.bodies()
    assert bodies[1]["thread_ts"] == "17.1"
    assert (bodies[2]["ts"], bodies[2]["channel"]) == ("17.1", "C1")
    assert all(headers["authorization"] == "Bearer xoxb-1" for _, _, headers, _ in server.heard)


def test_what_is_too_much_is_tried_again_when_the_far_end_says_so(where: str, server: Server) -> None:
    server.answers = [(429, {"Retry-After": "0"}, b""), (503, {"Retry-After": "0"}, b""), (200, {}, b"")]
    world = World(where, 'channels: {hook: {webhook: "${HOOK}"}}', {"HOOK": f"http://127.0.0.1:{server.port}/"})
    assert world.bring(letter("hook")) == ["delivered"]
    ids = {headers["idempotency-key"] for _, _, headers, _ in server.heard}
    assert (len(server.heard), len(ids)) == (3, 1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_is_refused_for_good_fails_at_once_and_is_told(where: str, server: Server, status: int) -> None:
    server.answers = [(status, {}, b"token xoxb-secret is bad")]
    world = World(where, 'channels: {hook: {webhook: "${HOOK}"}}', {"HOOK": f"http://127.0.0.1:{server.port}/"})
    assert world.bring(letter("hook")) == ["failed"]
    assert (world.lines, world.facts) == (["notice.failed"], ["LetterFailed"])


def test_a_channel_without_its_secret_fails_with_the_reason_and_the_others_go_on(where: str, server: Server) -> None:
    plan = 'channels: {dumb: {slack: "${UNSET}"}, hook: {webhook: "${HOOK}"}}'
    world = World(where, plan, {"HOOK": f"http://127.0.0.1:{server.port}/"})
    assert world.bring(letter("dumb"), letter("gone"), letter("hook")) == ["failed", "failed", "delivered"]


def test_a_webhook_is_signed_so_that_its_reader_can_be_sure(where: str, server: Server) -> None:
    import hashlib
    import hmac

    plan = 'channels: {hook: {webhook: "${HOOK}", secret: "${KEY}", headers: {X-Own: "${KEY}"}}}'
    world = World(where, plan, {"HOOK": f"http://127.0.0.1:{server.port}/", "KEY": "k"})
    assert world.bring(letter("hook")) == ["delivered"]
    ((_, _, headers, body),) = server.heard
    at, mark = headers["x-bosco-signature"].removeprefix("t=").split(",v1=")
    assert hmac.new(b"k", f"{at}.".encode() + body, hashlib.sha256).hexdigest() == mark
    assert json.loads(body)["links"][0]["kind"] == "acknowledge"


def test_pagerduty_hears_a_trigger_an_acknowledgement_and_an_end_of_one_thing(where: str, server: Server) -> None:
    plan = f'channels: {{pd: {{pagerduty: "${{KEY}}", url: "http://127.0.0.1:{server.port}"}}}}'
    world = World(where, plan, {"KEY": "R0"})
    events = [letter("pd", event=event) for event in ("opened", "acknowledged", "resolved")]
    assert world.bring(*events) == ["delivered"] * 3
    bodies = server.bodies()
    assert [one["event_action"] for one in bodies] == ["trigger", "acknowledge", "resolve"]
    assert {one["dedup_key"] for one in bodies} == {"alert:1"}
    assert bodies[0]["payload"]["severity"] == "critical"


def test_discord_changes_its_message_and_says_it_anew_when_it_was_removed(where: str, server: Server) -> None:
    server.answers = [(200, {}, b'{"id": "9"}'), (200, {}, b'{"id": "9"}'), (404, {}, b""), (200, {}, b'{"id": "10"}')]
    world = World(where, 'channels: {d: {discord: "${HOOK}"}}', {"HOOK": f"http://127.0.0.1:{server.port}/w"})
    assert (
        world.bring(*[letter("d", event=event, title=HOSTILE) for event in ("opened", "changed", "resolved")])
        == ["delivered"] * 3
    )
    assert [(verb, path.partition("?")[0]) for verb, path, _, _ in server.heard] == [
        ("POST", "/w"),
        ("PATCH", "/w/messages/9"),
        ("PATCH", "/w/messages/9"),
        ("POST", "/w"),
    ]
    assert server.bodies()[0]["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("url", ["http", "twilio", "ovh"])
def test_a_text_message_goes_to_each_phone_by_every_provider(where: str, server: Server, url: str) -> None:
    base = f"http://127.0.0.1:{server.port}"
    urls = {
        "http": f"{base}/sms",
        "twilio": f"twilio://AC1:tok@%2B33100000000?base={base}",
        "ovh": f"ovh://app:secret:consumer@sms-1?base={base}",
    }
    world = World(where, 'channels: {sms: {sms: "${SMS}"}}', {"SMS": urls[url]})
    to = (Receiver("devops", "+33639980001"), Receiver("backend", "+33639980002"))
    assert world.bring(letter("sms", to=to)) == ["delivered"]
    assert len(server.heard) == 2
    assert all(b"33639980" in body and b"ops.example.org" in body for *_, body in server.heard)


def test_nobody_with_a_phone_is_a_failure_that_is_told(where: str, server: Server) -> None:
    world = World(where, 'channels: {sms: {sms: "${SMS}"}}', {"SMS": f"http://127.0.0.1:{server.port}/"})
    assert world.bring(letter("sms", to=(Receiver("qa", ""),))) == ["failed"]
    assert server.heard == []


class Mailbox:
    """Keeps what a mail server takes; refuses whom it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - the library's
        if address.startswith("unknown"):
            return "550 no such user"
        if address.startswith("later"):
            return "451 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    import socket

    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def test_a_mail_is_text_and_html_in_its_thread_and_written_by_a_machine(where: str, mail: tuple[Mailbox, int]) -> None:
    box, port = mail
    plan = 'channels: {email: {smtp: "${SMTP}", from: ops@example.org}}'
    world = World(where, plan, {"SMTP": f"smtp://127.0.0.1:{port}"})
    to = (Receiver("devops", "devops@example.org"),)
    assert (
        world.bring(letter("email", to=to, title=HOSTILE), letter("email", to=to, event="resolved"))
        == ["delivered"] * 2
    )
    first, second = box.mails
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Bcc"] is None
    kinds = [part.get_content_type() for part in first.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    html = first.get_payload()[1].get_payload(decode=True).decode()  # type: ignore[union-attr, index]
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


@pytest.mark.parametrize(("address", "end"), [("unknown@example.org", "failed"), ("", "failed")])
def test_a_mailbox_that_does_not_exist_is_a_failure(
    where: str, mail: tuple[Mailbox, int], address: str, end: str
) -> None:
    plan = 'channels: {email: {smtp: "${SMTP}", from: ops@example.org}}'
    world = World(where, plan, {"SMTP": f"smtp://127.0.0.1:{mail[1]}"})
    assert world.bring(letter("email", to=(Receiver("x", address),))) == [end]


def test_a_mail_server_that_asks_to_wait_is_asked_again(where: str, mail: tuple[Mailbox, int]) -> None:
    plan = 'channels: {email: {smtp: "${SMTP}", from: ops@example.org}}'
    world = World(where, plan, {"SMTP": f"smtp://127.0.0.1:{mail[1]}"})
    assert world.bring(letter("email", to=(Receiver("x", "later@example.org"),)), until=1) == ["pending"]
    assert world.lines == []
