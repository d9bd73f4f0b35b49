"""TLS over real sockets: what is trusted, what is told of a certificate, and who may see ours."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from tests.targets.loops import LOOPS, real_net, run
from tests.targets.serving import Handler, answering, greeting, hang, serving

from bosco.demo.authority import Authority
from bosco.kit.clock import RealClock
from bosco.kit.net import Connection, NetFailed, Peer, Request, Response, TlsWish, timed_out
from bosco.kit.net_tls import context_for, read_certificate

NOW = RealClock().read().replace(microsecond=0)
DAY = timedelta(days=1)
OURS = Authority(NOW)
GOOD = OURS.issue("localhost", "127.0.0.1", starts=NOW - DAY, expires=NOW + 40 * DAY)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TRUSTING = TlsWish(authority=OURS.pem)


def fetched(
    context: ssl.SSLContext,
    wish: TlsWish,
    host: str = "127.0.0.1",
    loop: str = "uvloop",
    handler: Handler | None = None,
) -> Response:
    async def story() -> Response:
        async with serving(handler or answering(OK), context) as port:
            return await real_net().fetch(Request(f"https://{host}:{port}/", tls=wish))

    return run(story, loop)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_trusted_certificate_is_told_with_its_end(loop: str, host: str) -> None:
    answer = fetched(GOOD.context(), TRUSTING, host, loop)
    assert answer.body == b"ok"
    assert answer.certificate is not None
    assert answer.certificate.expires == NOW + 40 * DAY
    assert answer.certificate.names == ("localhost", "127.0.0.1")
    assert list(answer.phases) == ["dns", "connect", "tls", "first_byte", "body"]


@pytest.mark.parametrize(
    ("issued", "wish", "says"),
    [
        (OURS.issue("localhost", starts=NOW - 9 * DAY, expires=NOW - DAY), TRUSTING, "the certificate has expired"),
        (OURS.issue("localhost", starts=NOW + DAY, expires=NOW + 9 * DAY), TRUSTING, "not valid yet"),
        (OURS.issue("else.where", starts=NOW - DAY, expires=NOW + DAY), TRUSTING, "for another name"),
        (GOOD, TlsWish(), "an authority that is not trusted here"),
        (GOOD, TlsWish(authority=OURS.pem, name="else.where"), "for another name"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_told_why(issued: object, wish: TlsWish, says: str) -> None:
    with pytest.raises(NetFailed, match=says) as caught:
        fetched(issued.context(), wish, "localhost")  # type: ignore[attr-defined]
    assert caught.value.kind == "tls"
    assert "connect" in caught.value.phases


def test_a_plan_may_look_without_trust_and_still_sees_the_certificate() -> None:
    expired = OURS.issue("x", starts=NOW - 9 * DAY, expires=NOW - DAY)
    answer = fetched(expired.context(), TlsWish(verify=False), "localhost")
    assert answer.certificate is not None
    assert answer.certificate.expires == NOW - DAY


def test_another_name_may_be_asked_for() -> None:
    other = OURS.issue("internal.example", starts=NOW - DAY, expires=NOW + DAY)
    assert fetched(other.context(), TlsWish(authority=OURS.pem, name="internal.example")).status == 200


def test_a_client_certificate_is_shown_where_one_is_asked_for() -> None:
    mine = OURS.issue("bosco", starts=NOW - DAY, expires=NOW + DAY)
    context = GOOD.context(asks=OURS.pem)
    wish = TlsWish(authority=OURS.pem, certificate=mine.certificate, key=mine.key)
    assert fetched(context, wish).status == 200
    with pytest.raises(NetFailed):
        fetched(context, TRUSTING)


def test_a_certificate_of_ours_that_cannot_be_read_is_our_trouble() -> None:
    with pytest.raises(NetFailed) as caught:
        context_for(TlsWish(certificate="rubbish", key="secret-key"))
    assert caught.value.kind == "local"
    assert "secret-key" not in str(caught.value)
    assert "secret-key" not in repr(TlsWish(key="secret-key"))


def test_a_server_that_speaks_no_tls_is_told_so() -> None:
    async def story() -> None:
        async with serving(greeting(b"220 mail.example ESMTP\r\n")) as port:
            await real_net().fetch(Request(f"https://127.0.0.1:{port}/"))

    with pytest.raises(NetFailed, match="does not speak TLS with us") as caught:
        run(story)
    assert caught.value.kind == "tls"


@pytest.mark.parametrize("loop", LOOPS)
def test_a_connection_goes_on_in_tls(loop: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"STARTTLS\r\n"
        writer.write(b"go\r\n")
        await writer.start_tls(GOOD.context())
        writer.write(b"secret " + await reader.readline())
        await writer.drain()

    async def story() -> Peer:
        async with serving(serve) as port:
            connection: Connection = await real_net().connect("localhost", port, family=4)
            await connection.write(b"STARTTLS\r\n")
            assert await connection.read_until(b"\n") == b"go\r\n"
            await connection.start_tls(TRUSTING)
            await connection.write(b"word\r\n")
            assert await connection.read_until(b"\n") == b"secret word\r\n"
            peer = connection.peer
            connection.close()
            return peer

    peer = run(story, loop)
    assert peer.certificate == peer.chain[0]
    assert peer.tls == "TLSv1.3"


def test_what_was_said_in_clear_before_the_handshake_is_refused() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"go\r\ninjected: yes\r\n")
        await reader.read(1)

    async def story() -> None:
        async with serving(serve) as port:
            connection = await real_net().connect("127.0.0.1", port)
            try:
                await connection.read_until(b"\n")
                await connection.start_tls(TRUSTING)
            finally:
                connection.close()

    with pytest.raises(NetFailed, match="spoke before the TLS handshake"):
        run(story)


def test_a_handshake_that_hangs_is_told_as_such() -> None:
    limit = timedelta(milliseconds=300)

    async def story() -> NetFailed:
        async with serving(hang) as port:
            try:
                async with RealClock().limit(limit):
                    await real_net().fetch(Request(f"https://127.0.0.1:{port}/"))
            except TimeoutError as error:
                return timed_out(error, limit)
        raise AssertionError

    failed = run(story)
    assert str(failed).startswith("no TLS handshake within 300")
    assert list(failed.phases) == ["dns", "connect"]


def test_a_certificate_with_thousands_of_names_is_kept_short() -> None:
    names = [f"name-{number}.example" for number in range(1500)]
    huge = OURS.issue("127.0.0.1", *names, starts=NOW - DAY, expires=NOW + DAY)
    answer = fetched(huge.context(), TRUSTING)
    assert answer.certificate is not None
    assert len(answer.certificate.names) == 100


def test_rubbish_is_no_certificate() -> None:
    assert read_certificate(b"") is None
    assert read_certificate(b"\x30\x82" + b"x" * 500) is None
    der = ssl.PEM_cert_to_DER_cert(GOOD.certificate)
    assert read_certificate(der[:-5]) is None
    read = read_certificate(der)
    assert read is not None
    assert read.starts == (NOW - DAY).astimezone(UTC)
    assert isinstance(read.expires, datetime)
