"""HTTP over real sockets: every way to frame an answer is read, and no server can hurt."""

import contextlib
import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.targets.loops import LOOPS, real_net, run
from tests.targets.serving import Handler, answering, hang, reset, serving

from bosco.kit.net import NetFailed, Request, Response
from bosco.kit.net_http import parse_head, unpack

OK = b"HTTP/1.1 200 OK\r\n"


def fetched(
    handler: Handler, path: str = "/", loop: str = "uvloop", change: Callable[[Request], Request] | None = None
) -> Response:
    async def story() -> Response:
        async with serving(handler) as port:
            request = Request(f"http://127.0.0.1:{port}{path}")
            return await real_net().fetch(change(request) if change else request)

    return run(story, loop)


def failure(handler: Handler, change: Callable[[Request], Request] | None = None) -> NetFailed:
    with pytest.raises(NetFailed) as caught:
        fetched(handler, change=change)
    return caught.value


@pytest.mark.parametrize("loop", LOOPS)
def test_an_answer_comes_with_the_time_of_each_phase(loop: str) -> None:
    answer = fetched(answering(OK + b"Content-Length: 5\r\nX-A: 1\r\nx-a: 2\r\n\r\nhello, more"), loop=loop)
    assert (answer.status, answer.body, answer.header("X-A")) == (200, b"hello", "1, 2")
    assert list(answer.phases) == ["dns", "connect", "first_byte", "body"]
    assert not answer.cut


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (OK + b"\r\nuntil the end", b"until the end"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n", b"abcde"),
        (OK + b"Transfer-Encoding: gzip, chunked\r\nContent-Length: 1\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK + b"\r\nx", b"x"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\nnot a body", b""),
        (b"HTTP/1.1 304 Not Modified\r\n\r\nnot a body", b""),
        (b"HTTP/1.0 200 OK\nContent-Length: 2\n\nab", b"ab"),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", b"ab"),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"squeezed", mtime=0), b"squeezed"),
        (OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"squeezed"), b"squeezed"),
        (OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"squeezed")[2:-4], b"squeezed"),
        (OK + b"Content-Encoding: br\r\n\r\nas it is", b"as it is"),
        (OK + b"no colon here\r\nContent-Length: 1\r\n\r\nx", b"x"),
    ],
)
def test_every_framing_is_read(said: bytes, body: bytes) -> None:
    assert fetched(answering(said)).body == body


def test_a_head_has_no_body_whatever_it_announces() -> None:
    said = answering(OK + b"Content-Length: 5\r\n\r\n")
    assert fetched(said, change=lambda asked: Request(asked.url, method="HEAD")).body == b""


def test_folded_headers_are_one_header() -> None:
    assert parse_head(OK + b"X-A: one\r\n  two\r\n\tthree\r\n\r\n", "x").headers == (("x-a", "one two three"),)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"220 mail.example ESMTP\r\n", "protocol"),
        (b"\x16\x03\x01\x00\x00", "protocol"),
        (b"HTTP/2 200\r\n\r\n", "protocol"),
        (b"HTTP/1.1 abc\r\n\r\n", "protocol"),
        (b"", "reset"),
        (OK, "reset"),
        (OK + b"Content-Length: 10\r\n\r\nabc", "reset"),
        (OK + b"Content-Length: -1\r\n\r\nabc", "protocol"),
        (OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "protocol"),
        (OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabc", "protocol"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "protocol"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", "reset"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", "protocol"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 5000, "protocol"),
        (OK + b"Content-Encoding: gzip\r\n\r\nnot gzip", "protocol"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 50, "protocol"),
        (OK + b"X: " + b"x" * 200_000, "protocol"),
        (OK + b"X: y\r\n" * 50_000, "protocol"),
    ],
)
def test_a_broken_answer_is_told_as_what_it_is(said: bytes, kind: str) -> None:
    failed = failure(answering(said))
    assert failed.kind == kind
    assert "127.0.0.1" in str(failed)


def test_a_connection_broken_off_is_told_so() -> None:
    assert failure(reset).kind == "reset"


def test_a_closed_port_refuses() -> None:
    async def story() -> None:
        async with serving(hang) as port:
            pass
        await real_net().fetch(Request(f"http://127.0.0.1:{port}/"))

    with pytest.raises(NetFailed) as caught:
        run(story)
    assert caught.value.kind == "refused"
    assert "dns" in caught.value.phases


@pytest.mark.parametrize(
    "said",
    [
        OK + b"Content-Length: 900000000\r\n\r\n" + b"x" * 300_000,
        OK + b"\r\n" + b"x" * 300_000,
        OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n" + b"x" * 300_000,
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 30_000_000, mtime=0),
    ],
)
def test_a_body_is_cut_at_its_limit_and_says_so(said: bytes) -> None:
    answer = fetched(answering(said), change=lambda asked: Request(asked.url, body_limit=100_000))
    assert answer.body == b"x" * 100_000
    assert answer.cut


def test_a_decompression_bomb_stays_small() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 50_000_000), mtime=0)
    assert unpack(bomb, ["gzip", "gzip"], 1000, False, "x") == (bomb, False)
    assert unpack(gzip.compress(b"\0" * 50_000_000, mtime=0), ["gzip"], 1000, False, "x") == (b"\0" * 1000, True)


def test_json_nested_beyond_reason_is_no_json() -> None:
    answer = fetched(answering(OK + b"\r\n" + b"[" * 200_000))
    with pytest.raises(ValueError):
        answer.json()


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
@example(b"HTTP/1.1 200 OK\r\n\0: \xff\r\n\r\n")
def test_no_head_breaks_the_reader(said: bytes) -> None:
    assert parse_head(OK + said, "somewhere").status == 200
    with contextlib.suppress(NetFailed):
        parse_head(said, "somewhere")


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_no_packing_breaks_the_reader(data: bytes, coding: str) -> None:
    with contextlib.suppress(NetFailed):
        assert len(unpack(data, [coding], 1000, False, "somewhere")[0]) <= 1000


def test_what_is_asked_is_what_was_wished() -> None:
    asked: list[bytes] = []
    wished = Request("http://x/", "POST", {"Accept": "text/plain", "X-Own": "é"}, b"body")
    fetched(
        answering(OK + b"\r\n", asked=asked),
        "/a b/é?q=%20ü#part",
        change=lambda base: Request(base.url, wished.method, wished.headers, wished.body),
    )
    head, _, body = asked[0].partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    assert first == "POST /a%20b/%C3%A9?q=%20%C3%BC HTTP/1.1"
    assert body == b"body"
    assert {"Connection: close", "Content-Length: 4", "Accept: text/plain", "X-Own: é"} <= set(lines)
    assert [line for line in lines if line.startswith("user-agent: Bosco/")]


@pytest.mark.parametrize("value", ["a\r\nInjected: 1", "a\nb", "a\0b", "日本"])
def test_a_header_cannot_smuggle_another_one_in(value: str) -> None:
    failed = failure(answering(OK + b"\r\n"), lambda asked: Request(asked.url, headers={"X": value}))
    assert failed.kind == "local"


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://x/", "http://", "http://a b/", "http://x:99999/", "http://[::1/", "ws://x/"]
)
def test_what_is_no_web_address_is_told_so(url: str) -> None:
    with pytest.raises(NetFailed) as caught:
        run(lambda: real_net().fetch(Request(url)))
    assert caught.value.kind == "protocol"
