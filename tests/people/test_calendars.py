"""A rotation that is kept in a calendar elsewhere: read over HTTP, kept when it cannot be read, on both stores."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.people.conftest import Desk
from tests.people.rota import instant, plan_of

from bosco.kit.clock import VirtualClock
from bosco.kit.net import RealNet
from bosco.kit.refusal import Refusal
from bosco.people.calendars import Calendars
from bosco.plan.secrets import Secrets
from bosco.store.store import Store


class Elsewhere:
    """A calendar on a real server."""

    def __init__(self) -> None:
        self.status, self.text, self.port = 200, "", 0

    def holds(self, *entries: tuple[str, str, str]) -> None:
        lines = ["BEGIN:VCALENDAR"]
        for title, start, end in entries:
            lines += ["BEGIN:VEVENT", f"UID:{title}{start}", f"SUMMARY:{title}", f"DTSTART:{start}", f"DTEND:{end}"]
            lines.append("END:VEVENT")
        self.status, self.text = 200, "\r\n".join([*lines, "END:VCALENDAR", ""])


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    there = Elsewhere()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = there.text.encode()
            self.send_response(there.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    there.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield there
    server.shutdown()
    thread.join(10)
    server.server_close()


class Kept(Desk):
    """The desk with a rotation that a calendar keeps."""

    def __init__(self, store: Store, clock: VirtualClock, port: int) -> None:
        super().__init__(store, clock, f'  rota: {{name: Rota, calendar: "http://127.0.0.1:{port}/on-call.ics"}}\n')
        self.calendars = Calendars(store, clock, RealNet(clock), Secrets(None, {}), self.current, self.on_call)

    def who(self, at: str) -> str:
        return " ".join(self.on_call.on_duty("rota", instant(at)))

    async def state(self) -> Any:
        found = (await self.calendars.kept())["rota"]
        return found.entries, None if found.trouble is None else str(found.trouble)


@pytest.fixture
def kept(store: Store, clock: VirtualClock, elsewhere: Elsewhere) -> Kept:
    return Kept(store, clock, elsewhere.port)


# The clock stands at Monday 2 March 2026, 08:00.
def test_who_is_on_call_follows_the_calendar(kept: Kept, elsewhere: Elsewhere) -> None:
    async def story() -> None:
        elsewhere.holds(
            ("DevOps", "20260302T070000Z", "20260303T070000Z"), ("Backend", "20260303T070000Z", "20260304T070000Z")
        )
        await kept.calendars.read("rota")
        assert (kept.who("2026-03-02T12:00"), kept.who("2026-03-03T12:00")) == ("devops", "backend")
        assert await kept.state() == (2, None)
        # What somebody says here counts more, also after the calendar has been read again.
        await kept.on_call.stand_in(
            "rota", "rssi", instant("2026-03-03T10:00"), instant("2026-03-03T11:00"), by="me", reason=""
        )
        elsewhere.holds(
            ("Backend", "20260302T070000Z", "20260303T070000Z"),
            ("Backend", "20260303T070000Z", "20260304T070000Z"),
            ("DevOps", "20260303T070000Z", "20260304T070000Z"),
        )
        await kept.calendars.read("rota")
        assert kept.who("2026-03-02T12:00") == "backend"
        assert sorted(kept.who("2026-03-03T12:00").split()) == ["backend", "devops"]
        assert kept.who("2026-03-03T10:30") == "rssi"

    kept.run(story)


def test_a_calendar_that_cannot_be_read_changes_nothing_and_is_told(kept: Kept, elsewhere: Elsewhere) -> None:
    async def story() -> None:
        elsewhere.holds(
            ("DevOps", "20260302T070000Z", "20260303T070000Z"), ("Nobody", "20260304T070000Z", "20260305T070000Z")
        )
        await kept.calendars.read("rota")
        assert await kept.state() == (1, "entries that name nobody of the team: 1")
        for status, text, why in ((500, "", "it answered 500"), (200, "<html>", "this is no calendar")):
            elsewhere.status, elsewhere.text = status, text
            await kept.calendars.read("rota")
            entries, trouble = await kept.state()
            assert (entries, why in trouble) == (1, True)
            assert kept.who("2026-03-02T12:00") == "devops"

    kept.run(story)


def test_a_file_says_who_is_on_call_until_it_is_taken_away(kept: Kept, elsewhere: Elsewhere) -> None:
    async def story() -> None:
        elsewhere.holds(
            ("Backend", "20260302T070000Z", "20260303T070000Z"), ("Who?", "20260303T070000Z", "20260304T070000Z")
        )
        found = await kept.calendars.take_file("rota", elsewhere.text.encode(), by="me")
        assert (len(found.entries), found.unknown) == (1, 1)
        assert kept.who("2026-03-02T12:00") == "backend"
        with pytest.raises(Refusal):
            await kept.calendars.take_file("rota", b"<html>", by="me")
        with pytest.raises(Refusal):
            await kept.calendars.take_file("none", elsewhere.text.encode(), by="me")
        assert kept.who("2026-03-02T12:00") == "backend"
        await kept.calendars.forget_file("rota", by="me")
        assert kept.who("2026-03-02T12:00") == ""

    kept.run(story)


def test_what_comes_from_a_calendar_goes_with_it(kept: Kept, elsewhere: Elsewhere) -> None:
    async def story() -> None:
        elsewhere.holds(("DevOps", "20260302T070000Z", "20260303T070000Z"))
        await kept.calendars.read("rota")
        kept.current.replace(plan_of("  rota: {name: Rota, people: [backend], from: 2026-01-05}\n", "UTC"))
        await kept.calendars._forget_others()
        assert kept.who("2026-03-02T12:00") == "backend"

    kept.run(story)
