"""The grpc kind, against an HTTP/2 server that answers the standard health question."""

import asyncio
import contextlib
import ssl
from datetime import timedelta

import h2.config
import h2.connection
import h2.events
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.targets.looking import probe, see
from tests.targets.loops import run
from tests.targets.serving import Handler, greeting, serving

from bosco.demo.authority import Authority
from bosco.kit.clock import RealClock
from bosco.probes.grpc_talk import read_serving, written
from bosco.probes.kind import Reading

NOW = RealClock().read()
OURS = Authority(NOW)
SHOWN = OURS.issue("127.0.0.1", starts=NOW - timedelta(days=9), expires=NOW + timedelta(days=90))
ASKED: list[tuple[dict[str, str], bytes]] = []


def answer_of(data: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """What the server says of itself (fine), of `shop.Orders` (not serving), and of strangers."""
    if data[5:] == b"":
        return b"\0\0\0\0\2\x08\x01", [("grpc-status", "0")]
    if data[7:] == b"shop.Orders":
        return b"\0\0\0\0\2\x08\x02", [("grpc-status", "0")]
    return b"", [("grpc-status", "5"), ("grpc-message", "unknown service")]


def health(http: str = "200") -> Handler:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        talk.initiate_connection()
        asked: dict[int, tuple[dict[str, str], bytes]] = {}
        while data := await reader.read(65536):
            for event in talk.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    asked[event.stream_id] = ({str(name): str(value) for name, value in event.headers}, b"")
                elif isinstance(event, h2.events.DataReceived):
                    headers, said = asked[event.stream_id]
                    asked[event.stream_id] = (headers, said + event.data)
                elif isinstance(event, h2.events.StreamEnded):
                    ASKED.append(asked[event.stream_id])
                    message, trailers = answer_of(asked[event.stream_id][1])
                    talk.send_headers(event.stream_id, [(":status", http), ("content-type", "application/grpc")])
                    talk.send_data(event.stream_id, message)
                    talk.send_headers(event.stream_id, trailers, end_stream=True)
            writer.write(talk.data_to_send())
            await writer.drain()

    return serve


def of(options: str = "", handler: Handler | None = None, tls: ssl.SSLContext | None = None) -> Reading:
    async def story() -> Reading:
        async with serving(handler or health(), tls) as port:
            line = f"{{grpc: '127.0.0.1:{port}', authority: '${{CA}}'{options}}}"
            return await see(line, {"CA": OURS.pem, "T": "t"})

    return run(story)


@pytest.mark.parametrize(
    ("options", "outcome", "because"),
    [
        ("", "up", ""),
        (", asks: shop.Orders", "down", "health (NOT_SERVING) == SERVING"),
        (", asks: nobody", "down", "status (NOT_FOUND unknown service) == OK"),
    ],
)
def test_what_a_server_says_of_itself_is_its_state(options: str, outcome: str, because: str) -> None:
    reading = of(options)
    assert (reading.outcome, reading.because) == (outcome, because)
    assert list(reading.phases) == ["connect", "answer"]


def test_a_server_may_speak_tls_and_want_headers() -> None:
    context = SHOWN.context()
    context.set_alpn_protocols(["h2"])
    assert of(", tls: yes, headers: {Authorization: 'Bearer ${T}'}", tls=context).outcome == "up"
    headers, _ = ASKED[-1]
    assert headers["authorization"] == "Bearer t"
    assert headers[":path"] == "/grpc.health.v1.Health/Check"
    assert headers[":scheme"] == "https"


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (health("503"), "HTTP status (503) == 200"),
        (greeting(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), "does not speak HTTP/2"),
        (greeting(b"\x00" * 3000), "does not speak HTTP/2"),
        (greeting(b"\xff" * 100_000), "does not speak HTTP/2"),
    ],
)
def test_what_is_no_grpc_is_down(handler: Handler, says: str) -> None:
    reading = of(handler=handler)
    assert reading.outcome == "down"
    assert says in str(reading.because)


def test_the_question_is_written_as_protocol_buffers_are() -> None:
    assert written("") == b"\0\0\0\0\0"
    assert written("shop.Orders") == b"\0\0\0\0\x0d\x0a\x0bshop.Orders"
    assert written("x" * 200) == b"\0\0\0\0\xcb\x0a\xc8\x01" + b"x" * 200


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=20))
def test_no_answer_breaks_the_reader(data: bytes) -> None:
    with contextlib.suppress(UnicodeDecodeError):
        assert read_serving(data) in (None, "UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")


def test_the_host_is_what_limits_are_counted_on() -> None:
    assert probe("{grpc: 'orders.internal:50051'}").look.target() == "orders.internal"
