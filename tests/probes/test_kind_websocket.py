"""The websocket kind, against a real server, and against some that break the rules."""

import asyncio
import base64
import hashlib

import pytest
from aiohttp import WSMsgType, web
from tests.targets.looking import mistakes, probe, see
from tests.targets.loops import run
from tests.targets.serving import Handler, answering, greeting, serving

from bosco.probes.kind import Reading


async def chat(request: web.Request) -> web.StreamResponse:
    if request.query.get("refuse"):
        return web.Response(status=403)
    socket = web.WebSocketResponse(protocols=("chat",))
    await socket.prepare(request)
    await socket.send_str(f"hello {request.headers.get('Authorization', 'stranger')}")
    await socket.ping(b"are you there")
    async for message in socket:
        if message.type == WSMsgType.TEXT and message.data == "big":
            await socket.send_str("x" * 70_000 + " end")
        elif message.type == WSMsgType.TEXT and message.data == "bye":
            await socket.close()
        elif message.type == WSMsgType.TEXT:
            await socket.send_str(f"you said {message.data}")
    return socket


def of(options: str = "", query: str = "") -> Reading:
    async def story() -> Reading:
        app = web.Application()
        app.router.add_get("/socket", chat)
        runner = web.AppRunner(app, handle_signals=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            port = runner.addresses[0][1]
            line = f"{{websocket: 'ws://127.0.0.1:{port}/socket{query}'{options}}}"
            return await see(line, {"T": "t0ken"})
        finally:
            await runner.cleanup()

    return run(story)


@pytest.mark.parametrize(
    ("options", "outcome", "because"),
    [
        ("", "up", ""),
        (", expect: {contains: hello stranger}", "up", ""),
        (", auth: {bearer: '${T}'}, expect: {contains: hello Bearer t0ken}", "up", ""),
        (", send: ping, expect: {contains: you said ping, matches: '^hello'}", "up", ""),
        (", send: [one, two], expect: {contains: [said one, said two]}", "up", ""),
        (", send: big, expect: {matches: 'x end$'}", "up", ""),
        (", send: bye, expect: {contains: never}", "down", 'message ("hello stranger") ∋ "never"'),
        (", expect: {protocol: chat}", "up", ""),
        (", expect: {protocol: other}", "down", "protocol (∅) == other"),
    ],
)
def test_messages_are_held_against_what_is_expected(options: str, outcome: str, because: str) -> None:
    reading = of(options)
    assert (reading.outcome, reading.because) == (outcome, because)


def test_an_upgrade_that_is_refused_is_down() -> None:
    reading = of(query="?refuse=1")
    assert (reading.outcome, reading.because) == ("down", "status (403) == 101")


def upgraded(frames: bytes) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.startswith("Sec-WebSocket-Key"))
        magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1((key + magic).encode()).digest()).decode()
        start = f"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        writer.write(start.encode() + frames)
        await writer.drain()
        await reader.read()

    return handle


@pytest.mark.parametrize(
    ("handler", "outcome", "says"),
    [
        (upgraded(b"\x01\x03abc\x80\x03def"), "up", ""),
        (upgraded(b"\x81\x83abcdefg"), "down", "sends no WebSocket frames"),
        (upgraded(b"\xf1\x00"), "down", "sends no WebSocket frames"),
        (upgraded(b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), "down", "sends no WebSocket frames"),
        (upgraded(b"\x88\x00"), "down", "message (∅)"),
        (upgraded((b"\x01\x7e\xff\xff" + b"x" * 65535) * 20), "down", "sends no WebSocket frames"),
        (answering(b"HTTP/1.1 101 X\r\nSec-WebSocket-Accept: wrong\r\n\r\n"), "down", "does not upgrade"),
        (answering(b"HTTP/1.1 200 OK\r\n\r\nhello"), "down", "status (200) == 101"),
        (greeting(b"SSH-2.0-OpenSSH\r\n\r\n"), "down", "does not answer in HTTP"),
    ],
)
def test_who_breaks_the_rules_cannot_hurt(handler: Handler, outcome: str, says: str) -> None:
    async def story() -> Reading:
        async with serving(handler) as port:
            return await see(f"{{websocket: 'ws://127.0.0.1:{port}/', expect: {{contains: abcdef}}}}")

    reading = run(story)
    assert reading.outcome == outcome
    assert says in str(reading.because)


def test_mistakes_and_target() -> None:
    assert "is not the address of a WebSocket" in mistakes("{websocket: 'https://x.example'}")[0]
    assert probe("{websocket: 'wss://live.example.org/s'}").look.target() == "live.example.org"
