"""The promise: an alert answered 2xx is on disk, every notice it owes is a row, and each row ends, whatever is killed.

The real process is killed at random while alerts arrive and Slack, a mail server and a text message gateway receive.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import BigInteger, Column, select, type_coerce, update
from tests.channels.test_bring import Mailbox, Server
from tests.running import free_port

from bosco.channels.store import letters as sent
from bosco.kit.clock import RealClock
from bosco.kit.ids import RealIds
from bosco.notices.store import letters, mentions, owed, tellings
from bosco.store.parcel import outbox
from bosco.store.store import Store
from bosco.store.tables import metadata
from bosco.store.timers import timers
from bosco.store.tx import Tx
from bosco.store.types import Instant

NURSERY = Path(__file__).with_name("nursery.py")
KILLS = 6
SENDERS = 3
SECRET = "s" * 32
PLAN = """\
plan: Shop
language: en
team: {devops: {name: DevOps, email: devops@example.org, phone: "+33639980001", roles: [admin]}}
receivers: {prometheus: {alertmanager: "${AM}", priority: P1}}
incidents: {open: [], ticket: []}
channels: {slack: {slack: "${SLACK}"}, email: {smtp: "${SMTP}", from: ops@example.org}, sms: {sms: "${SMS}"}}
priorities: {P1: {color: red}}
notify: {P1: {slack: now, email: now, sms: devops}}
"""
WAYS = {"slack", "email", "sms"}


class Flaky(Server):
    """A far end that is slow, and says now and then that it is not the moment."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def answer(self, request: tuple[str, str, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
        time.sleep(self._chance.random() * 0.05)
        if self._chance.random() < 0.1:
            # What was refused has not arrived.
            return 503, {"Retry-After": "1"}, b""
        self.heard.append(request)
        return 200, {}, b"ok"


