"""Redirects: followed as far as allowed, and no secret leaves with them."""

import pytest
from tests.targets.loops import real_net, run
from tests.targets.serving import answering, serving

from bosco.kit.net import NetFailed, Request, Response, TlsWish
from bosco.kit.net_fetch import followed


def moved(status: int, where: str) -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {where}\r\nContent-Length: 900000\r\n\r\n".encode()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_redirect_is_followed_to_its_end_and_remembered() -> None:
    asked: list[bytes] = []

    async def story() -> None:
        async with serving(answering(moved(301, "/b?x"), moved(302, "c"), OK, asked=asked)) as port:
            answer = await real_net().fetch(Request(f"http://127.0.0.1:{port}/a/", redirects=2))
            assert (answer.status, answer.url) == (200, f"http://127.0.0.1:{port}/c")
            assert [url.rpartition("/")[2] for url in answer.redirects] == ["", "b?x"]

    run(story)
    assert [head.split()[1] for head in asked] == [b"/a/", b"/b?x", b"/c"]


def test_a_redirect_is_an_answer_when_none_is_to_be_followed() -> None:
    async def story() -> Response:
        async with serving(answering(moved(302, "/b").replace(b"900000", b"0"))) as port:
            return await real_net().fetch(Request(f"http://127.0.0.1:{port}/"))

    assert run(story).status == 302


def test_a_circle_of_redirects_ends() -> None:
    async def story() -> None:
        async with serving(answering(moved(302, "/"))) as port:
            await real_net().fetch(Request(f"http://127.0.0.1:{port}/", redirects=5))

    with pytest.raises(NetFailed, match="sent on more than 5 times"):
        run(story)


@pytest.mark.parametrize(
    "where", ["file:///etc/passwd", "gopher://x/", "http://[::1", "http://", "javascript:alert(1)"]
)
def test_a_redirect_cannot_leave_the_web(where: str) -> None:
    async def story() -> None:
        async with serving(answering(moved(302, where))) as port:
            await real_net().fetch(Request(f"http://127.0.0.1:{port}/", redirects=5))

    with pytest.raises(NetFailed) as caught:
        run(story)
    assert caught.value.kind == "protocol"


SECRETS = {"Authorization": "Bearer x", "Cookie": "c", "X-Api-Key": "k", "Accept": "text/html"}


def test_secrets_stay_with_the_first_origin() -> None:
    shown = TlsWish(certificate="cert", key="key", name="other")
    request = Request("https://a.example/x", headers=SECRETS, tls=shown)
    for elsewhere in ("https://b.example/x", "http://a.example/x", "https://a.example:444/x"):
        after = followed(request, 302, elsewhere)
        assert after.headers == {"Accept": "text/html"}
        assert after.tls == TlsWish()
    assert followed(request, 302, "https://a.example/y").headers == SECRETS
    assert followed(request, 302, "https://a.example:443/y").tls == shown


def test_user_and_password_of_the_address_stay_with_its_origin_too() -> None:
    request = Request("http://me:pass%20word@a.example/x")
    assert followed(request, 302, "http://a.example/y").headers == {"Authorization": "Basic bWU6cGFzcyB3b3Jk"}
    assert followed(request, 302, "http://b.example/y").headers == {}


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("PUT", 302, "PUT"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ],
)
def test_the_method_changes_as_browsers_do(method: str, status: int, then: str) -> None:
    request = Request("http://a/", method, {"Content-Type": "x"}, b"body")
    after = followed(request, status, "http://a/b")
    assert after.method == then
    assert (after.body, dict(after.headers)) == (
        (b"", {}) if then == "GET" else (b"body", {"Content-Type": "x"} if method != "HEAD" else after.headers)
    )
