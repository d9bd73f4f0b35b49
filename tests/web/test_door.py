"""What every answer carries, whoever asks and however it ends."""

import gzip
import ipaddress
from typing import Any

import pytest
from litestar import Response, get
from litestar.response import Stream
from litestar.testing import TestClient
from tests.web.world import World

from bosco.web.door import CONTENT_POLICY, Proxies, client_address
from bosco.web.visitor import PUBLIC, AnyRequest

Client = TestClient[Any]
EVERYWHERE = [
    "/design",
    "/boom",
    "/nope",
    "/refused",
    "/api/v1/things/1",
    "/api/nope",
    "/robots.txt",
    "/favicon.ico",
    "/",
]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_is_guarded_and_has_an_id(client: Client, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert len(answer.headers["x-request-id"]) == 26
    assert answer.headers["cache-control"]
    assert "strict-transport-security" not in answer.headers


def test_the_policy_lets_no_inline_script_or_style_run() -> None:
    assert "unsafe" not in CONTENT_POLICY
    assert "frame-ancestors 'none'" in CONTENT_POLICY


def test_https_is_remembered_once_it_was_used(world: World) -> None:
    with TestClient(world.app, base_url="https://testserver.local") as client:
        answer = client.get("/design")
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert "Secure" in answer.headers["set-cookie"]


def test_head_answers_as_get_without_a_body(client: Client) -> None:
    got, asked = client.get("/design"), client.head("/design")
    assert asked.status_code == 200
    assert asked.content == b""
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert client.head("/nope").status_code == 404


def test_a_page_travels_compressed_to_who_understands_it(client: Client) -> None:
    plain = client.get("/design", headers={"accept-encoding": "identity"})
    small = client.get("/design", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.headers["vary"] == "Accept-Encoding"
    assert int(small.headers["content-length"]) < len(plain.content) / 3


def test_a_long_answer_is_compressed_as_it_comes() -> None:
    @get("/long", opt=PUBLIC)
    async def long() -> Stream:
        return Stream(iter([b"a line\n" * 100] * 50), media_type="text/plain")

    with TestClient(World(more=[long]).app) as client:
        with client.stream("GET", "/long", headers={"accept-encoding": "gzip"}) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            raw = b"".join(answer.iter_raw())
        assert gzip.decompress(raw) == b"a line\n" * 5000
        assert client.get("/long", headers={"accept-encoding": "identity"}).text == "a line\n" * 5000


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("192.0.2.5", "203.0.113.9", "192.0.2.5"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "not an address", "not an address"),
    ],
)
def test_only_a_trusted_proxy_is_believed_about_the_client(peer: str, forwarded: str, seen: str) -> None:
    @get("/me", opt=PUBLIC)
    async def me(request: AnyRequest) -> Response[str]:
        return Response(f"{client_address(request)} {request.url.scheme}", media_type="text/plain")

    world = World(proxies=Proxies([ipaddress.ip_network("10.0.0.0/8")]), more=[me])

    async def from_peer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["client"] = (peer, 1234)
        await world.app(scope, receive, send)

    with TestClient(from_peer) as client:
        answer = client.get("/me", headers={"x-forwarded-for": forwarded, "x-forwarded-proto": "https"})
        assert answer.text == f"{seen} {'https' if peer == '10.0.0.1' else 'http'}"


def test_nobody_is_looked_up_where_programs_come(client: Client) -> None:
    # The accounts are away (the header breaks them), yet a heartbeat is heard.
    assert client.get("/ping/abc", headers={"x-test-broken": "1"}).text == "abc None"
    assert client.get("/design", headers={"x-test-broken": "1"}).status_code == 500


def test_what_breaks_in_the_accounts_is_told_calmly(client: Client) -> None:
    answer = client.get("/design", headers={"x-test-broken": "1"})
    assert "the accounts are away" not in answer.text
    assert "Something broke on our side" in answer.text


HOSTILE = [
    "/static/x/../../../etc/passwd",
    "/static/x/%2e%2e/%2e%2e/app.py",
    "/static//etc/passwd",
    "/static/x/vendor/icons",
    "/%00",
    "/design?wall=%00%ff",
    "/api/v1/things/99999999999999999999999",
    "/api/v1/things/1?most=1e9999",
    "/api/v1/things/x",
    "/sign-in?next=//evil.example",
    "/" + "a" * 8000,
    "/design?" + "&".join(f"k{n}=v" for n in range(2000)),
    "/%f0%9f%92%a9",
]


@pytest.mark.parametrize("path", HOSTILE, ids=range(len(HOSTILE)))
def test_a_strange_address_never_breaks_anything(client: Client, path: str) -> None:
    answer = client.get(path, headers={"authorization": "Bearer viewer"})
    assert answer.status_code in {200, 400, 404, 414}


@pytest.mark.parametrize(
    "headers",
    [
        {"accept-language": "x" * 10000},
        {"accept-language": "fr;q=nan, en;q=-1,*"},
        {"cookie": "bosco_language=%%%; bosco_theme=<script>; role=admin; bosco_toast=%22%3Cscript%3E"},
        {"cookie": "bosco_toast=%7Bbroken"},
        {"cookie": "=; ; ;;=;\x7f"},
        {"last-event-id": "x" * 5000},
        {"hx-request": "true", "hx-current-url": "javascript:alert(1)"},
        {"content-length": "-5"},
        {"sec-fetch-site": "weird"},
        {"accept": "x" * 3000},
    ],
    ids=range(10),
)
def test_strange_headers_never_break_anything(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/design", headers=headers)
    assert answer.status_code in {200, 400}
    assert "<script>" not in answer.text.replace("<script src", "")