@dataclass
class Lives:
    """The process that is killed and born again, and what it has answered for."""

    nursery: "subprocess.Popen[str]"
    port: int
    log: Path
    accepted: set[str] = field(default_factory=set)
    count: int = 0

    def begin(self) -> int:
        """Start it, and wait until it answers."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write("live\n")
        self.nursery.stdin.flush()
        pid = int(self.nursery.stdout.readline())
        end = time.monotonic() + 60
        while self.ask("GET", "/livez") != 200:
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.02)
        return pid

    def kill(self, pid: int) -> None:
        """End it without a word."""
        assert self.nursery.stdout is not None
        os.kill(pid, signal.SIGKILL)
        assert self.nursery.stdout.readline() == "gone\n"

    def ask(self, verb: str, path: str, body: Any = None) -> int | None:
        """Return the status of an answer, or None if none came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            said = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}
            connection.request(verb, path, said, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def wait_for(self, more: int) -> None:
        """Wait until so many more alerts have been taken."""
        wanted, end = len(self.accepted) + more, time.monotonic() + 60
        while len(self.accepted) < wanted:
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.002)

    def send(self, over: threading.Event) -> None:
        """Send alerts until it is over, and remember which were taken."""
        while not over.is_set():
            self.count += 1
            name = f"A{self.count}-{threading.get_ident()}"
            labels = {"alertname": name, "severity": "critical", "job": f"job{self.count % 40}"}
            if self.ask("POST", "/api/v2/alerts", [{"labels": labels}]) == 200:
                self.accepted.add(name)


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@contextlib.contextmanager
def lives(folder: Path, where: str, environ: dict[str, str]) -> Iterator[Lives]:
    plan, log, port = folder / "plan.yml", folder / "log.txt", free_port()
    plan.write_text(PLAN)
    place = ["--database", where, "--data", str(folder / "own")] if "://" in where else ["--data", where]
    arguments = ["up", "--plan", str(plan), "--port", str(port), *place]
    log.touch()
    nursery = subprocess.Popen(
        [sys.executable, str(NURSERY), str(log), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    )
    try:
        yield Lives(nursery, port, log)
    finally:
        nursery.kill()
        nursery.communicate()


def test_nothing_that_was_promised_is_lost(where: str, tmp_path: Path, mail: tuple[Mailbox, int]) -> None:
    chance = random.Random()
    slack, gateway = Flaky(chance), Flaky(chance)
    environ = {
        "AM": SECRET,
        "SLACK": f"http://127.0.0.1:{slack.port}/hook",
        "SMS": f"http://127.0.0.1:{gateway.port}/sms",
        "SMTP": f"smtp://127.0.0.1:{mail[1]}",
    }
    with lives(tmp_path, where, environ) as all_of_them:
        for _ in range(KILLS):
            pid, over = all_of_them.begin(), threading.Event()
            senders = [threading.Thread(target=all_of_them.send, args=(over,)) for _ in range(SENDERS)]
            for one in senders:
                one.start()
            all_of_them.wait_for(chance.randrange(2, 20))
            time.sleep(chance.random() * 0.05)
            all_of_them.kill(pid)
            over.set()
            for one in senders:
                one.join()
        # What is told a minute later, or waits for a lease to end, need not be waited for in earnest.
        let_pass(where, timedelta(minutes=2))
        pid = all_of_them.begin()
        until_nothing_waits(where, all_of_them)
        all_of_them.kill(pid)
    assert len(all_of_them.accepted) > KILLS
    missing = look(where, all_of_them.accepted, slack, mail[0], gateway)
    slack.close()
    gateway.close()
    assert missing == []


def let_pass(where: str, span: timedelta) -> None:
    """Let time pass: every instant that is kept lies further back."""
    tables = [one for one in metadata.sorted_tables if one.name.startswith(("store_", "notices_", "channels_"))]
    passed = int(span.total_seconds() * 1_000_000)

    def earlier(column: Column[Any]) -> Any:
        return type_coerce(type_coerce(column, BigInteger) - passed, BigInteger)

    def write(tx: Tx) -> None:
        for table in tables:
            instants = [one for one in table.columns if isinstance(one.type, Instant)]
            if instants:
                tx.run(update(table).values({one: earlier(one) for one in instants}))

    opened = Store.open(where, RealClock(), RealIds(), durable=False)
    opened.write_now(write)
    opened.close()


def until_nothing_waits(where: str, running: Lives) -> None:
    opened = Store.open(where, RealClock(), RealIds(), durable=False)
    end = time.monotonic() + 60
    try:
        while left := opened.read_now(_waiting):
            assert time.monotonic() < end, f"{left} still wait\n{running.log.read_text()[-3000:]}"
            time.sleep(0.1)
    finally:
        opened.close()


def _waiting(tx: Tx) -> int:
    parcels = tx.run(select(outbox.c.id).where(outbox.c.state == "pending")).all()
    flushes = tx.run(select(timers.c.key).where(timers.c.name == "notices.flush", timers.c.due <= tx.at)).all()
    return len(parcels) + len(flushes)


def look(where: str, accepted: set[str], slack: Server, box: Mailbox, gateway: Server) -> list[str]:
    """Return what is missing: of each alert that was taken, through each way that owes it."""
    opened = Store.open(where, RealClock(), RealIds(), durable=False)
    found = opened.read_now(_account)
    opened.close()
    heard = {
        "email": {str(one["Message-ID"]).strip("<>").partition("@")[0].upper() for one in box.mails},
        "sms": {json.loads(body)["id"] for *_, body in gateway.heard},
    }
    titles = [json.dumps(json.loads(body), ensure_ascii=False) for *_, body in slack.heard]
    missing = []
    for name in sorted(accepted):
        matter = found.matters.get(name)
        if matter is None:
            missing.append(f"{name}: no row of it")
            continue
        for way in WAYS:
            state, ids = found.told.get((matter, way), ("never owed", set()))
            if state == "superseded":
                continue
            arrived = ids & heard[way] if way in heard else {one for one in ids if found.seen_in(one, titles)}
            if state != "told" or not arrived:
                missing.append(f"{name} by {way}: {state}, letters {len(ids)}, arrived {len(arrived)}")
    ended = set(found.states)
    assert ended <= {"delivered", "superseded"}, ended
    return missing


@dataclass
class Account:
    """What the rows say: the matter of each alert, and of each matter and way how it stands and by which letters."""

    matters: dict[str, str]
    told: dict[tuple[str, str], tuple[str, set[str]]]
    titles: dict[str, str]
    states: list[str]

    def seen_in(self, letter: str, bodies: list[str]) -> bool:
        return any(self.titles[letter] in body for body in bodies)


def _account(tx: Tx) -> Account:
    from bosco.alerts.store import alerts
    from bosco.kit.packed import unpack
    from bosco.kit.words import say

    matters = {row.labels["alertname"]: f"alert:{row.id}" for row in tx.run(select(alerts.c.id, alerts.c.labels))}
    told: dict[tuple[str, str], tuple[str, set[str]]] = {}
    for row in tx.run(select(owed)):
        told[row.matter, row.bundle.split("|")[0]] = (row.state, set())
    carried = (
        select(mentions.c.matter, letters.c.id, letters.c.channel)
        .join(tellings, tellings.c.id == mentions.c.telling)
        .join(letters, letters.c.telling == tellings.c.id)
        .where(letters.c.state == "delivered")
    )
    for row in tx.run(carried):
        told.setdefault((row.matter, row.channel), ("never owed", set()))[1].add(row.id)
    rows = tx.run(select(sent.c.id, sent.c.title, sent.c.state)).all()
    titles = {row.id: str(say(unpack(row.title), "en")) for row in rows}
    return Account(matters, told, titles, [row.state for row in rows])
