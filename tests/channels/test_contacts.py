"""Whoever is reached confirms that it is them, by a code or a link; who says STOP gets no more text messages."""

import asyncio
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.channels.test_bring import Server, World, letter
from tests.probes.pages_world import House, Told
from tests.running import running

from bosco.accounts.vault import Vault
from bosco.channels.contacts import Contacts
from bosco.channels.model import Receiver
from bosco.channels.replies import Reply, digits, read_reply, wish_of
from bosco.channels.signed import Confirm, Signed
from bosco.kit.ids import RealIds
from bosco.kit.refusal import Refusal

PHONE = "+33 6 39 98 00 01"
TEAM = f"url: https://ops.example.org\nteam: {{devops: {{name: DevOps, phone: '{PHONE}'}}, qa: {{}}}}\n"
PLAN = f"{TEAM}channels: {{sms: {{sms: '${{SMS}}'}}}}"
KEY = {"BOSCO_KEY": "A" * 43 + "="}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def contacts_of(world: World) -> Contacts:
    vault = Vault(Path("/nowhere"), KEY, RealIds())
    return Contacts(world.store, RealIds(), vault, world.channels._current, world.channels)


async def sent(world: World, contacts: Contacts) -> str:
    """Ask for a code, and return what the text message said."""
    posted: list[str] = []
    post = world.channels.post

    def keep(tx: object, one: object, at: object = None) -> str:
        posted.append(str(one.brief["values"]["code"]))  # type: ignore[attr-defined]
        return post(tx, one, at)  # type: ignore[arg-type]

    world.channels.post = keep  # type: ignore[method-assign]
    await contacts.ask("devops", "phone", "user:admin")
    world.channels.post = post  # type: ignore[method-assign]
    return posted[0]


def test_a_code_confirms_once_and_is_worth_nothing_after_five_wrong_ones(where: str) -> None:
    async def main() -> None:
        world = World(where, PLAN, {"SMS": "http://127.0.0.1:9/"})
        contacts = contacts_of(world)
        assert [(one.person, one.verified_at) for one in await contacts.everybody()] == [("devops", None)]
        code = await sent(world, contacts)
        assert re.fullmatch(r"\d{6}", code)
        wrong = "000000" if code != "000000" else "000001"
        with pytest.raises(Refusal, match="wait a minute"):
            await contacts.ask("devops", "phone", "user:admin")
        for _ in range(4):
            with pytest.raises(Refusal, match="not the code"):
                await contacts.confirm_by_code("devops", "phone", wrong)
        await contacts.confirm_by_code("devops", "phone", code)
        (one,) = await contacts.everybody()
        assert one.verified_at is not None
        with pytest.raises(Refusal, match="no longer good"):
            await contacts.confirm_by_code("devops", "phone", code)
        with pytest.raises(Refusal, match="no such address"):
            await contacts.confirm_by_code("qa", "phone", code)
        world.store.close()

    asyncio.run(main())


def test_five_wrong_codes_end_it(where: str) -> None:
    async def main() -> None:
        world = World(where, PLAN, {"SMS": "http://127.0.0.1:9/"})
        contacts = contacts_of(world)
        code = await sent(world, contacts)
        for _ in range(5):
            with pytest.raises(Refusal, match="not the code"):
                await contacts.confirm_by_code("devops", "phone", "x")
        with pytest.raises(Refusal, match="no longer good"):
            await contacts.confirm_by_code("devops", "phone", code)
        world.store.close()

    asyncio.run(main())


def test_stop_holds_every_text_message_however_the_phone_is_written_until_start(where: str, server: Server) -> None:
    async def hear(wish: str) -> None:
        world = World(where, PLAN, {"SMS": "http://127.0.0.1:9/"})
        await contacts_of(world).heard("sms", "33639980001", wish)  # type: ignore[arg-type]
        world.store.close()

    secrets = {"SMS": f"http://127.0.0.1:{server.port}/sms"}
    to = (Receiver("devops"),)
    asyncio.run(hear("stop"))
    assert World(where, PLAN, secrets).bring(letter("sms", to=to)) == ["failed"]
    assert server.heard == []
    asyncio.run(hear("start"))
    assert World(where, PLAN, secrets).bring(letter("sms", to=to, thread="alert:2")) == ["failed", "delivered"]


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("STOP", "stop"),
        (" stop. merci", "stop"),
        ("Arrêt", "stop"),
        ("UNSUBSCRIBE", "stop"),
        ("start", "start"),
        ("Oui", "start"),
        ("do not stop", None),
        ("", None),
        ("\x00\ud800", None),
    ],
)
def test_the_first_word_says_what_is_wanted(said: str, wish: str | None) -> None:
    assert wish_of(said) == wish


