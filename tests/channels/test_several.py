"""A letter to several phones, bodies that a plan writes, and what counts as a failure of a channel."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.channels.test_bring import Server, World, letter

from bosco.channels.deliveries import Delivery, find
from bosco.channels.fill import filled
from bosco.channels.give_up import gives_up_after
from bosco.channels.model import Receiver
from bosco.channels.section import CHANNELS, ways_out
from bosco.channels.store import letters, reached
from bosco.channels.traffic import Traffic
from bosco.kit.refusal import Refusal
from bosco.plan.load import load_texts
from bosco.store.outbox import find as find_parcel
from bosco.store.parcel import outbox
from bosco.store.worker import Worker

PHONES = ("+33639980001", "+33639980002", "+33639980003")
TO = tuple(Receiver(f"p{n}", phone) for n, phone in enumerate(PHONES))
PLAN = "channels: {sms: {sms: '${SMS}'}}"


class Gateway(Server):
    """Answers each phone as it is told, whatever the order in which they are tried."""

    def __init__(self) -> None:
        super().__init__()
        self.by_phone: dict[str, list[int]] = {}

    def answer(self, request: tuple[str, str, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
        self.heard.append(request)
        left = self.by_phone.get(json.loads(request[3])["to"], [])
        status = left.pop(0) if left else 200
        return status, {"Retry-After": "0"} if status >= 500 else {}, b""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_a_phone_that_fails_stops_no_other_and_repeats_none(where: str, gateway: Gateway) -> None:
    gateway.by_phone = {PHONES[0]: [503]}
    world = World(where, PLAN, {"SMS": f"http://127.0.0.1:{gateway.port}/sms"})
    assert world.bring(letter("sms", to=TO)) == ["delivered"]
    heard = [json.loads(body)["to"] for *_, body in gateway.heard]
    assert Counter(heard) == {PHONES[0]: 2, PHONES[1]: 1, PHONES[2]: 1}
    ids: dict[str, set[str]] = {}
    for _, _, headers, body in gateway.heard:
        ids.setdefault(json.loads(body)["to"], set()).add(headers["idempotency-key"])
    assert len({one for some in ids.values() for one in some}) == 3, "a gateway would take the second for the first"
    assert all(len(some) == 1 for some in ids.values()), "a repetition has the same id"


def test_a_phone_that_is_refused_is_told_of_and_the_others_have_it(where: str, gateway: Gateway) -> None:
    gateway.by_phone = {PHONES[1]: [400]}
    world = World(where, PLAN, {"SMS": f"http://127.0.0.1:{gateway.port}/sms"})
    ended: list[object] = []
    world.store.listeners = {"LetterFailed": ["story"]}
    close = world.store.close

    def look() -> None:
        fact = select(outbox.c.body).where(outbox.c.kind == "fact:story")
        ended.extend(world.store.read_now(lambda tx: tx.run(fact).scalars().all()))
        ended.append(world.store.read_now(lambda tx: tx.run(select(reached)).all()))
        ended.extend(world.store.read_now(lambda tx: tx.run(select(letters.c.state)).scalars().all()))
        close()

    world.store.close = look  # type: ignore[method-assign]
    assert world.bring(letter("sms", to=TO)) == ["failed"]
    assert len(gateway.heard) == 3
    assert world.lines == ["notice.sent", "notice.failed"]
    assert [one["person"] for one in ended[0]["to"]] == ["p1"]  # type: ignore[index]
    assert ended[1:] == [[], "failed"]


TEMPLATES = {
    "application/x-www-form-urlencoded": "to={to}&text={text}",
    "application/json": '{"to": "{to}", "text": "{text}"}',
    "text/xml; charset=utf-8": "<sms to='{to}'>{text}</sms>",
}
HOSTILE = "a&to=+666\"}, <b> {to} é 'x' \\ \n ]]>"


def test_a_value_stays_inside_its_field_of_a_form() -> None:
    form = parse_qs(
        filled(TEMPLATES["application/x-www-form-urlencoded"], _values(), "Application/X-WWW-Form-URLEncoded")
    )
    assert form == {"to": [PHONES[0]], "text": [HOSTILE]}


def test_a_value_stays_inside_its_field_of_json_and_xml() -> None:
    assert json.loads(filled(TEMPLATES["application/json"], _values(), "application/json")) == _values()
    from xml.etree import ElementTree as ET

    found = ET.fromstring(filled(TEMPLATES["text/xml; charset=utf-8"], _values(), "text/xml; charset=utf-8"))
    assert (found.get("to"), found.text) == (PHONES[0], HOSTILE)


@given(st.text())
def test_no_text_breaks_out_of_a_form_or_of_json(text: str) -> None:
    values = {"text": text}
    assert json.loads(filled('"{text}"', values, "application/problem+json")) == text
    form = filled("a={text}&b=1", values, "application/x-www-form-urlencoded")
    if text.isprintable():
        assert parse_qs(form, keep_blank_values=True) == {"a": [text], "b": ["1"]}
    else:
        assert form.count("&") == 1


def _values() -> dict[str, str]:
    return {"to": PHONES[0], "text": HOSTILE}


def test_a_gateway_that_takes_a_form_gets_one(where: str, server: Server) -> None:
    plan = """channels:
  sms: {sms: "${SMS}", headers: {content-type: application/x-www-form-urlencoded}, body: "dest={to}&msg={text}"}"""
    world = World(where, plan, {"SMS": f"http://127.0.0.1:{server.port}/sms"})
    assert world.bring(letter("sms", to=TO[:1], brief="50 % & rising")) == ["delivered"]
    ((_, _, headers, body),) = server.heard
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    form = parse_qs(body.decode())
    assert form["dest"] == [PHONES[0]]
    assert form["msg"][0].startswith("50 % & rising ")


def test_how_long_is_tried_follows_the_priority_and_not_a_colour() -> None:
    plan = load_texts({"plan.yml": "plan: X\nchannels: {a: {slack: x}, b: {slack: x, gives_up: 3h}}\n"}).plan
    assert plan is not None
    a, b = plan[CHANNELS]["a"], plan[CHANNELS]["b"]
    spans = [gives_up_after(letter("a", color="red", rank=rank), a) for rank in (0, 1, 2, None)]
    assert spans == [timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=24), timedelta(hours=24)]
    assert gives_up_after(letter("b", rank=0), b) == timedelta(hours=3)


def test_a_far_end_that_has_enough_is_left_alone_and_its_fuse_stays_whole(where: str, server: Server) -> None:
    server.answers = [(429, {"Retry-After": "0"}, b"")] * 8
    world = World(where, 'channels: {hook: {webhook: "${HOOK}"}}', {"HOOK": f"http://127.0.0.1:{server.port}/"})
    assert world.bring(letter("hook"), until=3) == ["pending"]
    fuse = world.channels._traffic.fuse("hook")
    assert (fuse.failures, fuse.is_doubtful) == (0, False)


def test_bosco_s_own_pages_are_a_way_out_of_every_plan(where: str) -> None:
    world = World(where, "services: {api: {}}", {})
    assert [*ways_out(world.channels._current.plan)] == ["in-app"]
    assert world.bring(letter("in-app")) == ["delivered"]


def test_a_letter_that_failed_is_sent_again_with_its_id_and_only_then(where: str, server: Server) -> None:
    server.answers = [(400, {}, b"")]

    async def main() -> list[str]:
        world = World(where, "channels: {hook: {webhook: '${HOOK}'}}", {"HOOK": f"http://127.0.0.1:{server.port}/"})
        worker = Worker(world.store, delivers={"letter": world.channels.bring})
        running = asyncio.create_task(worker.run())
        its_id = await world.store.write(lambda tx: world.channels.post(tx, letter("hook")))
        assert (await _ended(world, its_id)).state == "failed"
        assert (await world.channels.retry(its_id, "user:devops")).state == "waiting"
        assert (await _ended(world, its_id)).state == "delivered"
        with pytest.raises(Refusal):
            await world.channels.retry(its_id, "user:devops")
        await worker.stop(timedelta(seconds=1))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        world.store.close()
        return [headers["idempotency-key"] for _, _, headers, _ in server.heard]

    first, second = asyncio.run(main())
    assert first == second


async def _ended(world: World, letter_id: str) -> Delivery:
    for _ in range(400):
        found, parcel = await world.store.read(lambda tx: (find(tx, letter_id), find_parcel(tx, letter_id)))
        # Its end is told a moment before its parcel is put away.
        if found is not None and found.state != "waiting" and parcel is not None and parcel.state != "pending":
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it never ended")


def test_no_more_leaves_than_the_far_end_is_known_to_take_unless_the_plan_says_otherwise() -> None:
    text = "plan: X\nchannels: {a: {discord: x}, b: {discord: x, limit: 1/min}, c: {webhook: 'https://x.example'}}\n"
    plan = load_texts({"plan.yml": text}).plan
    assert plan is not None
    traffic, now = Traffic(), datetime(2026, 3, 2, tzinfo=UTC)
    left = {}
    for name in "abc":
        channel = plan[CHANNELS][name]
        left[name] = sum(traffic.hinders(name, channel, now) is None for _ in range(20))
        again = traffic.hinders(name, channel, now + timedelta(seconds=2))
        assert (again is None) == (name != "b")
    assert left == {"a": 5, "b": 1, "c": 20}