@pytest.mark.parametrize(
    ("body", "kind", "reply"),
    [
        (
            b"From=%2B33639980001&Body=STOP&AccountSid=AC1",
            "application/x-www-form-urlencoded",
            Reply("33639980001", "stop"),
        ),
        (
            b'{"senderid": "x", "sender": "0033639980001", "message": "STOP"}',
            "application/json",
            Reply("33639980001", "stop"),
        ),
        (b'[{"from": "+33639980001", "text": "hello"}]', "application/json", Reply("33639980001", None)),
        (b"{", "application/json", None),
        (b"[" * 9000, "application/json", None),
        (b"\xff\xfe&=&" * 500, "text/plain", None),
        (b"From=12&Body=STOP", "application/x-www-form-urlencoded", None),
        (b"", "", None),
    ],
)
def test_what_a_gateway_hands_on_is_read_or_left(body: bytes, kind: str, reply: Reply | None) -> None:
    assert read_reply(body, kind, {}) == reply
    assert digits("+33 (0)6") == "3306"


def test_a_link_that_is_forged_cut_or_old_confirms_nothing() -> None:
    signed, now = Signed(Vault(Path("/nowhere"), KEY, RealIds())), datetime(2026, 3, 2, tzinfo=UTC)
    link = Confirm("dev~ops", "é@example.org", now + timedelta(hours=1))
    token = signed.path(link).removeprefix("/confirm/")
    assert signed.read(token, now).address.endswith("é@example.org")
    for wrong in (token[:-1], f"A{token}", "", ".", "x" * 2000, token.replace(".", ".x")):
        with pytest.raises(Refusal):
            signed.read(wrong, now)
    with pytest.raises(Refusal):
        signed.read(token, now + timedelta(hours=1))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Server]]:
    far = Server()
    with running(
        tmp_path_factory.mktemp("contacts"), f"plan: Shop\n{PLAN}", SMS=f"http://127.0.0.1:{far.port}/"
    ) as alive:
        yield House(alive, Told()), far
    far.close()


def test_a_click_confirms_and_a_scanner_does_not(house: tuple[House, Server]) -> None:
    pages, far = house
    assert pages.post("/contacts/devops/phone/ask", "viewer").status == 403
    assert pages.post("/contacts/devops/phone/ask", "responder").status == 200
    pages.alive.until("/api/v1/letters?state=delivered", lambda answer: bool(answer.json()))
    assert "Unconfirmed" in pages.page("/contacts").text
    address = signed_path(pages)
    assert "Nothing happens until" in pages.page(address).text
    assert "Unconfirmed" in pages.page("/contacts").text
    assert pages.post(address, "responder").status == 200
    assert "Confirmed" in pages.page("/contacts", language="en").text
    assert "code is" in far.heard[0][3].decode()
    assert "Send a code" not in pages.page("/contacts").text


def signed_path(pages: House) -> str:
    vault = Vault(pages.alive.folder / "data", {}, RealIds())
    return Signed(vault).path(Confirm("devops", PHONE.replace(" ", ""), datetime.now(UTC) + timedelta(hours=1)))


def test_a_phone_that_says_stop_is_shown_and_only_by_the_right_address(house: tuple[House, Server]) -> None:
    pages, _ = house
    body = urllib.parse.urlencode({"From": PHONE, "Body": "STOP"}).encode()
    assert pages.alive.ask("/sms/sms/forged", {"from": PHONE, "text": "STOP"}).status == 404
    vault = Vault(pages.alive.folder / "data", {}, RealIds())
    address = f"http://127.0.0.1:{pages.alive.port}{Signed(vault).replies_path('sms')}"
    with urllib.request.urlopen(urllib.request.Request(address, body), timeout=20) as answer:
        assert answer.read() == b"<Response/>"
    assert "Wants no text messages" in pages.page("/contacts").text
